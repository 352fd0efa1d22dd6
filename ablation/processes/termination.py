"""Being told to end (TERM) while a model is trained: at once would lose what was learnt since the last checkpoint."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODE = 128 + signal.SIGTERM


class Terminated(SystemExit):
    """The process was told to end, and has kept its state."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODE)


class Termination:
    """Whether this process was told to end."""

    def __init__(self) -> None:
        self.is_asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Note it (the kernel's signal calls this)."""
        self.is_asked = True


@contextmanager
def deferred_termination() -> Iterator[Termination]:
    """Note a TERM for the length of the block instead of ending at once; who asks in time ends by himself.

    One that nobody has answered by the end of the block ends the process there.
    """
    termination = Termination()
    before = signal.signal(signal.SIGTERM, termination.ask)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)
    if termination.is_asked:
        raise Terminated

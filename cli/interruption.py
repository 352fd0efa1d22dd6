"""Ctrl-C and TERM: every trial ends at once, the run is marked as ended, and the program is gone within seconds."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from cli.failures import Exit

PATIENCE_S = 4.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """End trials as soon as a signal arrives, and the program when it has not ended by itself after a while.

    Python runs signal handlers in the main thread only, and Prefect replaces them while a flow runs. The wake-up file
    descriptor is written to by the interpreter itself, whichever handler is set, and is read in a thread here.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    thread = threading.Thread(target=_end_trials_on_signal, args=(reader,), name="signals", daemon=True)
    thread.start()
    previous_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    previous = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(previous_fd)
        writer.close()
        thread.join()
        reader.close()


@contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """Yield what is set by Ctrl-C or TERM, for a program whose end they are and not its interruption."""
    told = threading.Event()
    previous = {number: signal.signal(number, lambda *_: told.set()) for number in _SIGNALS}
    try:
        yield told
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end_trials_on_signal(reader: socket.socket) -> None:
    from ablation.processes import stop_all

    while received := reader.recv(1):
        if received[0] in _SIGNALS:
            stop_all()
            deadline = threading.Timer(PATIENCE_S, os._exit, (Exit.INTERRUPTED.value,))
            deadline.daemon = True
            deadline.start()

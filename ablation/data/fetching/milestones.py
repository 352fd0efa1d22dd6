"""A few of the many things that are to be told of a transfer."""

from __future__ import annotations

from ablation.data.fetching.sources import OnTransfer, Transfer


class Milestones:
    """Passes on a transfer that has come to another step: a further one, or the first again.

    Args:
        tell: Is told those.
        steps: In how many a file of known size is divided.
        step_bytes: A step of a file whose size nobody knows.
    """

    def __init__(self, tell: OnTransfer, *, steps: int, step_bytes: int) -> None:
        self._tell = tell
        self._steps = steps
        self._step_bytes = step_bytes
        self._reached: dict[str, int] = {}

    def __call__(self, transfer: Transfer) -> None:
        """Tell of a transfer that has come to another step."""
        total = transfer.total_bytes
        step = transfer.done_bytes * self._steps // total if total else transfer.done_bytes // self._step_bytes
        if step != self._reached.get(transfer.name, 0):
            self._reached[transfer.name] = step
            self._tell(transfer)

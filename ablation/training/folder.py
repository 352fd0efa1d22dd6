"""Where a trial writes while it trains."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Folder:
    """The places of one trial on this machine.

    Args:
        results: Folder of history, progress and results.
        checkpoint: File of the state to go on from; None: none is kept.
        checkpoint_s: Least seconds between two checkpoints; 0: one after every epoch.
    """

    results: Path
    checkpoint: Path | None = None
    checkpoint_s: float = 0.0

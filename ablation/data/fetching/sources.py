"""What fetching is given from outside: a place that many machines share, and somebody who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_UNITS = ((1_000_000, "MB"), (1_000, "kB"))


@dataclass(frozen=True)
class Transfer:
    """How far the fetching of one file is; `total_bytes` is None where nobody says."""

    name: str
    done_bytes: int
    total_bytes: int | None

    def __str__(self) -> str:
        """Say how far it is: `mnist.npz: 4.1 of 11.5 MB`."""
        size, unit = next((each for each in _UNITS if (self.total_bytes or self.done_bytes) >= each[0]), _UNITS[-1])
        of_all = f" of {self.total_bytes / size:.1f}" if self.total_bytes else ""
        return f"{self.name}: {self.done_bytes / size:.1f}{of_all} {unit}"

    @property
    def is_done(self) -> bool:
        """Whether all is there."""
        return self.done_bytes == self.total_bytes


OnTransfer = Callable[[Transfer], None]


class Remote(Protocol):
    """A place shared by all workers that keeps files by their digest, e.g. the store."""

    def find(self, sha256: str, path: Path) -> bool:
        """Copy the file with this digest to `path`, and return whether there is one.

        Raises:
            DataError: It cannot be read.
        """

    def keep(self, path: Path) -> None:
        """Keep a verified file under its digest.

        Raises:
            DataError: It cannot be written.
        """

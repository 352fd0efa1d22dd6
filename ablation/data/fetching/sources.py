"""What fetching is given from outside: a place that many machines share, and somebody who watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Transfer:
    """How far the fetching of one file is; `total_bytes` is None where nobody says."""

    name: str
    done_bytes: int
    total_bytes: int | None


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

"""Files on this machine: written whole or not at all, and small ones read at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

SMALL_BYTES: Final = 2**20


def read_small(data: bytes | Path) -> bytes | Path:
    """Return the bytes of a small file, read once and so the same for whoever digests and sends them; else `data`."""
    if isinstance(data, Path) and data.stat().st_size < SMALL_BYTES:
        return data.read_bytes()
    return data


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file of another name beside `path`, renamed to it when the context closes without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        with part.open("x+b") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

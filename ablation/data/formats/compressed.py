"""Files that may be compressed with gzip: their first bytes say it, not their names."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ablation.data.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    """Open a file for reading, unpacked if it is compressed.

    Raises:
        DataError: The compressed bytes are damaged or cut off.
    """
    with path.open("rb") as file:
        is_compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    try:
        with path.open("rb") as file:
            yield gzip.GzipFile(fileobj=file) if is_compressed else file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path.name}: cannot be unpacked: {error}") from error

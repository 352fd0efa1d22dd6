"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from ablation.catalogue import Dataset, formats
from ablation.data.errors import DataError
from ablation.data.formats.tables import write_tables

BATCH_ROWS = 1 << 14


def decode_parquet(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of Parquet files: see `tables`. Lists of integers become sequences.

    Raises:
        DataError: A file is no such table, or a cell is not what it should be.
    """
    assert isinstance(dataset.format, formats.Parquet)
    write_tables(dataset, [ParquetTable(path) for path in files], directory)


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @cached_property
    def columns(self) -> Sequence[str]:
        """Names of its columns, as they stand in the file."""
        with self._opened() as file:
            names: list[str] = file.schema_arrow.names
            return names

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Yield the rows of some columns, as Arrow's record batches of a few megabytes."""
        with self._opened() as file:
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns), use_threads=False)

    def place(self, row: int) -> str:
        """Return the number of a row; rows count from 1."""
        return f"row {row + 1:,}"

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            with pa.parquet.ParquetFile(self.path) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self.name}: cannot be read as Parquet: {error}") from error

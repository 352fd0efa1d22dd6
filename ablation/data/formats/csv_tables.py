"""CSV files, compressed with gzip or not: names of columns in the first line, one row a line, in UTF-8."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from ablation.catalogue import Dataset, formats
from ablation.data.errors import DataError
from ablation.data.formats.compressed import opened
from ablation.data.formats.tables import write_tables

BLOCK_BYTES = 1 << 23


def decode_csv(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write the arrays of CSV files: see `tables`.

    Raises:
        DataError: A file is no such table, or a cell is not what it should be.
    """
    assert isinstance(dataset.format, formats.Csv)
    write_tables(dataset, [CsvTable(path, dataset.format.delimiter) for path in files], directory)


@dataclass(frozen=True)
class CsvTable:
    """A CSV file; every cell is read as text, so that what is wrong with one can be told."""

    path: Path
    delimiter: str

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @cached_property
    def columns(self) -> Sequence[str]:
        """Names of its columns, as they stand in the file."""
        with self._opened(pa.csv.ConvertOptions()) as reader:
            names: list[str] = reader.schema.names
            return names

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Yield the rows of some columns, as Arrow's record batches of a few megabytes."""
        kinds = dict.fromkeys(columns, pa.string())
        options = pa.csv.ConvertOptions(include_columns=columns, column_types=kinds, strings_can_be_null=False)
        with self._opened(options) as reader:
            yield from reader

    def place(self, row: int) -> str:
        """Return the line that a row ends in; lines count from 1, also empty ones."""
        with opened(self.path) as content:
            text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
            reader = csv.reader(text, delimiter=self.delimiter)
            ends = (reader.line_num for record in reader if record)
            try:
                return f"line {next(itertools.islice(ends, row + 1, None)):,}"
            except csv.Error:  # a cell is too long for this reader
                return f"row {row + 1:,}"

    @contextmanager
    def _opened(self, options: Any) -> Iterator[Any]:
        read = pa.csv.ReadOptions(block_size=BLOCK_BYTES)
        parse = pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        try:
            with opened(self.path) as content, pa.csv.open_csv(content, read, parse, options) as reader:
                yield reader
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise DataError(f"{self.name}: cannot be read as CSV with {self.delimiter!r}: {error}") from error

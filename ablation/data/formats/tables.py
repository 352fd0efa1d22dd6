"""Tables of named columns: which are features, which targets, and the arrays they become.

Features become float32 of shape (n, features), in the order in which the study names them, else in the first file's.
Classes are integers or names; they count from 0 in sorted order over all files, so that 0 to k-1 stay as they are.
Targets of a regression become float32 of shape (n, targets). Rows keep the order of the files.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ablation.catalogue import Dataset, formats
from ablation.data.arrays import Array, new_array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.classes import check_count, write_classes
from ablation.data.formats.columns import Cells, integer_lists, labels_of, numbers, texts
from ablation.data.formats.parts import PARTS, for_testing
from ablation.data.samples import Ragged, named_arrays, offsets_of

MAX_BYTES = 1 << 33


class Table(Protocol):
    """A file with named columns."""

    @property
    def name(self) -> str:
        """Name of the file."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of its columns, as they stand in the file."""

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Yield the rows of some columns, as Arrow's record batches of a few megabytes."""

    def place(self, row: int) -> str:
        """Return where a person finds a row, which counts from 0."""


@dataclass(frozen=True)
class _Rows:
    """What was read of one batch of a file."""

    x: Any
    y: Any


class _Limit:
    """Bytes of values that were read of all tables: they stay in memory until the last one is read."""

    def __init__(self) -> None:
        self._bytes = 0

    def add(self, table: Table, size: int) -> None:
        """Count a batch of a table."""
        self._bytes += size
        if self._bytes > MAX_BYTES:
            raise DataError(
                f"{table.name}: has more than {MAX_BYTES:,} bytes of values, with the files before it; it is not read."
            )


def write_tables(dataset: Dataset, tables: Sequence[Table], directory: Path) -> None:
    """Write the arrays of a dataset whose files are tables.

    Raises:
        DataError: A column is not there, a cell has no value or another kind of value, or the classes are others.
    """
    kind = dataset.format
    assert isinstance(kind, formats.Csv | formats.Parquet)
    features = _features(kind, tables)
    _check_targets(dataset, kind.targets)
    limit = _Limit()
    rows = [list(_read(dataset, table, features, kind.targets, limit)) for table in tables]
    batches = [batch for file in rows for batch in file]
    y = _targets(dataset, batches, directory, tables[0].name)
    is_test = for_testing(dataset, [sum(len(batch.y) for batch in file) for file in rows], y)
    write_arrays(directory, {"y_train": y[~is_test], "y_test": y[is_test]})
    write = _write_sequences if kind.holds_sequences else _write_features
    write(directory, [batch.x for batch in batches], is_test)


def _features(kind: formats.Csv | formats.Parquet, tables: Sequence[Table]) -> tuple[str, ...]:
    first = tables[0]
    features = kind.features or tuple(name for name in first.columns if name not in kind.targets)
    for table in tables:
        _check_columns(table, (*features, *kind.targets))
        if sorted(table.columns) != sorted(first.columns):
            odd = min(set(table.columns) ^ set(first.columns))
            raise DataError(f"{table.name} and {first.name} have other columns: only one of them has {odd!r}.")
    if not features or (kind.holds_sequences and len(features) != 1):
        wanted = "one column of integer lists" if kind.holds_sequences else "at least one column"
        raise DataError(f"{first.name}: `features` must be {wanted}, got {len(features)}: {', '.join(features)}.")
    return features


def _check_columns(table: Table, wanted: Sequence[str]) -> None:
    for name, count in Counter(table.columns).items():
        if count > 1:
            raise DataError(f"{table.name}: has {count} columns named {name!r}; which one counts cannot be told.")
    for name, count in Counter(wanted).items():
        if not name:
            raise DataError(f"{table.name}: has a column without a name; state in `features` which columns count.")
        if count > 1:
            raise DataError(f"{table.name}: the column {name!r} is named twice in `features` and `targets`.")
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, n=1, cutoff=0.5)
            meant = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(table.columns)}."
            raise DataError(f"{table.name}: has no column {name!r}; {meant}")


def _check_targets(dataset: Dataset, targets: Sequence[str]) -> None:
    wanted = 1 if dataset.task == "classification" else dataset.targets
    if len(targets) != wanted:
        raise DataError(
            f"{dataset.name}: `targets` of the format names {len(targets)} columns ({', '.join(targets)}); "
            f"a {dataset.task} with this dataset has {wanted}."
        )


def _read(
    dataset: Dataset, table: Table, features: Sequence[str], targets: Sequence[str], limit: _Limit
) -> Iterator[_Rows]:
    row = 0
    for batch in table.batches([*features, *targets]):
        limit.add(table, batch.nbytes)
        cells = {
            name: Cells(batch.column(batch.schema.get_field_index(name)), name, table, row)
            for name in (*features, *targets)
        }
        x = [cells[name] for name in features]
        y = [cells[name] for name in targets]
        row += batch.num_rows
        yield _Rows(
            x=integer_lists(x[0]) if dataset.is_sequence else _matrix(x),
            y=_matrix(y) if dataset.task == "regression" else texts(y[0]),
        )
    if row == 0:
        raise DataError(f"{table.name}: has no rows.")


def _matrix(cells: Sequence[Cells]) -> Array:
    return np.stack([numbers(each) for each in cells], axis=1)


def _targets(dataset: Dataset, batches: Sequence[_Rows], directory: Path, where: str) -> Array:
    if dataset.task == "regression":
        return np.concatenate([batch.y for batch in batches])
    labels, names = labels_of([batch.y for batch in batches])
    check_count(dataset, names, where)
    if names != [str(label) for label in range(len(names))]:
        write_classes(directory, names)
    return labels


def _write_features(directory: Path, batches: Sequence[Array], is_test: Array) -> None:
    for part, chosen in zip(PARTS, (~is_test, is_test), strict=True):
        shape = (int(chosen.sum()), batches[0].shape[1])
        with new_array(directory / f"x_{part}.npy", shape, np.float32) as rows:
            start = position = 0
            for batch in batches:
                kept = batch[chosen[start : start + len(batch)]]
                rows.put(position, kept)
                start, position = start + len(batch), position + len(kept)


def _write_sequences(directory: Path, batches: Sequence[Ragged], is_test: Array) -> None:
    sizes = np.concatenate([np.diff(batch.offsets) for batch in batches])
    sequences = Ragged(np.concatenate([batch.values for batch in batches]), offsets_of(sizes))
    for part, chosen in zip(PARTS, (~is_test, is_test), strict=True):
        write_arrays(directory, named_arrays(sequences.take(np.flatnonzero(chosen)), part))

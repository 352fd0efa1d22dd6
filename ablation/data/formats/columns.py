"""The cells of a column as numbers, classes or sequences; what is none of them is refused by file, place and column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.data.samples import Ragged, offsets_of

MISSING = {"na", "#n/a", "n/a", "null", "none", "?"}
NO_VALUE = "has no value; fill it in, or leave the row out."
MAX_INTEGER = int(np.iinfo(np.int32).max)
_INTEGER = re.compile(r"[+-]?\d{1,18}")


class _File(Protocol):
    @property
    def name(self) -> str: ...

    def place(self, row: int) -> str: ...


@dataclass(frozen=True)
class Cells:
    """Some rows of a column.

    Args:
        values: Arrow's array of them.
        column: Its name.
        file: Where they come from.
        first_row: Number of the first one in the file, from 0.
    """

    values: Any
    column: str
    file: _File
    first_row: int

    def error(self, index: int, complaint: str) -> DataError:
        """Return an error that names the cell."""
        place = self.file.place(self.first_row + index)
        return DataError(f"{self.file.name}, {place}, column {self.column!r}: {complaint}")


def numbers(cells: Cells) -> Array:
    """Return the cells as float32 of shape (n,).

    Raises:
        DataError: One of them has no value, is no number, or is not finite in 32 bits.
    """
    values = _plain(cells)
    try:
        wide = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    except pa.ArrowNotImplementedError as error:
        raise cells.error(0, f"holds values of the type {values.type}, which are no numbers.") from error
    except pa.ArrowInvalid as error:
        index, text = _first_text(values)
        if text.lower() in MISSING:
            raise cells.error(index, NO_VALUE) from error
        raise cells.error(index, f"{text!r} is no number; leave the column out of `features`, or fix it.") from error
    with np.errstate(over="ignore"):
        narrow: Array = wide.astype(np.float32)
    if (wrong := np.flatnonzero(~np.isfinite(narrow))).size:
        raise cells.error(int(wrong[0]), f"{wide[wrong[0]]} is no finite number of 32 bits.")
    return narrow


def texts(cells: Cells) -> Any:
    """Return classes as Arrow's texts; integers are written out.

    Raises:
        DataError: One of them has no value, or they are neither integers nor names.
    """
    values = _plain(cells)
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    if not (pa.types.is_integer(values.type) or _is_text(values.type)):
        raise cells.error(0, f"holds values of the type {values.type}; classes are integers or names.")
    return values.cast(pa.string())


def labels_of(batches: Sequence[Any]) -> tuple[Array, list[str]]:
    """Return labels from 0 on, int32 of shape (n,), and the names of the classes in their order.

    Args:
        batches: Arrow's texts of all rows. Where all are integers, they are sorted as such.
    """
    column = pa.chunked_array(batches, type=pa.string())
    distinct = pc.unique(column).to_pylist()
    is_numeric = all(_INTEGER.fullmatch(text) for text in distinct)
    keys = [int(text) if is_numeric else text for text in distinct]
    classes = sorted(set(keys))
    position = {key: label for label, key in enumerate(classes)}
    lookup = np.array([position[key] for key in keys], dtype=np.int32)
    found = pc.index_in(column, value_set=pa.array(distinct, type=pa.string()))
    return lookup[found.to_numpy()], [str(each) for each in classes]


def integer_lists(cells: Cells) -> Ragged:
    """Return lists of integers from 0 on as sequences of int32.

    Raises:
        DataError: A list is missing, or holds anything else.
    """
    lists = cells.values
    is_list = pa.types.is_list(lists.type) or pa.types.is_large_list(lists.type)
    if not is_list or not pa.types.is_integer(lists.type.value_type):
        raise cells.error(0, f"holds values of the type {lists.type}; sequences are lists of integers.")
    _check_no_gap(cells, lists)
    offsets = offsets_of(pc.list_value_length(lists).to_numpy(zero_copy_only=False))
    flat = lists.flatten()
    is_wrong = pc.fill_null(pc.or_(pc.less(flat, 0), pc.greater(flat, MAX_INTEGER)), True)
    if (wrong := np.flatnonzero(is_wrong.to_numpy(zero_copy_only=False))).size:
        row = int(np.searchsorted(offsets, wrong[0], side="right")) - 1
        raise cells.error(row, f"holds {flat[int(wrong[0])]}; sequences hold integers from 0 to {MAX_INTEGER:,}.")
    return Ragged(flat.to_numpy(zero_copy_only=False).astype(np.int32), offsets)


def _plain(cells: Cells) -> Any:
    values = cells.values
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if _is_text(values.type):
        values = pc.utf8_trim_whitespace(values)
    _check_no_gap(cells, values)
    return values


def _check_no_gap(cells: Cells, values: Any) -> None:
    is_gap = pc.is_null(values)
    if _is_text(values.type):
        is_gap = pc.or_(is_gap, pc.fill_null(pc.equal(values, ""), True))
    if (gaps := np.flatnonzero(is_gap.to_numpy(zero_copy_only=False))).size:
        raise cells.error(int(gaps[0]), NO_VALUE)


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _first_text(values: Any) -> tuple[int, str]:
    for index, value in enumerate(values):
        try:
            value.cast(pa.float64())
        except pa.ArrowInvalid:
            return index, value.as_py()
    raise AssertionError("a cast that failed has a cell that fails")

"""The learning history of one trial: a column a metric, a row an epoch."""

from __future__ import annotations

import csv
import io
import math

from pydantic import model_validator

from ablation.records import Record

EPOCH = "epoch"
VALIDATION_PREFIX = "val_"
LOSS, OBJECTIVE = "loss", "objective"
CLEAN_PREFIX = "clean_"


class History(Record):
    """The columns of a trial's history.csv, e.g. epoch, loss, accuracy, val_loss, objective, learning_rate.

    `loss` never holds the regularisation penalty; `objective` is loss + penalty. `clean_loss` is of training samples
    with dropout and augmentation off, where that was asked for. A value that was not finite, as in a
    diverged trial, is NaN or infinite here.
    """

    columns: dict[str, list[float]]

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> History:
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns: must all have one value for each epoch\n  got lengths {lengths}.")
        return self

    @classmethod
    def from_csv(cls, content: bytes) -> History:
        """Read history.csv; an empty cell is NaN.

        Raises:
            ValueError: A row has more or fewer cells than the header, or a cell is not a number.
        """
        header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8")))) or [[]]
        columns: dict[str, list[float]] = {name: [] for name in header}
        for line, row in enumerate(rows, start=2):
            if len(row) != len(header):
                raise ValueError(f"history.csv:{line}: must have {len(header)} cells\n  got {len(row)}: {row}.")
            for name, cell in zip(header, row, strict=True):
                columns[name].append(_number(cell, line, name))
        return cls(columns=columns)

    def to_csv(self) -> bytes:
        """Write history.csv, as `from_csv` reads it."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        names = list(self.columns)
        for row in zip(*self.columns.values(), strict=True):
            is_epoch = [name == EPOCH and value.is_integer() for name, value in zip(names, row, strict=True)]
            writer.writerow(int(value) if whole else value for value, whole in zip(row, is_epoch, strict=True))
        return text.getvalue().encode("utf-8")

    def epochs(self) -> list[int]:
        """Return the number of every epoch; counted from 1 where there is no epoch column."""
        if EPOCH in self.columns:
            return [int(epoch) for epoch in self.columns[EPOCH]]
        length = len(next(iter(self.columns.values()), []))
        return list(range(1, length + 1))

    def paired_metrics(self) -> list[str]:
        """Return the metrics that have a training and a validation column."""
        return [name for name in self.columns if f"{VALIDATION_PREFIX}{name}" in self.columns]

    def is_without_penalty(self) -> bool:
        """Whether the objective is the loss, so that a chart of one shows the other."""
        pairs = ((OBJECTIVE, LOSS), (VALIDATION_PREFIX + OBJECTIVE, VALIDATION_PREFIX + LOSS))
        return all(_are_alike(self.columns.get(objective, []), self.columns.get(loss, [])) for objective, loss in pairs)

    def curve(self, column: str) -> list[tuple[int, float | None]]:
        """Return (epoch, value) of a column, None where the value is not finite; empty when there is no such column."""
        values = self.columns.get(column, [])
        return [
            (epoch, value if math.isfinite(value) else None)
            for epoch, value in zip(self.epochs(), values, strict=False)
        ]


def _number(cell: str, line: int, column: str) -> float:
    try:
        return float(cell) if cell.strip() else math.nan
    except ValueError as error:
        raise ValueError(f"history.csv:{line}: {column}: must be a number\n  got {cell!r}.") from error


def _are_alike(values: list[float], others: list[float]) -> bool:
    """Whether two columns show the same curve: their last digits differ, as they are added up in another order."""
    return len(values) == len(others) and all(map(_is_close, values, others))


def _is_close(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-5) or (math.isnan(value) and math.isnan(other))

"""The column of the history that a callback watches."""

from __future__ import annotations

from ablation.training.watching.history import Row

SMALLER_IS_BETTER = ("loss", "objective", "mse", "rmse", "mae", "ece")


def is_smaller_better(monitor: str) -> bool:
    """Whether a metric of the history, e.g. val_loss or clean_loss, is better when it is smaller."""
    return monitor.removeprefix("val_").removeprefix("clean_") in SMALLER_IS_BETTER


def monitored(monitor: str, row: Row, path: str) -> float:
    """Return the watched value of an epoch.

    Raises:
        ValueError: The history has no such column.
    """
    if monitor not in row:
        columns = ", ".join(name for name in row if name not in ("epoch", "learning_rate"))
        raise ValueError(f"{path}.monitor: must be a metric of the history\n  got {monitor!r}. There are {columns}.")
    return row[monitor]

"""The learning curves of a published run: a variant's mean over its seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from ablation.history import LOSS, VALIDATION_PREFIX, History
from ablation.inspection.published import PublishedRun
from ablation.records import Record
from ablation.store import Store, get_run_files

HISTORY = "history.csv"
_PREFIXES = ("test_", "train_", VALIDATION_PREFIX)


class MeanCurves(Record):
    """One column of the histories of a run, averaged over the finished seeds of each variant."""

    metric: str = Field(description="Its name; empty where no trial left a history.")
    values: dict[str, tuple[float | None, ...]] = Field(
        description="By variant, for every epoch that all seeds had; None where one of them is not finite."
    )


def read_curves(store: Store, run: PublishedRun) -> MeanCurves:
    """Read the histories of a run's finished trials at once, and average the validation metric that was compared."""
    finished = [trial for trial in run.trials if trial.is_finished]
    contents = get_run_files(store, run.manifest, [trial.path(HISTORY) for trial in finished])
    histories: dict[str, list[History]] = {}
    for trial in finished:
        if trial.path(HISTORY) in contents:
            histories.setdefault(trial.variant, []).append(History.from_csv(contents[trial.path(HISTORY)]))
    metric = _column(run, [history for found in histories.values() for history in found])
    values = {variant: _mean(found, metric) for variant, found in histories.items()}
    return MeanCurves(metric=metric, values={variant: curve for variant, curve in values.items() if curve})


def _column(run: PublishedRun, histories: Sequence[History]) -> str:
    """Return the column of the compared metric, else the same metric on the validation split, else its loss."""
    compared = run.comparison.metric if run.comparison is not None else VALIDATION_PREFIX + LOSS
    plain = next((compared.removeprefix(each) for each in _PREFIXES if compared.startswith(each)), compared)
    known = {name for history in histories for name in history.columns}
    wanted = (compared, VALIDATION_PREFIX + plain, VALIDATION_PREFIX + LOSS, LOSS)
    return next((name for name in wanted if name in known), "")


def _mean(histories: Sequence[History], column: str) -> tuple[float | None, ...]:
    curves = [history.columns.get(column, []) for history in histories]
    means = (sum(values) / len(values) for values in zip(*curves, strict=False))
    return tuple(value if math.isfinite(value) else None for value in means)

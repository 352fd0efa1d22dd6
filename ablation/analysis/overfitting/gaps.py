"""When and how much trials overfit."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from ablation.history import CLEAN_PREFIX, LOSS, VALIDATION_PREFIX, History
from ablation.records import Record

CLEAN_LOSS, VALIDATION_LOSS = CLEAN_PREFIX + LOSS, VALIDATION_PREFIX + LOSS
TRAIN_LOSS = "train_loss"
# Of fewer none can turn: see `turning_place`.
LEAST_EPOCHS = 4


class Overfitting(Record):
    """The generalisation gap of one trial over its epochs: validation loss - training loss, penalty excluded."""

    is_clean: bool = Field(description="Whether the training loss is of the model in inference mode, dropout off.")
    epochs: tuple[int, ...]
    gaps: tuple[float | None, ...] = Field(description="By epoch; None where a loss is not finite.")
    best_epoch: int | None = Field(description="Of the lowest validation loss.")
    turning_epoch: int | None = Field(description="Where the validation loss turns up for good; None: it never does.")
    last_gap: float | None
    best_gap: float | None = Field(description="At the best epoch.")
    area: float | None = Field(description="Under the gap over the epochs, by trapezoids; loss x epochs.")
    trained_gap: float | None = Field(
        default=None,
        description="Of the trained model over all training and validation samples, dropout off: val_loss - "
        "train_loss of its metrics.",
    )

    @property
    def is_overfit(self) -> bool:
        """Whether the validation loss turned up for good while the training loss did not rise with it."""
        at_turn = self._gap_at(self.turning_epoch)
        return at_turn is not None and self.last_gap is not None and self.last_gap > at_turn

    def _gap_at(self, epoch: int | None) -> float | None:
        return None if epoch is None else self.gaps[self.epochs.index(epoch)]


class OverfittingSummary(Record):
    """When and how much the trials of one variant overfit."""

    variant: str
    seeds: int = Field(ge=1, description="Trials with a history.")
    overfit_seeds: int = Field(ge=0, description="Of them, those that overfit: a turn, and a gap that grows after it.")
    overfits_from: int | None = Field(description="Epoch from which more than half of the seeds overfit; None: never.")
    turning_epochs: dict[int, int | None] = Field(description="By seed.")
    best_epoch: float | None = Field(description="Median over seeds.")
    epochs: float = Field(description="Median over seeds of the epochs that were run.")
    area: float | None = Field(description="Mean over seeds.")
    area_sd: float | None = Field(description="Sample standard deviation; needs two seeds.")
    last_gap: float | None = Field(description="Mean over seeds.")
    last_gap_sd: float | None
    trained_gap: float | None = Field(description="Mean over seeds.")
    trained_gap_sd: float | None
    is_clean: bool = Field(description="Whether the curves' training losses are of inference mode, in every trial.")

    @property
    def can_be_told(self) -> bool:
        """Whether most trials have enough epochs for a turn to be seen."""
        return self.epochs >= LEAST_EPOCHS

    @property
    def rising_seeds(self) -> int:
        """How many trials' validation loss turned up, whatever their training loss did."""
        return sum(epoch is not None for epoch in self.turning_epochs.values())


def measure_overfitting(history: History, metrics: Mapping[str, float] | None = None) -> Overfitting | None:
    """Return when and how much a trial overfits; None where its history has no losses to compare.

    The training loss is `clean_loss` where that was measured. `loss` otherwise: its mean over the epoch while the
    weights changed, with dropout and augmentation as they were trained, so that the gap comes out too small.

    Args:
        history: Of the trial.
        metrics: Of the trained model, for the gap with dropout off that is known in any case.

    Source: Prechelt, 1998, Early Stopping - But When?, for the gap and the best epoch.
    """
    is_clean = CLEAN_LOSS in history.columns
    train = history.curve(CLEAN_LOSS if is_clean else LOSS)
    validation = history.curve(VALIDATION_LOSS)
    if not train or not validation:
        return None
    gaps = [_difference(after, before) for (_, after), (_, before) in zip(validation, train, strict=True)]
    epochs = [epoch for epoch, _ in validation]
    finite = [(epoch, value) for epoch, value in validation if value is not None]
    best = min(finite, key=lambda point: point[1])[0] if finite else None
    known = metrics or {}
    return Overfitting(
        is_clean=is_clean,
        epochs=tuple(epochs),
        gaps=tuple(gaps),
        best_epoch=best,
        turning_epoch=_turning_epoch(finite),
        last_gap=gaps[-1],
        best_gap=None if best is None else gaps[epochs.index(best)],
        area=_area([(epoch, gap) for epoch, gap in zip(epochs, gaps, strict=True) if gap is not None]),
        trained_gap=_difference(known.get(VALIDATION_LOSS), known.get(TRAIN_LOSS)),
    )


def summarize_overfitting(trials: Mapping[str, Mapping[int, Overfitting]]) -> tuple[OverfittingSummary, ...]:
    """Return one summary a variant, in the order they are given.

    Args:
        trials: By variant, then seed.
    """
    return tuple(_summarize(variant, by_seed) for variant, by_seed in trials.items() if by_seed)


def _summarize(variant: str, trials: Mapping[int, Overfitting]) -> OverfittingSummary:
    measured = list(trials.values())
    starts = [each.turning_epoch if each.is_overfit else None for each in measured]
    best = [each.best_epoch for each in measured if each.best_epoch is not None]
    area, area_sd = _mean_and_sd(each.area for each in measured)
    last_gap, last_gap_sd = _mean_and_sd(each.last_gap for each in measured)
    trained_gap, trained_gap_sd = _mean_and_sd(each.trained_gap for each in measured)
    return OverfittingSummary(
        variant=variant,
        seeds=len(measured),
        overfit_seeds=sum(start is not None for start in starts),
        overfits_from=_epoch_of_most(starts),
        turning_epochs={seed: each.turning_epoch for seed, each in trials.items()},
        best_epoch=statistics.median(best) if best else None,
        epochs=statistics.median(len(each.epochs) for each in measured),
        area=area,
        area_sd=area_sd,
        last_gap=last_gap,
        last_gap_sd=last_gap_sd,
        trained_gap=trained_gap,
        trained_gap_sd=trained_gap_sd,
        is_clean=all(each.is_clean for each in measured),
    )


def _turning_epoch(finite: Sequence[tuple[int, float]]) -> int | None:
    # Imported here: NumPy takes a while, and validating a spec needs only this room's metric_direction.
    from ablation.analysis.overfitting.turning import turning_place

    place = turning_place([value for _, value in finite])
    return None if place is None else finite[place][0]


def _area(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the area under (epoch, gap) by trapezoids, also across epochs that are missing; None of one point."""
    if len(points) < 2:
        return None
    return math.fsum((after - before) * (low + high) / 2 for (before, low), (after, high) in itertools.pairwise(points))


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _epoch_of_most(starts: Sequence[int | None]) -> int | None:
    middle = statistics.median_high([math.inf if start is None else start for start in starts])
    return int(middle) if math.isfinite(middle) else None


def _mean_and_sd(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    return statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None

"""Two published runs side by side: what they come from, and what their equal trials gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import Field

from ablation.analysis import Comparison, Direction, compare
from ablation.inspection.published import PublishedRun, PublishedTrial
from ablation.provenance import OriginChange, origin_changes, variant_changes
from ablation.records import Record, RunManifest, RunStatus, TrialOutcome

FIRST, SECOND = "first", "second"
_UNKNOWN = "0" * 64

BySeed = Mapping[int, PublishedTrial]


class RunHead(Record):
    """Which run is compared."""

    study: str
    run_id: str
    status: RunStatus
    finished_at: datetime
    headline: str


class VariantContrast(Record):
    """What one variant gave in both runs."""

    variant: str
    means: tuple[float | None, float | None] = Field(description="Of the metric, over each run's own seeds.")
    verdicts: tuple[str | None, str | None] = Field(
        description="What each run said of it on the metric, beside its baseline; None where it did not."
    )
    shared: int = Field(ge=0, description="Seeds whose trial is the very same in both runs: nothing to compare.")
    pairs: int = Field(ge=0, description="Seeds that both runs finished, each with a trial of its own.")
    difference: float | None = Field(description="Mean of second - first over the pairs.")
    low: float | None = Field(description="Lower end of its interval; needs two pairs.")
    high: float | None = Field(description="Upper end.")
    verdict: str | None = Field(description="Of the second run beside the first; None without pairs.")
    comparison: Comparison | None = Field(default=None, exclude=True, description="What these numbers are from.")


class RunContrast(Record):
    """What differs between two runs."""

    runs: tuple[RunHead, RunHead]
    metric: str | None = Field(description="None where the runs have none in common.")
    direction: Direction | None
    origins: tuple[OriginChange, ...] = Field(description="Of spec, seeds, data, code, versions.")
    changes: dict[str, tuple[OriginChange, ...]] = Field(description="By variant: in what it sets.")
    variants: tuple[VariantContrast, ...] = Field(description="Those of both runs.")
    only: tuple[tuple[str, ...], tuple[str, ...]] = Field(description="Variants that one of the runs alone has.")
    notes: tuple[str, ...] = Field(description="What cannot be compared, and why.")


def contrast_runs(first: PublishedRun, second: PublishedRun) -> RunContrast:
    """Compare two runs variant by variant, paired by seed.

    A trial that both runs show, known by its fingerprint and its metric, is one trial and no repetition: such seeds
    are counted and left out of the difference.
    """
    runs = (first, second)
    metric, direction = _metric(first, second)
    variants = [list(dict.fromkeys(trial.variant for trial in run.trials)) for run in runs]
    common = [name for name in variants[0] if name in variants[1]]
    return RunContrast(
        runs=(_head(first.manifest), _head(second.manifest)),
        metric=metric,
        direction=direction,
        origins=_origins(first, second),
        changes={name: found for name in common if (found := _changes(first, second, name))},
        variants=tuple(_variant(runs, name, metric, direction) for name in common),
        only=(_without(variants[0], common), _without(variants[1], common)),
        notes=tuple(dict.fromkeys(_notes(first, second, metric))),
    )


def _head(manifest: RunManifest) -> RunHead:
    return RunHead(**{name: getattr(manifest, name) for name in RunHead.model_fields})


def _metric(first: PublishedRun, second: PublishedRun) -> tuple[str | None, Direction | None]:
    """Return a metric that one of the runs compares and the trials of both have: rather the second run's."""
    known = [{name for trial in run.trials for name in trial.metrics} for run in (first, second)]
    for run in (second, first):
        if run.comparison is not None and run.comparison.metric in known[0] & known[1]:
            return run.comparison.metric, run.comparison.direction
    return None, None


def _origins(first: PublishedRun, second: PublishedRun) -> tuple[OriginChange, ...]:
    before, after = first.manifest.summary, second.manifest.summary
    return () if before is None or after is None else origin_changes(before, after)


def _changes(first: PublishedRun, second: PublishedRun, variant: str) -> tuple[OriginChange, ...]:
    before, after = first.manifest.summary, second.manifest.summary
    return () if before is None or after is None else variant_changes(before, after, variant)


def _without(names: list[str], common: list[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in common)


def _variant(
    runs: tuple[PublishedRun, PublishedRun], variant: str, metric: str | None, direction: Direction | None
) -> VariantContrast:
    before, after = (_finished(run, variant, metric) for run in runs)
    both = [seed for seed in before if seed in after]
    own = [seed for seed in both if not _is_same(before[seed], after[seed], metric)]
    pairs = [(before[seed], after[seed]) for seed in own]
    frame = _compare(pairs, metric, direction, _margin(runs, metric))
    effect = frame.effects[0] if frame is not None else None
    return VariantContrast(
        variant=variant,
        means=(_mean(before, metric), _mean(after, metric)),
        verdicts=(_verdict(runs[0], variant, metric), _verdict(runs[1], variant, metric)),
        shared=len(both) - len(own),
        pairs=len(own),
        difference=effect.difference if effect else None,
        low=effect.low if effect else None,
        high=effect.high if effect else None,
        verdict=effect.verdict if effect else None,
        comparison=frame,
    )


def _compare(
    pairs: list[tuple[PublishedTrial, PublishedTrial]],
    metric: str | None,
    direction: Direction | None,
    margin: float | None,
) -> Comparison | None:
    """Compare the trials of two runs as those of two variants are."""
    if not pairs or metric is None or direction is None:
        return None
    return compare(
        [_outcome(name, trial) for pair in pairs for name, trial in zip((FIRST, SECOND), pair, strict=True)],
        metric=metric,
        direction=direction,
        baseline=FIRST,
        margin=margin,
        variants=(FIRST, SECOND),
    )


def _margin(runs: tuple[PublishedRun, PublishedRun], metric: str | None) -> float | None:
    """Return the margin of a run that compares this metric, rather the second one's; that of another is no measure."""
    asked = [run.comparison for run in reversed(runs) if run.comparison is not None]
    return next((comparison.margin for comparison in asked if comparison.metric == metric), None)


def _finished(run: PublishedRun, variant: str, metric: str | None) -> dict[int, PublishedTrial]:
    return {
        trial.seed: trial
        for trial in run.trials
        if trial.variant == variant and trial.is_finished and metric in trial.metrics
    }


def _is_same(before: PublishedTrial, after: PublishedTrial, metric: str | None) -> bool:
    if before.fingerprint is None or before.fingerprint != after.fingerprint:
        return False
    return metric is not None and before.metrics[metric] == after.metrics[metric]


def _outcome(name: str, trial: PublishedTrial) -> TrialOutcome:
    return TrialOutcome(
        variant=name,
        seed=trial.seed,
        fingerprint=trial.fingerprint or _UNKNOWN,
        status="trained",
        metrics=trial.metrics,
    )


def _mean(trials: BySeed, metric: str | None) -> float | None:
    values = [trial.metrics[metric] for trial in trials.values() if metric is not None]
    return sum(values) / len(values) if values else None


def _verdict(run: PublishedRun, variant: str, metric: str | None) -> str | None:
    if run.comparison is not None and variant == run.comparison.baseline:
        return "baseline"
    said = None if metric is None else run.comparison_on(metric)
    effects = () if said is None else said.effects
    return next((effect.verdict for effect in effects if effect.variant == variant), None)


def _margin_notes(runs: tuple[PublishedRun, PublishedRun], metric: str) -> Iterator[str]:
    for run in runs:
        said = run.comparison_on(metric)
        if said is not None and said.margin is None and _margin(runs, metric) is not None:
            yield f"{run.manifest.run_id} judged {metric} without a margin"


def _notes(first: PublishedRun, second: PublishedRun, metric: str | None) -> Iterator[str]:
    before, after = first.manifest, second.manifest
    if before.study != after.study:
        yield f"the runs are of two studies, {before.study} and {after.study}: their variants are compared by name"
    for run in (first, second):
        if run.manifest.summary is None:
            yield f"{run.manifest.run_id} was published by an older version, which did not note what it comes from"
        if run.comparison is None or not run.trials:
            yield f"the results of {run.manifest.run_id} cannot be read"
    own = [run.comparison.metric for run in (first, second) if run.comparison is not None]
    if metric is None:
        yield f"the runs have no metric in common that one of them compares: {' and '.join(own) or 'none'}"
    elif len(set(own)) > 1:
        yield f"the runs compare {own[0]} and {own[1]}: what follows is {metric}"
        yield from _margin_notes((first, second), metric)
    if before.summary and after.summary and before.summary.datasets != after.summary.datasets:
        yield "the data differ: a difference between the runs is one of data as well"

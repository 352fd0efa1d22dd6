"""What a run's manifest says of its answer and of what it comes from, for pages over many runs."""

from __future__ import annotations

import hashlib

from pydantic_core import to_jsonable_python

from ablation.analysis import Comparison, Effect
from ablation.pipeline.runs.reporting import seeds_of
from ablation.provenance import computing_versions, without_folders_in
from ablation.records import Provenance, RunEffect, RunSummary, TrialOutcome
from ablation.spec import Study


def summarize(
    study: Study, outcomes: tuple[TrialOutcome, ...], comparison: Comparison, origin: Provenance
) -> RunSummary:
    """Return the summary of a compared run."""
    baseline = [variant.spec for variant in study.variants if variant.name == comparison.baseline]
    return RunSummary(
        metric=comparison.metric,
        direction=comparison.direction,
        baseline=comparison.baseline,
        margin=comparison.margin,
        effects=tuple(_effect(effect, outcomes) for effect in comparison.effects),
        seeds=seeds_of(outcomes),
        settings=without_folders_in(baseline[0].model_dump(mode="json", exclude_none=True)) if baseline else {},
        changes={
            variant.name: without_folders_in(to_jsonable_python(dict(variant.changes)))
            for variant in study.variants
            if variant.name != comparison.baseline
        },
        datasets=origin.datasets,
        code_sha256=origin.code_sha256,
        versions=computing_versions(origin),
    )


def _effect(effect: Effect, outcomes: tuple[TrialOutcome, ...]) -> RunEffect:
    behind = (effect.variant, effect.baseline)
    finished = sorted(each.fingerprint for each in outcomes if each.variant in behind and each.is_finished)
    return RunEffect(
        variant=effect.variant,
        verdict=effect.verdict,
        difference=effect.difference,
        low=effect.low,
        high=effect.high,
        pairs=effect.pairs,
        trials_sha256=hashlib.sha256(" ".join(finished).encode()).hexdigest(),
    )

"""What a study will take: parameters, time and storage of every variant, from finished trials where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from statistics import median
from typing import Any

from pydantic import Field

from ablation.pipeline.planning.misses import DifferenceRecord, Miss, find_misses
from ablation.pipeline.planning.past_trials import PastTrial, nearest
from ablation.pipeline.planning.resources import threads_of
from ablation.pipeline.records import RunPlan
from ablation.records import Record
from ablation.spec import ModelShapes, Study, TrialSpec, Variant, differences, digest, model_shapes, sample_shape
from ablation.training import MODEL, frozen_prefix

BYTES_PER_NUMBER = 4
# Curves as SVG and PNG, history, metrics and log of a trial of 40 epochs.
CHARTS_BYTES = 330_000
# Numbers that the optimiser keeps, and the saved model with it, of every weight that is trained.
NUMBERS_OF_OPTIMIZER = {"sgd": 0, "rmsprop": 1, "adagrad": 1, "lion": 1}
MOST_NUMBERS = 2


class Pilot(Record):
    """What the first epochs of one trial took."""

    variant: str
    epochs: int = Field(ge=2)
    first_s: float = Field(ge=0, description="Everything but the later epochs: building, the first epoch, saving.")
    epoch_s: float = Field(ge=0, description="One later epoch.")


class VariantEstimate(Record):
    """A variant: what it changes, and what one of its trials takes."""

    variant: str
    is_baseline: bool
    levels: dict[str, str] = Field(description="Its level of each factor.")
    differences: tuple[DifferenceRecord, ...]
    parameters: int | None
    trainable_parameters: int | None
    seeds: tuple[int, ...]
    finished: int = Field(description="Trials that are in the store already.")
    train_s: float | None = Field(description="Seconds of one trial; None where nothing like it was trained yet.")
    basis: str = Field(description="Where that number comes from.")
    storage_bytes: int = Field(description="Of one trial.")


class SharedEstimate(Record):
    """Variants that begin with the same frozen layers and train on their stored features."""

    layers: tuple[str, ...] = Field(description="Up to the last one with weights.")
    variants: tuple[str, ...]


class StudyEstimate(Record):
    """A study: its variants, and all of them together."""

    variants: tuple[VariantEstimate, ...]
    misses: tuple[Miss, ...] = Field(description="What sets each trial to train apart from the nearest finished one.")
    shared: tuple[SharedEstimate, ...] = Field(description="Frozen layers that are run once before the trials.")
    trials: int
    finished: int
    to_train: int = Field(description="Equal trials are trained once.")
    workers: int
    threads: int = Field(description="Of each trial to train; no part of its identity, yet sums depend on it.")
    other_threads: tuple[int, ...] = Field(description="Of finished trials of the plan, where they had another number.")
    train_s: float | None = Field(description="Of all trials to train, one after the other.")
    wall_s: float | None = Field(description="With so many workers.")
    storage_bytes: int = Field(description="Of all trials to train.")


def estimate_study(
    study: Study, plan: RunPlan, past: tuple[PastTrial, ...], *, workers: int, pilot: Pilot | None = None
) -> StudyEstimate:
    """Estimate what a plan takes.

    Args:
        study: What is planned.
        plan: Its trials.
        past: Finished trials, of this plan and of earlier runs.
        workers: Trials at the same time.
        pilot: Measured now, for variants that were never trained.
    """
    finished = {trial.outcome.fingerprint for trial in past}
    estimates = {variant.name: _estimate_variant(study, variant, plan, past, pilot) for variant in study.variants}
    pending = {each.fingerprint: each.trial.variant for each in plan.trials if each.fingerprint not in finished}
    threads = threads_of(study.spec.runtime, workers)
    seconds = [estimates[variant].train_s for variant in pending.values()]
    train_s = None if None in seconds else sum(each for each in seconds if each is not None)
    return StudyEstimate(
        variants=tuple(estimates.values()),
        misses=find_misses(plan.trials, past),
        shared=_shared(study),
        trials=len(plan.trials),
        finished=sum(each.fingerprint in finished for each in plan.trials),
        to_train=len(pending),
        workers=workers,
        threads=threads,
        other_threads=_other_threads(plan, past, threads),
        train_s=train_s,
        wall_s=None if train_s is None else train_s / max(1, min(workers, len(pending))),
        storage_bytes=sum(estimates[variant].storage_bytes for variant in pending.values()),
    )


def _other_threads(plan: RunPlan, past: tuple[PastTrial, ...], threads: int) -> tuple[int, ...]:
    planned = {each.fingerprint for each in plan.trials}
    ways = (each.outcome.determinism for each in past if each.outcome.fingerprint in planned)
    return tuple(sorted({way.threads for way in ways if way} - {threads}))


def _shared(study: Study) -> tuple[SharedEstimate, ...]:
    found: dict[str, SharedEstimate] = {}
    for variant in study.variants:
        prefix = frozen_prefix(variant.spec)
        if prefix is None:
            continue
        samples = variant.spec.data.model_dump(mode="json", include={"dataset", "subset", "normalize"})
        key = digest([prefix.core_identity(seed=0), samples])
        names = tuple(layer.name for layer in prefix.core)
        known = found.get(key, SharedEstimate(layers=names, variants=()))
        found[key] = known.model_copy(update={"variants": (*known.variants, variant.name)})
    return tuple(found.values())


def _estimate_variant(
    study: Study,
    variant: Variant,
    plan: RunPlan,
    past: tuple[PastTrial, ...],
    pilot: Pilot | None,
) -> VariantEstimate:
    baseline = next(each for each in study.variants if each.name == study.baseline)
    finished = {trial.outcome.fingerprint for trial in past}
    own = [each for each in plan.trials if each.trial.variant == variant.name]
    sample = sample_shape(variant.spec.data, own[0].dataset)
    shapes = None if sample is None else model_shapes(variant.spec.model, sample)
    train_s, basis = _train_s(variant, past, pilot)
    return VariantEstimate(
        variant=variant.name,
        is_baseline=variant is baseline,
        levels=dict(variant.levels),
        differences=tuple(DifferenceRecord(**asdict(each)) for each in differences(baseline.spec, variant.spec)),
        parameters=shapes and shapes.parameters,
        trainable_parameters=shapes and shapes.trainable_parameters,
        seeds=tuple(each.trial.seed for each in own),
        finished=sum(each.fingerprint in finished for each in own),
        train_s=train_s,
        basis=basis,
        storage_bytes=_storage_bytes(variant.spec, shapes, past),
    )


def _train_s(variant: Variant, past: tuple[PastTrial, ...], pilot: Pilot | None) -> tuple[float | None, str]:
    """Return seconds of one trial and their source: trials of the variant, else the pilot, else the nearest trials."""
    epochs = variant.spec.training.total_epochs
    trials, distance = nearest(variant.spec, past)
    if pilot is not None and (distance or not trials):
        return pilot.first_s + pilot.epoch_s * (epochs - 1), f"a pilot of {pilot.epochs} epochs of {pilot.variant}"
    if not trials:
        return None, "unknown: nothing like it was trained yet; measure it with --pilot"
    seconds = median(_scaled(trial, epochs) for trial in trials)
    count = f"{len(trials)} finished trial{'s' if len(trials) > 1 else ''}"
    if not distance:
        return seconds, f"{count} of this variant"
    names = ", ".join(sorted({trial.variant for trial in trials}))
    return seconds, f"{count} of what is most like it ({names})"


def _scaled(trial: PastTrial, epochs: int) -> float:
    """Return what a trial took, had it been planned with so many epochs; early stopping is taken to come again."""
    return trial.outcome.train_s * epochs / trial.spec.training.total_epochs


def _storage_bytes(spec: TrialSpec, shapes: ModelShapes | None, past: tuple[PastTrial, ...]) -> int:
    """Return the bytes of one trial's files: as those of trials on the same data, or 4 bytes a number."""
    alike = [trial.outcome for trial in past if trial.spec.data == spec.data and MODEL in trial.outcome.files]
    if shapes is None:
        return CHARTS_BYTES
    if not alike:
        samples = (spec.data.subset.train or 0) + (spec.data.subset.test or 0)
        kept = NUMBERS_OF_OPTIMIZER.get(spec.training.optimizer.kind, MOST_NUMBERS) * (shapes.trainable_parameters or 0)
        numbers = (shapes.parameters or 0) + kept + samples * (shapes.output_shape[-1] or 1)
        return CHARTS_BYTES + BYTES_PER_NUMBER * numbers
    beside = median(sum(_sizes(outcome.files).values()) - _sizes(outcome.files)[MODEL] for outcome in alike)
    density = [_sizes(outcome.files)[MODEL] / outcome.parameters for outcome in alike if outcome.parameters]
    return round(beside + (shapes.parameters or 0) * (median(density) if density else BYTES_PER_NUMBER))


def _sizes(files: Mapping[str, Any]) -> dict[str, int]:
    return {name: blob.bytes for name, blob in files.items()}

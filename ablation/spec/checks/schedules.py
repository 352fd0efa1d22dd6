"""Schedules and batches against the length of the training."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject
from ablation.spec.data import DataSpec
from ablation.spec.schedules import FinalDecay, PiecewiseConstant, ReduceOnPlateau, Schedule

Path = tuple[str, ...]


def check_batch_size(subject: Subject) -> Iterator[Finding]:
    """Find batches of more samples than there are."""
    samples, batch_size = training_samples(subject.data), subject.training.batch_size
    if samples is not None and samples > 0 and batch_size != "all" and batch_size > samples:
        message = f"is {batch_size}, but only {samples} samples are trained on: each epoch is one step"
        yield Finding(("training", "batch_size"), message, "Write all if that is meant.", "warning")


def check_schedules(subject: Subject) -> Iterator[Finding]:
    """Find schedules that reach beyond their epochs."""
    training = subject.training
    stages: list[tuple[Path, Schedule, int]] = [(("training", "schedule"), training.schedule, training.epochs)]
    for phase in training.phases:
        stages.append((("training", "phases", phase.name, "schedule"), phase.schedule, phase.epochs))
    steps = _steps_per_epoch(subject)
    for path, schedule, epochs in stages:
        if isinstance(schedule, FinalDecay) and schedule.epochs > epochs:
            message = f"is {schedule.epochs}, but there are only {epochs} epochs"
            yield Finding((*path, "epochs"), message, f"Decay over at most {epochs} epochs.")
        if steps is not None:
            yield from _beyond(path, schedule, steps * epochs)


def training_samples(data: DataSpec) -> int | None:
    """Return how many samples are trained on, where the spec alone tells."""
    if (kept := data.subset.train) is None:
        return None
    if data.validation.fraction is not None:
        return kept - max(1, round(kept * data.validation.fraction))
    return kept - (data.validation.count or 0)


def _steps_per_epoch(subject: Subject) -> int | None:
    batch_size, samples = subject.training.batch_size, training_samples(subject.data)
    if batch_size == "all":
        return 1
    return None if samples is None else max(1, math.ceil(samples / batch_size))


def _beyond(path: Path, schedule: Schedule, steps: int) -> Iterator[Finding]:
    if isinstance(schedule, ReduceOnPlateau):
        return
    if schedule.warmup_steps >= steps:
        message = f"{schedule.warmup_steps} steps of warm-up, but there are only {steps} steps in all"
        yield Finding((*path, "warmup_steps"), message, "Warm up over fewer steps.", "warning")
    elif isinstance(schedule, PiecewiseConstant):
        for index, boundary in enumerate(schedule.boundaries):
            if schedule.warmup_steps + boundary >= steps:
                message = f"step {boundary} is never reached: there are only {steps} steps"
                hint = "Use earlier boundaries, or train longer."
                yield Finding((*path, "boundaries", str(index)), message, hint, "warning")
                return

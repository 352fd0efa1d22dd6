"""Which data chooses, and which number."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.schedules import training_samples
from ablation.spec.checks.subject import Subject
from ablation.spec.reading.suggesting import suggest
from ablation.spec.schedules import ReduceOnPlateau

Path = tuple[str, ...]
# Not sums over batches, so training measures them once an epoch, on the validation samples.
ON_VALIDATION_ONLY = ("auc", "precision", "recall", "f1", "ece", "r2")


def check_validation(subject: Subject) -> Iterator[Finding]:
    """Find validation on the test part, and what steers the training by it."""
    if subject.data.validation.use != "test":
        return
    message = "the data that chooses is the data that judges: test results will look better than they are"
    hint = "Use validation: {fraction: 0.2}, unless a published experiment is to be repeated as it was."
    yield Finding(("data", "validation", "use"), message, hint, "warning")
    for path, monitor in _monitors(subject):
        if monitor.startswith("val_"):
            message = f"{monitor} is measured on the test part, so the test part steers the training it is to judge"
            hint = "Use validation: {fraction: 0.2}: no test result of this study can be trusted otherwise."
            yield Finding(path, message, hint, "warning")


def check_split(subject: Subject) -> Iterator[Finding]:
    """Find a validation split that takes every training sample."""
    left, validation = training_samples(subject.data), subject.data.validation
    if left is not None and left < 1:
        key = "count" if validation.count is not None else "fraction"
        message = f"leaves none of the {subject.data.subset.train} training samples to train on"
        yield Finding(("data", "validation", key), message, "Validate on fewer, or keep more in data.subset.train.")


def check_monitors(subject: Subject) -> Iterator[Finding]:
    """Find monitors that are no metric of the history."""
    metrics = ("loss", *subject.training.metrics, "objective")
    columns = [f"val_{name}" for name in metrics] + [name for name in metrics if name not in ON_VALIDATION_ONLY]
    if subject.training.diagnostics.clean_metrics:
        columns += [f"clean_{name}" for name in metrics[:-1]]
    for path, monitor in _monitors(subject):
        if monitor in columns:
            continue
        if monitor.removeprefix("clean_") in metrics[:-1] and monitor.startswith("clean_"):
            hint = "Add `diagnostics: {clean_metrics: true}` to training: it is measured on request."
        elif monitor in metrics:
            hint = f"Write val_{monitor}: it is measured on the validation samples alone."
        else:
            hint = suggest(monitor, columns)
        yield Finding(path, f"no metric of the history is named {monitor!r}", hint)


def check_early_stopping(subject: Subject) -> Iterator[Finding]:
    """Find early stopping that never begins to watch."""
    stopping, epochs = subject.training.early_stopping, subject.training.total_epochs
    if stopping is not None and stopping.start_from_epoch >= epochs:
        message = f"it never watches: the training has {epochs} epochs"
        path = ("training", "early_stopping", "start_from_epoch")
        yield Finding(path, message, "Set a smaller number, or remove early_stopping.", "warning")


def _monitors(subject: Subject) -> Iterator[tuple[Path, str]]:
    training = subject.training
    if training.early_stopping is not None:
        yield ("training", "early_stopping", "monitor"), training.early_stopping.monitor
    if isinstance(training.schedule, ReduceOnPlateau):
        yield ("training", "schedule", "monitor"), training.schedule.monitor
    for phase in training.phases:
        if isinstance(phase.schedule, ReduceOnPlateau):
            yield ("training", "phases", phase.name, "schedule", "monitor"), phase.schedule.monitor

"""Loss, metrics and class weights against classes or numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject
from ablation.spec.outputs import is_of_classes
from ablation.spec.training import CLASS_METRICS

TRAINING = "training"


def check_loss(subject: Subject) -> Iterator[Finding]:
    """Find a loss of classes on a dataset without classes."""
    loss, dataset = subject.training.loss, subject.dataset
    if dataset.classes is None and is_of_classes(loss):
        message = f"{loss.kind} is for classes, but {dataset.name} is a regression"
        yield Finding(
            (TRAINING, "loss"), message, "Choose from: mean_squared_error, mean_absolute_error, huber, log_cosh."
        )


def check_metrics(subject: Subject) -> Iterator[Finding]:
    """Find metrics of classes on numbers, and top-k metrics of fewer classes than k."""
    for index, name in enumerate(subject.training.metrics):
        path = (TRAINING, "metrics", str(index))
        classes = subject.dataset.classes
        if classes is None and name in CLASS_METRICS:
            message = f"{name} is for classes, but {subject.dataset.name} is a regression"
            yield Finding(path, message, "Choose from: mse, rmse, mae, r2.")
        elif classes is not None and name.startswith("top_") and int(name.split("_")[1]) >= classes:
            message = f"{name} is always 1: {subject.dataset.name} has {classes} classes"
            is_meant = int(name.split("_")[1]) == classes
            yield Finding(path, message, "Use accuracy, or a smaller k.", "warning" if is_meant else "error")


def check_class_weights(subject: Subject) -> Iterator[Finding]:
    """Find class weights without classes, or not one a class."""
    weights, classes = subject.training.class_weights, subject.dataset.classes
    if weights is None:
        return
    path = (TRAINING, "class_weights")
    if classes is None:
        yield Finding(path, f"{subject.dataset.name} is a regression: it has no classes", "Remove it.")
    elif weights != "balanced" and len(weights) != classes:
        message = f"{len(weights)} weights, but {subject.dataset.name} has {classes} classes"
        yield Finding(path, message, f"Give {classes} weights, or write balanced.")

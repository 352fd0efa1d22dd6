"""Checks across the fields of one trial's spec, before anything trains. Warnings are few: each is certain."""

from __future__ import annotations

from ablation.catalogue import Dataset
from ablation.spec.checks.activations import check_hidden_probabilities, check_output_activation, check_output_noise
from ablation.spec.checks.backbones import check_backbones
from ablation.spec.checks.data import check_augmenters, check_label_noise, check_paths, check_unknown_words
from ablation.spec.checks.embeddings import check_embeddings
from ablation.spec.checks.findings import Finding
from ablation.spec.checks.losses import check_class_weights, check_loss, check_metrics
from ablation.spec.checks.normalization import check_normalization_axes
from ablation.spec.checks.outputs import check_outputs
from ablation.spec.checks.phases import check_phases, check_trained
from ablation.spec.checks.precision import check_precision
from ablation.spec.checks.schedules import check_batch_size, check_schedules
from ablation.spec.checks.subject import Check, Subject
from ablation.spec.checks.validation import check_early_stopping, check_monitors, check_split, check_validation
from ablation.spec.shapes import ModelShapes, Shape, ShapeError, model_shapes, sample_shape
from ablation.spec.trials import TrialSpec

__all__ = ["Finding", "check"]

CHECKS: tuple[Check, ...] = (
    check_paths,
    check_unknown_words,
    check_split,
    check_augmenters,
    check_label_noise,
    check_outputs,
    check_output_activation,
    check_hidden_probabilities,
    check_output_noise,
    check_normalization_axes,
    check_embeddings,
    check_backbones,
    check_trained,
    check_precision,
    check_loss,
    check_metrics,
    check_class_weights,
    check_batch_size,
    check_schedules,
    check_phases,
    check_monitors,
    check_early_stopping,
    check_validation,
)


def check(spec: TrialSpec, dataset: Dataset) -> list[Finding]:
    """Return everything found in a resolved trial spec, errors first."""
    sample: Shape | None = None
    shapes: ModelShapes | None = None
    findings: list[Finding] = []
    try:
        sample = sample_shape(spec.data, dataset)
        shapes = None if sample is None else model_shapes(spec.model, sample)
    except ShapeError as error:
        findings.append(Finding(error.path, error.message, error.hint))
    subject = Subject(spec, dataset, sample, shapes)
    for find in CHECKS:
        findings.extend(find(subject))
    return sorted(findings, key=lambda finding: finding.severity)

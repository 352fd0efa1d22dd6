"""How many outputs the model has, against what the loss needs."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.endings import deciding_layer
from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject
from ablation.spec.layers import Dense
from ablation.spec.outputs import expected_outputs
from ablation.spec.shapes.records import display


def check_outputs(subject: Subject) -> Iterator[Finding]:
    """Find a model whose outputs are not those that the loss needs."""
    if subject.shapes is None or None in subject.shapes.output_shape:
        return
    dataset, shape = subject.dataset, subject.shapes.output_shape
    needed = expected_outputs(subject.training.loss, classes=dataset.classes, targets=dataset.targets)
    if shape == (needed,):
        return
    layer = deciding_layer(subject.model)
    path = ("model", "layers", layer.name)
    if isinstance(layer, Dense) and len(shape) == 1:
        message = f"is {layer.units}, but {_outputs(needed)}: {_reason(subject, needed)}"
        yield Finding((*path, "units"), message, _advice(subject, needed, layer.units))
    else:
        message = f"the model gives {display(shape)}, but {_outputs(needed)}: {_reason(subject, needed)}"
        before = "a flatten or global pooling layer and " if len(shape) > 1 else ""
        yield Finding(path, message, f"End the model with {before}a dense layer of {needed} units.")


def _outputs(needed: int) -> str:
    return "1 output is needed" if needed == 1 else f"{needed} outputs are needed"


def _reason(subject: Subject, needed: int) -> str:
    dataset = subject.dataset
    if dataset.classes is None:
        return f"{dataset.name} has {dataset.targets} target{'s' if dataset.targets > 1 else ''}"
    if needed == 1:
        return f"{subject.training.loss.kind} asks one yes or no of the {dataset.classes} classes of {dataset.name}"
    return f"{dataset.name} has {dataset.classes} classes"


def _advice(subject: Subject, needed: int, units: int) -> str:
    if needed == 1 and subject.dataset.classes == units:
        return "Set units: 1, or keep one output a class with loss: {kind: categorical_crossentropy}."
    if units == 1 and subject.dataset.classes == 2:
        return "Set units: 2, or keep one output with loss: {kind: binary_crossentropy}."
    return f"Set units: {needed}."

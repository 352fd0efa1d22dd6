"""The axis of normalisation, against data whose channels come last."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject, paths_of
from ablation.spec.layers import BatchNormalization
from ablation.spec.shapes.normalization import feature_axis

# What the axes before the channels are, by the number of axes of a sample.
AXES = {2: ("step",), 3: ("row", "column")}


def check_normalization_axes(subject: Subject) -> Iterator[Finding]:
    """Find batch normalisation over an axis that is not the features'."""
    if subject.shapes is None:
        return
    shapes = {layer.name: layer.output_shape for layer in subject.shapes.layers}
    for path, layer in paths_of(subject.model.layers):
        if not isinstance(layer, BatchNormalization):
            continue
        shape = shapes[layer.name]
        axis = feature_axis(layer, shape)
        if axis != len(shape):
            what = AXES[len(shape)][axis - 1] if len(shape) in AXES else "place"
            message = (
                f"axis {layer.axis} is not that of the channels: each {what} gets a mean and a variance of its own, "
                "shared by all channels"
            )
            hint = "Use axis: -1, as channels come last here; keep it only to repeat a published mistake."
            yield Finding((*path, "axis"), message, hint, "warning")

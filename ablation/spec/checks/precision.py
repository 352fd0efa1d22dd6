"""What cannot be computed in 16 bits."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Path, Subject, paths_of
from ablation.spec.layers import Bidirectional, Layer
from ablation.spec.precision import float32_layers


def check_precision(subject: Subject) -> Iterator[Finding]:
    """Find penalties on outputs of 16 bits: Keras cannot add them to the loss, and in float16 they would overflow."""
    precision = subject.training.precision
    if precision == "float32":
        return
    kept = [("model", "layers", name) for name in float32_layers(subject.model.layers)]
    for path, layer in paths_of(subject.model.layers):
        for keys in _penalties_on_outputs(layer):
            if path[:3] not in kept:
                message = f"a penalty on the output cannot be computed with precision: {precision}"
                hint = "Remove it, put a penalty on the kernel, or set `training.precision: float32`."
                yield Finding((*path, *keys), message, hint)


def _penalties_on_outputs(layer: Layer) -> Iterator[Path]:
    """Yield where a layer has one: of its own, or of the layer that runs in two directions."""
    key = "activity_regularizer"
    if getattr(layer, key, None) is not None:
        yield (key,)
    if isinstance(layer, Bidirectional) and layer.layer.activity_regularizer is not None:
        yield ("layer", key)

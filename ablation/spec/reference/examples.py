"""One short example of every kind: its required settings, and those whose default is worth changing."""

from __future__ import annotations

from typing import Any

from ablation.spec.reference.schema import kinds_of
from ablation.spec.reference.wording import flow

Schema = dict[str, Any]

# Kinds whose settings explain themselves better together.
_WRITTEN = {
    "layer.activation": "{kind: activation, name: act_1, activation: relu}",
    "layer.backbone": "{kind: backbone, name: features, network: mobilenet_v2, alpha: 0.35, weights: imagenet}",
    "layer.batch_normalization": "{kind: batch_normalization, name: norm_1, momentum: 0.9}",
    "layer.bidirectional": "{kind: bidirectional, name: both, layer: {kind: lstm, units: 32}}",
    "layer.conv1d": "{kind: conv1d, name: conv_1, filters: 32, kernel_size: 5, activation: relu}",
    "layer.conv2d": "{kind: conv2d, name: conv_1, filters: 32, kernel_size: 3, padding: same, activation: relu}",
    "layer.dense": "{kind: dense, name: hidden_1, units: 64, activation: relu, kernel_initializer: {kind: he_uniform}}",
    "layer.max_pooling2d": "{kind: max_pooling2d, name: pool_1, pool_size: 2}",
    "layer.residual": "{kind: residual, name: block_1, layers: [{kind: dense, name: inner_1, units: 64}]}",
    "normalizer.clip": "{kind: clip, lower_percentile: 1, upper_percentile: 99}",
    "schedule.piecewise": "{kind: piecewise, boundaries: [300, 3000], factors: [1.0, 0.1, 0.01]}",
}


def example(name: str, schema: Schema) -> str:
    """Return the example of a kind, as YAML on one line.

    Args:
        name: Of its definition, e.g. layer.dense.
        schema: Its definition.
    """
    return _WRITTEN.get(name) or flow(_values(schema))


def _values(schema: Schema) -> dict[str, Any]:
    kind = kinds_of(schema)[0]
    values: dict[str, Any] = {"kind": kind}
    for key, node in schema["properties"].items():
        is_required = key in schema["required"]
        if key == "name":
            values[key] = f"{kind}_1"
        elif key != "kind" and (is_required or {"examples", "default"} <= node.keys()):
            values[key] = _value(node, key)
    return values


def _value(node: Schema, key: str) -> Any:
    if "examples" in node:
        return node["examples"][0]
    if "enum" in node:
        return node["enum"][-1]
    raise ValueError(f"{key} needs an example: `Field(examples=[...])`")

"""Every kind of layer with several settings: the same output and the same numbers of weights as Keras."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.spec import ModelSpec, model_shapes
from ablation.spec.layers import Layer
from ablation.spec.reading.annotations import kinds

from .keras_models import keras_model, numbers_in

IMAGE, ODD_IMAGE, STEPS, ROW = (12, 10, 6), (9, 7, 6), (11, 6), (24,)

CASES: list[tuple[dict[str, Any], tuple[int | None, ...]]] = [
    ({"kind": "dense", "units": 5}, ROW),
    ({"kind": "dense", "units": 5, "use_bias": False}, ROW),
    ({"kind": "dense", "units": 5}, IMAGE),
    ({"kind": "embedding", "input_dim": 50, "output_dim": 3}, (7,)),
    ({"kind": "embedding", "input_dim": 50, "output_dim": 3, "mask_zero": True}, (7, 2)),
    ({"kind": "conv1d", "filters": 4, "kernel_size": 3}, STEPS),
    ({"kind": "conv1d", "filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, STEPS),
    ({"kind": "conv1d", "filters": 4, "kernel_size": 3, "dilation_rate": 5}, STEPS),
    ({"kind": "conv1d", "filters": 4, "kernel_size": 2, "groups": 2, "use_bias": False}, (None, 6)),
    ({"kind": "conv2d", "filters": 4, "kernel_size": 3}, IMAGE),
    ({"kind": "conv2d", "filters": 4, "kernel_size": [5, 1], "strides": [2, 3]}, IMAGE),
    ({"kind": "conv2d", "filters": 4, "kernel_size": [9, 7]}, ODD_IMAGE),
    ({"kind": "conv2d", "filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, ODD_IMAGE),
    ({"kind": "conv2d", "filters": 6, "kernel_size": 3, "groups": 3, "dilation_rate": [2, 3]}, IMAGE),
    ({"kind": "conv2d", "filters": 4, "kernel_size": 3, "use_bias": False}, (None, 10, 6)),
    ({"kind": "depthwise_conv2d", "kernel_size": 3}, IMAGE),
    ({"kind": "depthwise_conv2d", "kernel_size": [3, 2], "strides": 2, "depth_multiplier": 3}, ODD_IMAGE),
    ({"kind": "depthwise_conv2d", "kernel_size": 3, "padding": "same", "use_bias": False}, ODD_IMAGE),
    ({"kind": "separable_conv2d", "filters": 5, "kernel_size": 3}, IMAGE),
    ({"kind": "separable_conv2d", "filters": 5, "kernel_size": 3, "depth_multiplier": 2, "strides": 2}, IMAGE),
    ({"kind": "separable_conv2d", "filters": 5, "kernel_size": 3, "dilation_rate": 2, "use_bias": False}, ODD_IMAGE),
    ({"kind": "max_pooling1d"}, STEPS),
    ({"kind": "max_pooling1d", "pool_size": 3, "strides": 1, "padding": "same"}, STEPS),
    ({"kind": "average_pooling1d", "pool_size": 4}, STEPS),
    ({"kind": "average_pooling1d", "pool_size": 4, "padding": "same"}, STEPS),
    ({"kind": "max_pooling2d"}, ODD_IMAGE),
    ({"kind": "max_pooling2d", "pool_size": [3, 2], "strides": [1, 3]}, ODD_IMAGE),
    ({"kind": "average_pooling2d", "padding": "same"}, ODD_IMAGE),
    ({"kind": "average_pooling2d", "pool_size": 3, "strides": 2}, IMAGE),
    ({"kind": "global_max_pooling1d"}, STEPS),
    ({"kind": "global_max_pooling1d", "keepdims": True}, STEPS),
    ({"kind": "global_average_pooling1d"}, STEPS),
    ({"kind": "global_average_pooling1d", "keepdims": True}, STEPS),
    ({"kind": "global_max_pooling2d"}, IMAGE),
    ({"kind": "global_max_pooling2d", "keepdims": True}, IMAGE),
    ({"kind": "global_average_pooling2d"}, IMAGE),
    ({"kind": "global_average_pooling2d", "keepdims": True}, IMAGE),
    ({"kind": "flatten"}, IMAGE),
    ({"kind": "flatten"}, ROW),
    ({"kind": "flatten"}, (None, 6)),
    ({"kind": "reshape", "target_shape": [4, 6]}, ROW),
    ({"kind": "reshape", "target_shape": [2, -1, 3]}, ROW),
    ({"kind": "reshape", "target_shape": [-1]}, IMAGE),
    ({"kind": "reshape", "target_shape": [-1, 3]}, (None, 6)),
    ({"kind": "zero_padding1d"}, STEPS),
    ({"kind": "zero_padding1d", "padding": [0, 3]}, STEPS),
    ({"kind": "zero_padding2d"}, IMAGE),
    ({"kind": "zero_padding2d", "padding": [1, 4]}, IMAGE),
    ({"kind": "zero_padding2d", "padding": [[1, 0], [2, 5]]}, IMAGE),
    ({"kind": "activation", "activation": "softmax"}, ROW),
    ({"kind": "relu", "max_value": 6.0}, IMAGE),
    ({"kind": "leaky_relu"}, ROW),
    ({"kind": "prelu"}, IMAGE),
    ({"kind": "prelu", "shared_axes": [1, 2]}, IMAGE),
    ({"kind": "prelu", "shared_axes": [1]}, ROW),
    ({"kind": "elu"}, ROW),
    ({"kind": "selu"}, ROW),
    ({"kind": "gelu"}, STEPS),
    ({"kind": "dropout", "rate": 0.5}, IMAGE),
    ({"kind": "spatial_dropout1d", "rate": 0.5}, STEPS),
    ({"kind": "spatial_dropout2d", "rate": 0.5}, IMAGE),
    ({"kind": "alpha_dropout", "rate": 0.5}, ROW),
    ({"kind": "gaussian_dropout", "rate": 0.5}, ROW),
    ({"kind": "gaussian_noise", "stddev": 0.1}, ROW),
    ({"kind": "batch_normalization"}, IMAGE),
    ({"kind": "batch_normalization", "axis": 1}, IMAGE),
    ({"kind": "batch_normalization", "axis": 1, "center": False}, ROW),
    ({"kind": "batch_normalization", "axis": -2, "scale": False, "center": False}, STEPS),
    ({"kind": "batch_normalization", "trainable": False}, ROW),
    ({"kind": "layer_normalization"}, IMAGE),
    ({"kind": "layer_normalization", "axis": 2, "scale": False}, IMAGE),
    ({"kind": "group_normalization", "groups": 3}, IMAGE),
    ({"kind": "group_normalization", "groups": 6, "axis": 1, "center": False}, IMAGE),
    ({"kind": "lstm", "units": 4}, STEPS),
    ({"kind": "lstm", "units": 4, "return_sequences": True, "use_bias": False}, (None, 6)),
    ({"kind": "lstm", "units": 4, "dropout": 0.2, "recurrent_dropout": 0.2}, STEPS),
    ({"kind": "gru", "units": 4}, STEPS),
    ({"kind": "gru", "units": 4, "reset_after": False, "go_backwards": True}, STEPS),
    ({"kind": "gru", "units": 4, "use_bias": False, "return_sequences": True}, STEPS),
    ({"kind": "bidirectional", "layer": {"kind": "lstm", "units": 4}}, STEPS),
    ({"kind": "bidirectional", "layer": {"kind": "gru", "units": 4, "return_sequences": True}}, STEPS),
    ({"kind": "bidirectional", "layer": {"kind": "gru", "units": 4}, "merge_mode": "ave"}, STEPS),
    ({"kind": "add"}, IMAGE),
    ({"kind": "multiply"}, ROW),
    ({"kind": "average"}, STEPS),
    ({"kind": "maximum"}, ROW),
    ({"kind": "concatenate"}, IMAGE),
    ({"kind": "concatenate", "axis": 1}, IMAGE),
    ({"kind": "concatenate", "axis": -2}, STEPS),
]
MERGES = ("add", "multiply", "average", "maximum", "concatenate")


def one_layer(fields: dict[str, Any]) -> ModelSpec:
    inputs = {"inputs": ["INPUT", "INPUT"]} if fields["kind"] in MERGES else {}
    return ModelSpec.model_validate({"layers": [{"name": "layer", **inputs, **fields}]})


def test_cases_cover_every_kind_but_blocks_and_networks() -> None:
    assert {fields["kind"] for fields, _ in CASES} == set(kinds(Layer)) - {"residual", "backbone"}


@pytest.mark.parametrize(("fields", "input_shape"), CASES, ids=lambda value: str(value))
def test_kind_gives_what_keras_gives(fields: dict[str, Any], input_shape: tuple[int | None, ...]) -> None:
    spec = one_layer(fields)
    expected = keras_model(spec, input_shape)
    shapes = model_shapes(spec, input_shape)
    assert shapes.output_shape == tuple(expected.output_shape[1:])
    assert shapes.parameters == expected.count_params()
    assert shapes.trainable_parameters == numbers_in(expected.trainable_weights)

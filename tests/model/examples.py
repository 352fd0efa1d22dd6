"""Every kind of layer with a value of its own for every field, and the shape of a sample it takes."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from ablation.spec.layers import Layer

LAYER: TypeAdapter[Layer] = TypeAdapter(Layer)

HE = {"kind": "he_normal"}
UNIFORM = {"kind": "random_uniform", "minval": -0.25, "maxval": 0.75}
CONSTANT = {"kind": "constant", "value": 0.5}
VARIANCE = {"kind": "variance_scaling", "scale": 2.0, "mode": "fan_avg", "distribution": "uniform"}
L1 = {"kind": "l1", "factor": 0.25}
L2 = {"kind": "l2", "factor": 0.5}
L1L2 = {"kind": "l1_l2", "l1": 0.25, "l2": 0.5}
MAX_NORM = {"kind": "max_norm", "max_value": 3.0, "axis": 0}
UNIT_NORM = {"kind": "unit_norm", "axis": 0}
NON_NEG = {"kind": "non_neg"}

_BIAS: dict[str, Any] = {
    "use_bias": False,
    "bias_initializer": CONSTANT,
    "bias_regularizer": L2,
    "activity_regularizer": L1,
    "bias_constraint": NON_NEG,
    "activation": "relu",
    "trainable": False,
}
_KERNEL: dict[str, Any] = {
    **_BIAS,
    "kernel_initializer": HE,
    "kernel_regularizer": L1L2,
    "kernel_constraint": MAX_NORM,
}
_DEPTHWISE: dict[str, Any] = {
    **_BIAS,
    "kernel_size": [3, 2],
    "strides": 2,
    "padding": "same",
    "depth_multiplier": 2,
    "depthwise_initializer": VARIANCE,
    "depthwise_regularizer": L2,
    "depthwise_constraint": UNIT_NORM,
}
CELL: dict[str, Any] = {
    **{key: value for key, value in _KERNEL.items() if key != "trainable"},
    "units": 3,
    "recurrent_activation": "hard_sigmoid",
    "recurrent_initializer": {"kind": "orthogonal", "gain": 0.5},
    "recurrent_regularizer": L1,
    "recurrent_constraint": UNIT_NORM,
    "dropout": 0.25,
    "recurrent_dropout": 0.5,
    "return_sequences": True,
    "go_backwards": True,
}
_NORMALIZATION: dict[str, Any] = {
    "axis": 1,
    "epsilon": 0.25,
    "center": False,
    "scale": False,
    "beta_regularizer": L1,
    "gamma_regularizer": L2,
    "trainable": False,
}
_POOLING_1D: dict[str, Any] = {"pool_size": 3, "strides": 2, "padding": "same"}
_POOLING_2D: dict[str, Any] = {"pool_size": [3, 2], "strides": [1, 2], "padding": "same"}
_SEQUENCE, _IMAGE = (6, 4), (6, 6, 4)

EXAMPLES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "dense": ({**_KERNEL, "units": 3}, (4,)),
    "embedding": (
        {
            "input_dim": 7,
            "output_dim": 3,
            "mask_zero": True,
            "embeddings_initializer": {"kind": "truncated_normal", "mean": 0.5, "stddev": 0.25},
            "embeddings_regularizer": {"kind": "orthogonal", "factor": 0.5, "mode": "columns"},
            "embeddings_constraint": {
                "kind": "min_max_norm",
                "min_value": 0.5,
                "max_value": 2.0,
                "rate": 0.5,
                "axis": 1,
            },
            "trainable": False,
        },
        (5,),
    ),
    "conv1d": (
        {
            **_KERNEL,
            "filters": 4,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "groups": 2,
        },
        _SEQUENCE,
    ),
    "conv2d": (
        {
            **_KERNEL,
            "filters": 4,
            "kernel_size": [3, 2],
            "strides": [2, 1],
            "padding": "same",
            "groups": 2,
        },
        _IMAGE,
    ),
    "depthwise_conv2d": (_DEPTHWISE, _IMAGE),
    "separable_conv2d": (
        {
            **_DEPTHWISE,
            "filters": 3,
            "pointwise_initializer": UNIFORM,
            "pointwise_regularizer": L1,
            "pointwise_constraint": NON_NEG,
        },
        _IMAGE,
    ),
    "max_pooling1d": (_POOLING_1D, _SEQUENCE),
    "average_pooling1d": (_POOLING_1D, _SEQUENCE),
    "max_pooling2d": (_POOLING_2D, _IMAGE),
    "average_pooling2d": (_POOLING_2D, _IMAGE),
    "global_max_pooling1d": ({"keepdims": True}, _SEQUENCE),
    "global_average_pooling1d": ({"keepdims": True}, _SEQUENCE),
    "global_max_pooling2d": ({"keepdims": True}, _IMAGE),
    "global_average_pooling2d": ({"keepdims": True}, _IMAGE),
    "flatten": ({}, _IMAGE),
    "reshape": ({"target_shape": [2, -1]}, _SEQUENCE),
    "zero_padding1d": ({"padding": [1, 2]}, _SEQUENCE),
    "zero_padding2d": ({"padding": [[1, 2], [3, 0]]}, _IMAGE),
    "activation": ({"activation": "softmax"}, (4,)),
    "relu": ({"max_value": 2.0, "negative_slope": 0.25, "threshold": 0.5}, (4,)),
    "leaky_relu": ({"negative_slope": 0.25}, (4,)),
    "prelu": (
        {"alpha_initializer": CONSTANT, "alpha_regularizer": L2, "shared_axes": [1], "trainable": False},
        _SEQUENCE,
    ),
    "elu": ({"alpha": 0.5}, (4,)),
    "selu": ({}, (4,)),
    "gelu": ({"approximate": True}, (4,)),
    "dropout": ({"rate": 0.25}, (4,)),
    "spatial_dropout1d": ({"rate": 0.25}, _SEQUENCE),
    "spatial_dropout2d": ({"rate": 0.25}, _IMAGE),
    "alpha_dropout": ({"rate": 0.25}, (4,)),
    "gaussian_dropout": ({"rate": 0.25}, (4,)),
    "gaussian_noise": ({"stddev": 0.25}, (4,)),
    "batch_normalization": ({**_NORMALIZATION, "momentum": 0.5}, _SEQUENCE),
    "layer_normalization": (_NORMALIZATION, _SEQUENCE),
    "group_normalization": ({**_NORMALIZATION, "groups": 2}, _SEQUENCE),
    "lstm": ({**CELL, "unit_forget_bias": False, "trainable": False}, _SEQUENCE),
    "gru": ({**CELL, "reset_after": False, "trainable": False}, _SEQUENCE),
    "bidirectional": (
        {"layer": {**CELL, "kind": "gru", "reset_after": False}, "merge_mode": "sum", "trainable": False},
        _SEQUENCE,
    ),
    "add": ({"inputs": ["INPUT", "INPUT"]}, (4,)),
    "multiply": ({"inputs": ["INPUT", "INPUT"]}, (4,)),
    "average": ({"inputs": ["INPUT", "INPUT"]}, (4,)),
    "maximum": ({"inputs": ["INPUT", "INPUT"]}, (4,)),
    "concatenate": ({"inputs": ["INPUT", "INPUT"], "axis": 1}, _SEQUENCE),
    "residual": (
        {
            "layers": [{"kind": "conv2d", "name": "inner", "filters": 3, "kernel_size": 3, "padding": "same"}],
            "shortcut": "projection",
            "activation": "relu",
            "projection_initializer": HE,
            "projection_regularizer": L2,
        },
        _IMAGE,
    ),
    "backbone": (
        {"network": "mobilenet_v2", "weights": "none", "alpha": 0.35, "trainable": True, "preprocess": False},
        (32, 32, 3),
    ),
}

# Fields that cannot be set together with others: a convolution has either strides or dilation.
INSTEAD: dict[str, dict[str, Any]] = {
    "conv1d": {"strides": 1, "dilation_rate": 2},
    "conv2d": {"strides": 1, "dilation_rate": [1, 2]},
    "depthwise_conv2d": {"strides": 1, "dilation_rate": [1, 2]},
    "separable_conv2d": {"strides": 1, "dilation_rate": [1, 2]},
}


def example(kind: str, **settings: Any) -> dict[str, Any]:
    """Return the example of a kind as a spec writes it, named `it`, with other settings for some fields."""
    return {"kind": kind, "name": "it", **EXAMPLES[kind][0], **settings}

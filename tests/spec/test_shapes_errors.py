"""Layers that do not fit: where, why, what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.spec import ModelSpec, ShapeError, model_shapes

from .checked import named

IMAGE = (28, 28, 3)
Layers = list[dict[str, Any]]

WRONG: dict[str, tuple[Layers, tuple[int | None, ...], str, str, str]] = {
    "conv2d_without_channels": (
        [{"kind": "conv2d", "filters": 4, "kernel_size": 3}],
        (8, 8),
        "model.layers.conv2d",
        "takes images of shape (height, width, channels); got (8, 8) from the samples",
        "target_shape: [8, 8, 1]",
    ),
    "conv2d_after_flatten": (
        [{"kind": "flatten"}, {"kind": "conv2d", "filters": 4, "kernel_size": 3}],
        IMAGE,
        "model.layers.conv2d",
        "got (2352,) from flatten",
        "before the layer that flattens",
    ),
    "lstm_without_steps": (
        [{"kind": "lstm", "units": 4}],
        (100,),
        "model.layers.lstm",
        "takes sequences of shape (steps, channels); got (100,) from the samples",
        "embedding layer",
    ),
    "lstm_of_a_last_step": (
        [{"kind": "lstm", "units": 4}, {"kind": "lstm", "units": 4}],
        (7, 3),
        "model.layers.lstm_2",
        "got (4,) from lstm",
        "return_sequences: true",
    ),
    "lstm_of_images": ([{"kind": "lstm", "units": 4}], IMAGE, "model.layers.lstm", "(28, 28, 3)", "rows become steps"),
    "pooling_of_rows": ([{"kind": "max_pooling2d"}], (5,), "model.layers.max_pooling2d", "takes images", "reshape"),
    "spatial_dropout_of_a_row": (
        [{"kind": "spatial_dropout1d", "rate": 0.5}],
        (5,),
        "model.layers.spatial_dropout1d",
        "takes sequences",
        "embedding",
    ),
    "window_larger_than_the_image": (
        [{"kind": "max_pooling2d", "pool_size": 8}, {"kind": "conv2d", "filters": 4, "kernel_size": [3, 5]}],
        (32, 32, 3),
        "model.layers.conv2d.kernel_size",
        "its window (3, 5) is larger than its input; got (4, 4, 3) from max_pooling2d",
        "padding: same, a smaller kernel_size",
    ),
    "dilated_window_larger_than_the_image": (
        [{"kind": "conv2d", "filters": 4, "kernel_size": 3, "dilation_rate": 4}],
        (8, 8, 3),
        "model.layers.conv2d.kernel_size",
        "its window (9, 9) is larger",
        "padding: same",
    ),
    "pool_larger_than_the_image": (
        [{"kind": "average_pooling2d", "pool_size": 9}],
        (8, 8, 3),
        "model.layers.average_pooling2d.pool_size",
        "its window (9, 9) is larger",
        "a smaller pool_size",
    ),
    "strides_with_dilation": (
        [{"kind": "separable_conv2d", "filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}],
        IMAGE,
        "model.layers.separable_conv2d.dilation_rate",
        "cannot both be above 1",
        "Set one of them to 1",
    ),
    "groups_that_do_not_divide_filters": (
        [{"kind": "conv2d", "filters": 4, "kernel_size": 3, "groups": 3}],
        IMAGE,
        "model.layers.conv2d.groups",
        "4 filters cannot be divided into 3 groups",
        "a divisor of 4 filters and 3 input channels",
    ),
    "groups_that_do_not_divide_channels": (
        [{"kind": "conv1d", "filters": 4, "kernel_size": 3, "groups": 2}],
        (9, 3),
        "model.layers.conv1d.groups",
        "3 input channels cannot be divided into 2 groups",
        "e.g. 1",
    ),
    "groups_that_do_not_divide_features": (
        [{"kind": "group_normalization"}],
        (8, 8, 48),
        "model.layers.group_normalization.groups",
        "48 features cannot be divided into 32 groups",
        "a divisor of 48",
    ),
    "axis_beyond_the_last": (
        [{"kind": "batch_normalization", "axis": 3}],
        (9, 3),
        "model.layers.batch_normalization.axis",
        "there is no axis 3; got (9, 3)",
        "its input has 2",
    ),
    "axis_of_the_batch": (
        [{"kind": "layer_normalization", "axis": 0}],
        (9, 3),
        "model.layers.layer_normalization.axis",
        "axis 0 is the batch",
        "counted from 1",
    ),
    "prelu_axis_beyond_the_last": (
        [{"kind": "prelu", "shared_axes": [1, 2]}],
        (9,),
        "model.layers.prelu.shared_axes",
        "there is no axis 2",
        "its input has 1",
    ),
    "reshape_of_another_size": (
        [{"kind": "reshape", "target_shape": [7, 9]}],
        (8, 8),
        "model.layers.reshape.target_shape",
        "64 values do not fill (7, 9)",
        "one axis may be -1",
    ),
    "reshape_that_leaves_a_rest": (
        [{"kind": "reshape", "target_shape": [-1, 5]}],
        (8, 8),
        "model.layers.reshape.target_shape",
        "64 values do not fill (?, 5)",
        "a shape of 64 values",
    ),
    "dense_of_single_values": ([{"kind": "dense", "units": 2}], (), "model.layers.dense", "at least one axis", "[1]"),
    "merge_of_different_shapes": (
        [
            {"kind": "dense", "units": 4},
            {"kind": "dense", "units": 5, "inputs": ["INPUT"]},
            {"kind": "add", "inputs": ["dense", "dense_2"]},
        ],
        (9,),
        "model.layers.add.inputs",
        "its inputs differ in shape; got (4,) from dense, (5,) from dense_2",
        "Give them one shape",
    ),
    "concatenation_of_different_sizes": (
        [
            {"kind": "conv2d", "filters": 4, "kernel_size": 3},
            {"kind": "concatenate", "inputs": ["INPUT", "conv2d"]},
        ],
        IMAGE,
        "model.layers.concatenate.inputs",
        "differ beside axis -1; got (28, 28, 3) from the samples, (26, 26, 4) from conv2d",
        "pad, pool or reshape",
    ),
    "concatenation_of_different_ranks": (
        [{"kind": "flatten"}, {"kind": "concatenate", "inputs": ["INPUT", "flatten"]}],
        IMAGE,
        "model.layers.concatenate.inputs",
        "differ in their number of axes",
        "flatten",
    ),
    "concatenation_of_the_batch": (
        [{"kind": "concatenate", "inputs": ["INPUT", "INPUT"], "axis": 0}],
        (9,),
        "model.layers.concatenate.axis",
        "cannot be joined at axis 0",
        "0 is the batch",
    ),
    "identity_of_another_shape": (
        [{"kind": "residual", "layers": named([{"kind": "conv2d", "filters": 4, "kernel_size": 3}])}],
        IMAGE,
        "model.layers.residual.shortcut",
        "its layers give (26, 26, 4), which cannot be added to its input; got (28, 28, 3) from the samples",
        "Set shortcut: projection",
    ),
    "identity_is_not_stretched": (
        [{"kind": "residual", "layers": named([{"kind": "dense", "units": 1}])}],
        (9,),
        "model.layers.residual.shortcut",
        "its layers give (1,)",
        "shortcut: projection",
    ),
    "projection_that_no_strides_make": (
        [
            {
                "kind": "residual",
                "shortcut": "projection",
                "layers": named([{"kind": "conv2d", "filters": 4, "kernel_size": 3}]),
            }
        ],
        IMAGE,
        "model.layers.residual",
        "no strides lead",
        "Use padding: same",
    ),
    "projection_to_another_rank": (
        [{"kind": "residual", "shortcut": "projection", "layers": named([{"kind": "flatten"}])}],
        IMAGE,
        "model.layers.residual",
        "cannot be projected",
        "keep the number of axes",
    ),
    "layer_inside_a_block": (
        [{"kind": "residual", "layers": named([{"kind": "lstm", "units": 4}])}],
        (9,),
        "model.layers.residual.layers.lstm",
        "got (9,) from the block's input",
        "embedding",
    ),
    "backbone_of_grey_images": (
        [{"kind": "backbone", "network": "vgg16"}],
        (64, 64, 1),
        "model.layers.backbone",
        "takes images of 3 channels; got (64, 64, 1)",
        "inputs: [INPUT, INPUT, INPUT]",
    ),
    "backbone_of_small_images": (
        [{"kind": "backbone", "network": "xception"}],
        (64, 96, 3),
        "model.layers.backbone",
        "xception takes images of at least 71 x 71",
        "a resize step in data.normalize",
    ),
    "backbone_of_an_alpha_without_weights": (
        [{"kind": "backbone", "network": "mobilenet_v2", "alpha": 0.4}],
        (64, 64, 3),
        "model.layers.backbone.alpha",
        "no weights are published for alpha 0.4",
        "Choose from: 0.35, 0.5, 0.75, 1.0, 1.3, 1.4.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_layer_that_does_not_fit_is_reported_with_advice(case: str) -> None:
    layers, input_shape, path, message, hint = WRONG[case]
    spec = ModelSpec.model_validate({"layers": named(layers)})
    with pytest.raises(ShapeError) as raised:
        model_shapes(spec, input_shape)
    assert ".".join(raised.value.path) == path
    assert message in raised.value.message
    assert hint in raised.value.hint

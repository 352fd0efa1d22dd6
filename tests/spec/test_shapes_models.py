"""Whole models: graphs, blocks, frozen layers, networks."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.model import build_model
from ablation.spec import LayerShape, ModelShapes, ModelSpec, model_shapes
from ablation.spec.shapes.backbones import networks

from .checked import named
from .keras_models import numbers_in

CONV = {"kind": "conv2d", "filters": 8, "kernel_size": 3, "padding": "same"}
BLOCKS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "identity": ({"layers": named([{**CONV, "filters": 3}, {"kind": "batch_normalization"}])}, (9, 7, 3)),
    "none": ({"shortcut": "none", "layers": named([CONV])}, (9, 7, 3)),
    "projection": ({"shortcut": "projection", "layers": named([CONV]), "activation": "relu"}, (9, 7, 3)),
    "strided_projection": ({"shortcut": "projection", "layers": named([{**CONV, "strides": [2, 3]}])}, (9, 7, 3)),
    "projection_of_steps": (
        {"shortcut": "projection", "layers": named([{"kind": "lstm", "units": 4, "return_sequences": True}])},
        (9, 3),
    ),
    "projection_of_rows": ({"shortcut": "projection", "layers": named([{"kind": "dense", "units": 4}])}, (9,)),
    "input_inside_a_block": (
        {"layers": named([{"kind": "dense", "units": 9}, {"kind": "multiply", "inputs": ["dense", "INPUT"]}])},
        (9,),
    ),
}


def shapes_of(layers: list[dict[str, Any]], input_shape: tuple[int, ...]) -> ModelShapes:
    return model_shapes(ModelSpec.model_validate({"layers": named(layers)}), input_shape)


@pytest.mark.parametrize("case", BLOCKS)
def test_block_has_the_figures_of_the_model_that_is_built(case: str) -> None:
    fields, input_shape = BLOCKS[case]
    spec = ModelSpec.model_validate({"layers": [{"kind": "residual", "name": "block", **fields}]})
    shapes = model_shapes(spec, input_shape)
    built = build_model(spec, input_shape=input_shape, seed=0)
    assert shapes.output_shape == tuple(built.output_shape[1:])
    assert shapes.parameters == built.count_params()
    assert shapes.trainable_parameters == numbers_in(built.trainable_weights)


def test_layers_inside_a_block_stand_after_it_and_are_counted_once() -> None:
    fields, input_shape = BLOCKS["projection"]
    shapes = shapes_of([{"kind": "residual", **fields}, {"kind": "flatten"}], input_shape)
    assert shapes.layers == (
        LayerShape("residual", (9, 7, 8), 3 * 8 + 8, 3 * 8 + 8),
        LayerShape("conv2d", (9, 7, 8), 3 * 3 * 3 * 8 + 8, 3 * 3 * 3 * 8 + 8),
        LayerShape("flatten", (504,), 0, 0),
    )
    assert shapes.parameters == 32 + 224


def test_layer_by_name_takes_the_layers_it_names() -> None:
    shapes = shapes_of(
        [
            {"kind": "dense", "units": 4},
            {"kind": "dense", "units": 6, "inputs": ["INPUT"]},
            {"kind": "concatenate", "inputs": ["dense", "dense_2", "INPUT"]},
        ],
        (10,),
    )
    assert shapes.output_shape == (20,)
    assert shapes.parameters == 44 + 66


def test_smaller_shape_is_stretched_over_a_merge() -> None:
    pooled = {"kind": "global_average_pooling2d", "keepdims": True}
    assert shapes_of([pooled, {"kind": "multiply", "inputs": ["INPUT", pooled["kind"]]}], (8, 6, 3)).output_shape == (
        8,
        6,
        3,
    )


def test_frozen_layer_counts_but_is_not_trainable() -> None:
    shapes = shapes_of([{"kind": "dense", "units": 4, "trainable": False}, {"kind": "dense", "units": 2}], (10,))
    assert (shapes.parameters, shapes.trainable_parameters) == (44 + 10, 10)


def test_moving_statistics_are_no_trainable_parameters() -> None:
    shapes = shapes_of([{"kind": "batch_normalization"}], (10,))
    assert (shapes.parameters, shapes.trainable_parameters) == (40, 20)


def test_backbone_is_read_from_the_table() -> None:
    shapes = shapes_of([{"kind": "backbone", "network": "mobilenet_v2", "alpha": 0.35}], (192, 192, 3))
    assert shapes.layers == (LayerShape("backbone", (6, 6, 1280), 410_208, 0),)


def test_backbone_of_which_a_part_is_trained_has_an_unknown_number_of_trained_parameters() -> None:
    backbone = {"kind": "backbone", "network": "vgg16", "trainable": True, "trainable_layers": 4}
    shapes = shapes_of([backbone], (64, 64, 3))
    assert (shapes.parameters, shapes.trainable_parameters) == (14_714_688, None)


def test_backbone_of_an_alpha_of_ones_own_has_unknown_channels_and_what_follows_unknown_parameters() -> None:
    backbone = {"kind": "backbone", "network": "mobilenet", "alpha": 0.33, "weights": "none"}
    shapes = shapes_of([backbone, {"kind": "flatten"}, {"kind": "dense", "units": 5}], (64, 64, 3))
    assert [layer.output_shape for layer in shapes.layers] == [(2, 2, None), (None,), (5,)]
    assert shapes.parameters is None


def test_backbone_from_scratch_on_grey_images_has_an_unknown_number_of_parameters() -> None:
    backbone = {"kind": "backbone", "network": "vgg16", "weights": "none", "preprocess": False}
    shapes = shapes_of([backbone], (64, 64, 1))
    assert shapes.layers == (LayerShape("backbone", (2, 2, 512), None, 0),)


def test_table_of_networks_is_read_for_a_backbone_only() -> None:
    networks.cache_clear()
    shapes_of([{"kind": "dense", "units": 4}], (10,))
    assert networks.cache_info().misses == 0
    shapes_of([{"kind": "backbone", "network": "vgg16"}], (64, 64, 3))
    assert networks.cache_info().misses == 1

"""Which layers a model begins with that never change."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.spec.layers import Backbone
from ablation.training import frozen_prefix

from ..frozen import BACKBONE, HIDDEN, OUTPUT, POOL, trial

Names = tuple[list[str], list[str]]

PAD = {"kind": "zero_padding2d", "name": "pad", "padding": 1}
CONV = {"kind": "conv2d", "name": "conv", "filters": 3, "kernel_size": 1}
HELD = {**CONV, "trainable": False}
NORM = {"kind": "batch_normalization", "name": "norm"}
RELU = {"kind": "relu", "name": "relu"}
DROP = {"kind": "dropout", "name": "drop", "rate": 0.5}
FLAT = {"kind": "flatten", "name": "flat"}
PENALTY = {"kind": "l2", "factor": 0.1}

FOUND: dict[str, tuple[list[dict[str, Any]], Names | None]] = {
    "backbone": ([BACKBONE, OUTPUT], (["net"], [])),
    "backbone_and_pooling": ([BACKBONE, POOL, OUTPUT], (["net"], ["pool"])),
    "layers_without_weights_before": ([PAD, BACKBONE, POOL, OUTPUT], (["pad", "net"], ["pool"])),
    "frozen_layer_before": ([HELD, BACKBONE, OUTPUT], (["conv", "net"], [])),
    "frozen_layers_after": (
        [BACKBONE, {**NORM, "trainable": False}, RELU, FLAT, {**HIDDEN, "trainable": False}, OUTPUT],
        (["net", "norm", "relu", "flat", "hidden"], []),
    ),
    "trained_layer_after": ([BACKBONE, NORM, POOL, OUTPUT], (["net"], [])),
    "dropout_after": ([BACKBONE, POOL, DROP, RELU, OUTPUT], (["net"], ["pool"])),
    "dropout_before": ([DROP, BACKBONE, OUTPUT], None),
    "trained_layer_before": ([CONV, BACKBONE, OUTPUT], None),
    "trained_backbone": ([{**BACKBONE, "trainable": True}, OUTPUT], None),
    "no_backbone": ([FLAT, {**HIDDEN, "trainable": False}, OUTPUT], None),
    "penalty_on_the_output_of_a_frozen_layer": (
        [BACKBONE, POOL, {**HIDDEN, "trainable": False, "activity_regularizer": PENALTY}, OUTPUT],
        (["net"], ["pool"]),
    ),
    "last_layer_is_never_part": ([BACKBONE, POOL], (["net"], [])),
    "inputs_written_out": (
        [{**BACKBONE, "inputs": ["INPUT"]}, {**POOL, "inputs": ["net"]}, OUTPUT],
        (["net"], ["pool"]),
    ),
    "inner_layer_is_taken_later": (
        [BACKBONE, RELU, {**CONV, "filters": 256}, {"kind": "add", "name": "sum", "inputs": ["conv", "net"]}, OUTPUT],
        (["net"], []),
    ),
    "last_frozen_layer_is_taken_twice": (
        [BACKBONE, RELU, {**CONV, "filters": 9}, {"kind": "add", "name": "sum", "inputs": ["conv", "relu"]}, OUTPUT],
        (["net"], ["relu"]),
    ),
    "samples_are_taken_again": (
        [BACKBONE, POOL, {**FLAT, "inputs": ["INPUT"]}, {**OUTPUT, "inputs": ["pool"]}],
        None,
    ),
    "branch": ([BACKBONE, {**POOL, "inputs": ["net"]}, {**FLAT, "inputs": ["net"]}, OUTPUT], (["net"], [])),
}


@pytest.mark.parametrize("name", FOUND)
def test_prefix_is_the_longest_frozen_chain(name: str) -> None:
    layers, expected = FOUND[name]
    prefix = frozen_prefix(trial(layers).spec)
    found = None if prefix is None else tuple([layer.name for layer in part] for part in (prefix.core, prefix.tail))
    assert found == expected


FLIP = {"kind": "flip"}


@pytest.mark.parametrize(
    ("data", "training", "is_found"),
    [
        ({}, {}, True),
        ({}, {"share_features": False}, False),
        ({"augment": [FLIP]}, {}, False),
        ({"augment": [{**FLIP, "enabled": False}]}, {}, True),
        ({"labels": {"noise": 0.5}}, {}, True),
    ],
    ids=["plain", "switched_off", "augmented", "augmentation_disabled", "label_noise"],
)
def test_prefix_is_for_samples_that_stay_as_they_are(
    data: dict[str, Any], training: dict[str, Any], is_found: bool
) -> None:
    assert (frozen_prefix(trial(data=data, **training).spec) is not None) is is_found


FILE = {"file": "net.weights.h5", "sha256": "1" * 64}


def identity(*layers: dict[str, Any], seed: int = 0) -> Any:
    prefix = frozen_prefix(trial([*layers, OUTPUT]).spec)
    assert prefix is not None
    return prefix.core_identity(seed)


def test_identity_of_weights_in_a_file_is_their_digest() -> None:
    moved = {"file": "moved.weights.h5", "sha256": "1" * 64, "url": "https://example.org/net.h5"}
    first = identity({**BACKBONE, "weights": FILE})
    assert identity({**BACKBONE, "name": "other", "weights": moved}, seed=1) == first
    assert identity({**BACKBONE, "weights": {**FILE, "sha256": "2" * 64}}) != first
    assert identity({**BACKBONE, "weights": FILE, "preprocess": True}) != first


def test_identity_of_features_has_the_precision_they_are_computed_in() -> None:
    prefixes = [frozen_prefix(trial(precision=each).spec) for each in ("float32", "mixed_bfloat16", "mixed_float16")]
    assert len({str(prefix.core_identity(0)) for prefix in prefixes if prefix is not None}) == 3


@pytest.mark.parametrize("layers", [[BACKBONE], [HELD, {**BACKBONE, "weights": FILE}]], ids=["backbone", "layer"])
def test_identity_of_weights_drawn_at_random_has_the_seed_and_the_names(layers: list[dict[str, Any]]) -> None:
    assert identity(*layers, seed=1) != identity(*layers, seed=0)
    assert identity(*layers[:-1], {**layers[-1], "name": "other"}) != identity(*layers)


def test_identity_leaves_out_how_a_frozen_backbone_would_be_trained() -> None:
    training = {"trainable_layers": 3, "learning_rate_factor": 0.1}
    assert identity({**BACKBONE, **training}) == identity(BACKBONE)
    prefix = frozen_prefix(trial([{**BACKBONE, **training}, OUTPUT]).spec)
    assert prefix is not None
    assert isinstance(prefix.core[0], Backbone)

"""Checks of the data section: one fragment of a spec each, the place, the severity, what is said and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from .checked import FLAT, TEN, Fields, Found, check_found, found_in

CONV = {"kind": "conv2d", "filters": 4, "kernel_size": 3}
GRAY = {"kind": "reshape", "target_shape": [8, 8, 1]}
ONE = {"kind": "dense", "units": 1}
MULTI_HOT = {"encode": {"kind": "multi_hot", "vocabulary_size": 100}}
PADDED = {"encode": {"kind": "padded", "vocabulary_size": 100, "length": 20}}
BINARY = {"loss": {"kind": "binary_crossentropy"}}
SQUARED = {"loss": {"kind": "mean_squared_error"}}
NUMBERS = {**SQUARED, "metrics": ["mae"]}
IMDB: dict[str, Any] = {"dataset": "imdb", "data": MULTI_HOT, "training": BINARY}
DIABETES: dict[str, Any] = {"dataset": "diabetes", "training": NUMBERS}
CIFAR10: dict[str, Any] = {"dataset": "cifar10"}


FOUND: dict[str, Found] = {
    "sequences_not_encoded": (
        [ONE],
        {"dataset": "imdb", "training": BINARY},
        "data.encode",
        "error",
        "is missing: imdb holds sequences of integers",
        "multi_hot, vocabulary_size: 10000",
    ),
    "unknown_words_outside_of_the_vocabulary": (
        [ONE],
        {
            "dataset": "imdb",
            "data": {"encode": {"kind": "multi_hot", "vocabulary_size": 2}},
            "training": {"loss": {"kind": "binary_crossentropy"}},
        },
        "data.encode.unknown",
        "error",
        "is 2, but the integers go up to 1",
        "null: words are left out",
    ),
    "arrays_encoded": (None, {"data": MULTI_HOT}, "data.encode", "error", "digits holds numbers", "Remove encode"),
    "images_of_different_sizes": (
        [FLAT, {"kind": "dense", "units": 5}],
        {"dataset": "flowers"},
        "data.normalize",
        "error",
        "the images of flowers differ in size",
        "kind: resize",
    ),
    "resize_of_rows": (
        [ONE],
        {**DIABETES, "data": {"normalize": [{"kind": "resize", "height": 8, "width": 8}]}},
        "data.normalize.0",
        "error",
        "resizes images: (height, width) or (height, width, channels); got (10,)",
        "Remove the step",
    ),
    "grayscale_of_grey_images": (
        None,
        {"data": {"normalize": [{"kind": "tanh"}, {"kind": "grayscale"}]}},
        "data.normalize.1",
        "error",
        "takes images of red, green and blue",
        "Remove the step",
    ),
    "channels_of_images_without": (
        None,
        {"data": {"normalize": [{"kind": "standardize", "per": "channel"}]}},
        "data.normalize.0.per",
        "error",
        "no axis of channels",
        "feature, dataset",
    ),
    "more_components_than_features": (
        [ONE],
        {**DIABETES, "data": {"normalize": [{"kind": "pca_whitening", "components": 11}]}},
        "data.normalize.0.components",
        "error",
        "11 components of 10 features",
        "at most 10",
    ),
    "shape_after_pca": (
        [{"kind": "reshape", "target_shape": [64]}, TEN],
        {"data": {"normalize": [{"kind": "pca_whitening", "components": 20}]}},
        "model.layers.reshape.target_shape",
        "error",
        "20 values do not fill (64,)",
        "20 values",
    ),
    "rotation_of_rows": (
        [ONE],
        {**DIABETES, "data": {"augment": [{"kind": "mixup"}, {"kind": "rotate"}]}},
        "data.augment.1.kind",
        "error",
        "rotate takes images, but a sample of diabetes is (10,)",
        "Remove the step",
    ),
    "cutmix_of_texts": (
        [ONE],
        {**IMDB, "data": {**MULTI_HOT, "augment": [{"kind": "cutmix"}]}},
        "data.augment.0.kind",
        "error",
        "cutmix takes images, but a sample of imdb is (100,)",
        "Remove",
    ),
    "mixed_integers": (
        None,
        {
            "data": {"augment": [{"kind": "mixup"}]},
            "training": {"loss": {"kind": "sparse_categorical_crossentropy"}},
        },
        "data.augment.0.kind",
        "error",
        "mixup mixes labels",
        "Use categorical_crossentropy",
    ),
    "label_noise_on_numbers": (
        [ONE],
        {**DIABETES, "data": {"labels": {"noise": 0.1}}},
        "data.labels.noise",
        "error",
        "diabetes has no classes",
        "Set it to 0",
    ),
    "contrast_of_words": (
        [{"kind": "embedding", "input_dim": 100, "output_dim": 4}, FLAT, ONE],
        {
            "dataset": "imdb",
            "data": {
                "encode": {"kind": "padded", "vocabulary_size": 100, "length": 8},
                "augment": [{"kind": "contrast"}],
            },
            "training": BINARY,
        },
        "data.augment.0.kind",
        "error",
        "padded samples are numbers of words",
        "Remove the step",
    ),
    "validation_of_every_sample": (
        None,
        {"data": {"subset": {"train": 300}, "validation": {"count": 300}}},
        "data.validation.count",
        "error",
        "leaves none of the 300 training samples",
        "Validate on fewer",
    ),
    "validation_on_the_test_part": (
        None,
        {"data": {"validation": {"use": "test"}}},
        "data.validation.use",
        "warning",
        "the data that chooses is the data that judges",
        "validation: {fraction: 0.2}",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_fragment_is_found_at_its_place_and_nothing_else_is(case: str) -> None:
    check_found(FOUND[case])


# What an expert may do on purpose, and what looks like a mistake but is none.
RIGHT: dict[str, tuple[list[Fields] | None, Fields]] = {
    "resized_images": (
        [CONV, FLAT, {"kind": "dense", "units": 5}],
        {"dataset": "flowers", "data": {"normalize": [{"kind": "resize", "height": 9, "width": 9}]}},
    ),
    "grey_channel": (
        [CONV, FLAT, TEN],
        {**CIFAR10, "data": {"normalize": [{"kind": "grayscale"}, {"kind": "minmax", "per": "channel"}]}},
    ),
    "whitened_images": ([GRAY, CONV, FLAT, TEN], {"data": {"normalize": [{"kind": "zca_whitening"}]}}),
    "padded_integers_without_an_embedding": ([ONE], {**IMDB, "data": {**PADDED, "normalize": [{"kind": "minmax"}]}}),
    "augmented_images": (None, {"data": {"augment": [{"kind": "flip"}, {"kind": "cutmix"}]}}),
}


@pytest.mark.parametrize("case", RIGHT)
def test_nothing_is_found_in_a_spec_that_is_right(case: str) -> None:
    layers, settings = RIGHT[case]
    assert found_in(layers, **settings) == []

"""Samples as small pictures."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ablation.data import Array
from ablation.data.describing import thumbnails


def pixels(picture: str) -> Array:
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def test_8_bit_images_are_drawn_as_they_are() -> None:
    images = np.array([[[0, 100], [200, 255]], [[10, 20], [30, 40]]], dtype=np.uint8)
    assert [pixels(picture).tolist() for picture in thumbnails(images)] == images.tolist()


@pytest.mark.parametrize(
    "values",
    [
        np.array([[[0, 4], [8, 16]]], dtype=np.uint8),
        np.array([[[0, 0.25], [0.5, 1]]], dtype=np.float32),
        np.array([[[-2, -1], [0, 2]]], dtype=np.float64),
    ],
    ids=["few_grey_values", "unit", "signed"],
)
def test_other_values_are_drawn_from_the_least_to_the_greatest(values: Array) -> None:
    (picture,) = thumbnails(values)
    assert pixels(picture).tolist() == [[0, 64], [128, 255]]


def test_values_that_are_no_numbers_are_drawn_black_or_white() -> None:
    (picture,) = thumbnails(np.array([[[np.nan, 0.0], [1.0, np.inf]]]))
    assert pixels(picture).tolist() == [[0, 0], [255, 255]]


def test_image_without_any_contrast_is_black() -> None:
    (picture,) = thumbnails(np.zeros((1, 2, 2), dtype=np.float32))
    assert pixels(picture).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("shape", "drawn"),
    [
        ((28, 28), (28, 28)),
        ((28, 28, 1), (28, 28)),
        ((32, 32, 3), (32, 32, 3)),
        ((32, 32, 4), (32, 32)),
        ((224, 160, 3), (64, 46, 3)),
        ((1, 300), (1, 64)),
    ],
)
def test_picture_has_64_pixels_on_a_side_at_most_and_never_grows(
    shape: tuple[int, ...], drawn: tuple[int, ...]
) -> None:
    (picture,) = thumbnails(np.full((1, *shape), 200, dtype=np.uint8))
    assert pixels(picture).shape == drawn


def test_images_of_different_sizes_are_drawn_each_in_its_own() -> None:
    first, second = thumbnails([np.full((4, 6, 3), 200, np.uint8), np.full((8, 2, 3), 9, np.uint8)])
    assert pixels(first).shape == (4, 6, 3)
    assert pixels(second).shape == (8, 2, 3)
    assert pixels(second).max() == 9


def test_no_images_are_no_pictures() -> None:
    assert thumbnails([]) == []

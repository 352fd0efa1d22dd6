from __future__ import annotations

import numpy as np
import pytest

from ablation.data import Array, DataError
from ablation.data.normalizing.imaging import grayscale, resize

RAMP = np.array([[0, 10], [20, 30]], dtype=np.float32)[np.newaxis]


def test_image_is_enlarged_between_the_centres_of_its_pixels() -> None:
    assert resize(RAMP, 4, 4)[0].tolist() == [
        [0, 2.5, 7.5, 10],
        [5, 7.5, 12.5, 15],
        [15, 17.5, 22.5, 25],
        [20, 22.5, 27.5, 30],
    ]


def test_image_of_half_the_size_is_the_mean_of_four() -> None:
    image = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    assert resize(image, 2, 2)[0].tolist() == [[2.5, 4.5], [10.5, 12.5]]


@pytest.mark.parametrize(("height", "width"), [(3, 5), (11, 2), (9, 9)])
def test_resize_is_that_of_keras(height: int, width: int) -> None:
    from keras import ops

    images = np.random.default_rng(0).random((2, 7, 6, 3), dtype=np.float32)
    expected = np.asarray(ops.image.resize(images, (height, width), interpolation="bilinear", antialias=False))
    assert np.allclose(resize(images, height, width), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "expected"), [((2, 4, 6), (2, 3, 5)), ((2, 4, 6, 3), (2, 3, 5, 3)), ((1, 1, 1, 1), (1, 3, 5, 1))]
)
def test_resized_images_keep_their_channels(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert resize(np.zeros(shape, dtype=np.float32), 3, 5).shape == expected


def test_8_bit_images_stay_8_bit_and_are_rounded() -> None:
    image = np.array([[[0, 255]]], dtype=np.uint8)
    resized = resize(image, 1, 4)
    assert (resized.dtype.name, resized.tolist()) == ("uint8", [[[0, 64, 191, 255]]])


def test_images_of_the_size_asked_for_stay_as_they_are() -> None:
    assert resize(RAMP, 2, 2) is RAMP


def test_grayscale_is_luma() -> None:
    colours = np.array([[[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]], dtype=np.float32)
    assert np.allclose(grayscale(colours), [[[[0.2989], [0.5870], [0.1140]]]])


def test_grayscale_of_8_bit_images_stays_8_bit() -> None:
    grey = grayscale(np.full((1, 1, 1, 3), 200, dtype=np.uint8))
    assert (grey.dtype.name, grey.tolist()) == ("uint8", [[[[200]]]])


@pytest.mark.parametrize("samples", [np.zeros((2, 5)), np.zeros((1, 2, 2, 2, 2))])
def test_resize_of_what_is_no_image_is_refused(samples: Array) -> None:
    with pytest.raises(DataError, match=r"resize takes images; the samples have the shape"):
        resize(samples, 2, 2)


@pytest.mark.parametrize("samples", [np.zeros((2, 5, 3)), np.zeros((2, 4, 4, 1))])
def test_grayscale_of_what_has_no_colours_is_refused(samples: Array) -> None:
    with pytest.raises(DataError, match=r"grayscale takes images of shape \(height, width, 3\)"):
        grayscale(samples)

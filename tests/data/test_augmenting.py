from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.data.arrays import Array
from ablation.data.augmenting import Augmenter, Batch
from ablation.data.splits import Split
from ablation.spec.augmenters import AugmentStep

STEP: TypeAdapter[AugmentStep] = TypeAdapter(AugmentStep)
COUNT = 64
# Every pixel of a sample has a value of its own, and every sample another range.
IMAGES = (np.arange(COUNT)[:, None, None, None] * 1000 + np.arange(8 * 8).reshape(8, 8, 1) + [0, 100, 200]).astype(
    np.float32
)
TARGETS = np.eye(4, dtype=np.float32)[np.arange(COUNT) % 4]
ALL_STEPS = [
    {"kind": "flip", "axis": "both"},
    {"kind": "shift"},
    {"kind": "rotate"},
    {"kind": "zoom"},
    {"kind": "contrast"},
    {"kind": "brightness"},
    {"kind": "cutout", "size": 3},
    {"kind": "mixup"},
    {"kind": "cutmix"},
]


def augmented(
    *steps: dict[str, Any], chosen: Any = None, epoch: int = 0, seed: int = 0, images: Array = IMAGES
) -> Batch:
    train = Split(images, np.zeros(len(images), dtype=np.int32))
    of = Augmenter([STEP.validate_python(step) for step in steps], train, seed)
    rows = np.arange(len(images)) if chosen is None else np.asarray(chosen)
    return of(Batch(images[rows], TARGETS[rows]), epoch, rows)


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step["kind"])
@pytest.mark.parametrize("channels", [0, 3])
def test_step_changes_samples_and_keeps_shapes_and_types(step: dict[str, Any], channels: int) -> None:
    images = IMAGES if channels else IMAGES[..., 0]
    batch = augmented(step, images=images)
    assert (batch.x.shape, batch.x.dtype.name) == (images.shape, "float32")
    assert (batch.targets.shape, batch.targets.dtype.name) == (TARGETS.shape, "float32")
    assert not np.array_equal(batch.x, images)
    assert np.isfinite(batch.x).all()


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step["kind"])
def test_step_depends_on_seed_and_epoch_alone(step: dict[str, Any]) -> None:
    first = augmented(step).x
    assert np.array_equal(augmented(step).x, first)
    assert not np.array_equal(augmented(step, epoch=1).x, first)
    assert not np.array_equal(augmented(step, seed=1).x, first)


@pytest.mark.parametrize("step", ALL_STEPS[:7], ids=lambda step: step["kind"])
def test_sample_is_changed_alike_in_any_batch(step: dict[str, Any]) -> None:
    whole = augmented(step).x
    assert np.array_equal(augmented(step, chosen=[9, 3, 40]).x, whole[[9, 3, 40]])


def test_step_draws_alike_whatever_stands_behind_it() -> None:
    alone = augmented({"kind": "shift"}).x
    flipped = augmented({"kind": "shift"}, {"kind": "flip"}).x
    assert all(np.array_equal(a, b) or np.array_equal(a[:, ::-1], b) for a, b in zip(alone, flipped, strict=True))


def test_flip_mirrors_about_half_of_the_samples() -> None:
    x = augmented({"kind": "flip"}).x
    mirrored = sum(np.array_equal(new, old[:, ::-1]) for new, old in zip(x, IMAGES, strict=True))
    kept = sum(np.array_equal(new, old) for new, old in zip(x, IMAGES, strict=True))
    assert mirrored + kept == COUNT
    assert 20 <= mirrored <= 44  # binomial of 64 and 1/2: beyond three standard deviations otherwise


def test_flip_up_down_mirrors_rows() -> None:
    x = augmented({"kind": "flip", "axis": "vertical"}).x
    assert all(np.array_equal(a, b) or np.array_equal(a, b[::-1]) for a, b in zip(x, IMAGES, strict=True))


def test_shift_moves_whole_pixels_and_continues_the_edge() -> None:
    x = augmented({"kind": "shift", "height": 0.25, "width": 0.25}).x
    moves = set()
    for sample, (new, old) in enumerate(zip(x[..., 0], IMAGES[..., 0], strict=True)):
        row, column = divmod(int(new[4, 4]) - 1000 * sample, 8)  # where the pixel came from
        rows, columns = np.clip(np.arange(8) + row - 4, 0, 7), np.clip(np.arange(8) + column - 4, 0, 7)
        assert np.array_equal(new, old[rows][:, columns])
        moves.add((row - 4, column - 4))
    assert {row for row, _ in moves} == {column for _, column in moves} == {-2, -1, 0, 1, 2}


def test_rotate_of_an_even_image_changes_nothing() -> None:
    even = np.full((4, 8, 8), 7.0, dtype=np.float32)
    assert np.allclose(augmented({"kind": "rotate", "degrees": 180}, images=even).x, 7.0)


def test_rotate_keeps_the_centre_and_turns_the_rest() -> None:
    image = np.zeros((COUNT, 9, 9), dtype=np.float32)
    image[:, 4, :] = 1.0
    x = augmented({"kind": "rotate", "degrees": 90}, images=image).x
    assert np.allclose(x[:, 4, 4], 1.0)
    assert x[:, :, 4].sum(axis=1).max() > 5


def test_zoom_keeps_the_centre_and_scales_the_distances() -> None:
    rows = np.broadcast_to(np.arange(9, dtype=np.float32)[:, None], (COUNT, 9, 9))
    x = augmented({"kind": "zoom", "share": 0.5}, images=np.ascontiguousarray(rows)).x
    slopes = x[:, 5, 4] - x[:, 4, 4]
    assert np.allclose(x[:, 4, 4], 4.0)
    assert 1 / 1.5 <= slopes.min() < 0.75
    assert 1.6 < slopes.max() <= 2.0


def test_contrast_keeps_the_mean_of_a_sample() -> None:
    x = augmented({"kind": "contrast", "share": 0.5}, images=IMAGES[:8]).x
    assert np.allclose(x.mean(axis=(1, 2, 3)), IMAGES[:8].mean(axis=(1, 2, 3)), rtol=1e-4)
    ratios = x.std(axis=(1, 2, 3)) / IMAGES[:8].std(axis=(1, 2, 3))
    assert ((ratios > 0.5) & (ratios < 1.5)).all()


def test_brightness_adds_up_to_a_share_of_the_range_of_the_training_data() -> None:
    span = IMAGES.max() - IMAGES.min()
    added = augmented({"kind": "brightness", "share": 0.1}).x - IMAGES
    assert np.allclose(added, added[:, :1, :1, :1], atol=1e-2)
    assert 0.08 * span < np.abs(added).max() <= 0.1 * span + 1e-2


def test_cutout_sets_one_square_to_the_mean_of_the_training_data() -> None:
    images = np.zeros((COUNT, 16, 16), dtype=np.float32)
    images[0] = 256.0  # the mean is 4
    x = augmented({"kind": "cutout", "size": 4}, images=images).x
    cut = x[1:] == 4.0
    assert set(np.unique(x[1:])) == {0.0, 4.0}
    assert cut.sum(axis=(1, 2)).max() == 16
    assert cut.sum(axis=(1, 2)).min() >= 4  # in a corner a quarter of it is left


def test_mixup_blends_samples_and_targets_by_the_same_share() -> None:
    batch = augmented({"kind": "mixup", "alpha": 1.0})
    share = batch.targets[np.arange(COUNT), np.arange(COUNT) % 4]
    assert np.allclose(batch.targets.sum(axis=1), 1.0)
    partners = np.roll(IMAGES, -1, axis=0)
    wide = share[:, None, None, None]
    assert np.allclose(batch.x, wide * IMAGES + (1 - wide) * partners, rtol=1e-3, atol=0.1)
    assert 0.2 < share.std() < 0.35  # uniform shares: 0.29


def test_cutmix_pastes_a_rectangle_and_mixes_targets_by_its_area() -> None:
    batch = augmented({"kind": "cutmix"})
    pasted = (batch.x != IMAGES)[..., 0]
    share = batch.targets[np.arange(COUNT), np.arange(COUNT) % 4]
    assert np.array_equal(batch.x[pasted], np.roll(IMAGES, -1, axis=0)[pasted])
    assert np.allclose(share, 1.0 - pasted.mean(axis=(1, 2)), atol=1e-6)
    assert 0.0 < pasted.mean() < 1.0

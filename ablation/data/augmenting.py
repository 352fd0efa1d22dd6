"""Random changes to training batches. What happens to a sample depends on (seed, epoch, sample, step) alone.

Neither the size of a batch, nor the sample's place in it, nor where a run was resumed plays a part; only the partner
that mixup and cutmix blend a sample with is the next one of its batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, singledispatch

import numpy as np
from scipy import ndimage

from ablation import seeds
from ablation.data.arrays import Array
from ablation.data.splits import Split
from ablation.spec.augmenters import (
    AugmentStep,
    Brightness,
    Contrast,
    CutMix,
    Cutout,
    Flip,
    MixUp,
    Rotate,
    Shift,
    Zoom,
)

CHUNK = 1024


@dataclass(frozen=True)
class Batch:
    """Samples of shape (batch, height, width[, channels]) and targets of shape (batch, outputs), both float32."""

    x: Array
    targets: Array


@dataclass(frozen=True)
class Training:
    """The training samples, as far as steps need to know them."""

    split: Split

    @cached_property
    def mean(self) -> float:
        """The mean of all values, normalised."""
        sums = [np.sum(chunk, dtype=np.float64) for chunk in self._chunks()]
        return float(sum(sums) / (len(self.split) * np.prod(self.split.input_shape)))

    @cached_property
    def span(self) -> float:
        """The greatest value less the least, both normalised."""
        ends = [(chunk.min(), chunk.max()) for chunk in self._chunks()]
        return float(max(high for _, high in ends)) - float(min(low for low, _ in ends))

    def _chunks(self) -> Iterator[Array]:
        return (self.split.read(slice(start, start + CHUNK)) for start in range(0, len(self.split), CHUNK))


class Augmenter:
    """Applies the steps of a spec to training batches.

    Args:
        steps: In order.
        train: All training samples, each of shape (height, width[, channels]).
        seed: The trial's seed.
    """

    def __init__(self, steps: Sequence[AugmentStep], train: Split, seed: int) -> None:
        self._steps = tuple(steps)
        self._training = Training(train)
        self._seed = seed
        self._draws = lru_cache(maxsize=2)(self._draw_epoch)

    def __call__(self, batch: Batch, epoch: int, chosen: Array) -> Batch:
        """Return the batch as the epoch has it.

        Args:
            batch: The samples `chosen`, and their targets.
            epoch: Counted from 0.
            chosen: Indices of the samples in the training split, shape (batch,).
        """
        for step, draws in zip(self._steps, self._draws(epoch), strict=True):
            batch = _apply(step, batch, draws[chosen], self._training)
        return batch

    def _draw_epoch(self, epoch: int) -> tuple[Array, ...]:
        count = len(self._training.split)
        generators = [
            np.random.default_rng(seeds.derive(self._seed, "augment", position, epoch))
            for position in range(len(self._steps))
        ]
        return tuple(_draw(step, generator, count) for step, generator in zip(self._steps, generators, strict=True))


@singledispatch
def _draw(step: AugmentStep, generator: np.random.Generator, count: int) -> Array:
    """Return what is random about a step, a row a sample: uniform in [-1, 1), twice."""
    return generator.uniform(-1.0, 1.0, size=(count, 2))


@_draw.register(MixUp)
@_draw.register(CutMix)
def _(step: MixUp | CutMix, generator: np.random.Generator, count: int) -> Array:
    shares = generator.beta(step.alpha, step.alpha, size=(count, 1))
    return np.concatenate([shares, generator.uniform(0.0, 1.0, size=(count, 2))], axis=1)


@singledispatch
def _apply(step: AugmentStep, batch: Batch, draws: Array, training: Training) -> Batch:
    raise TypeError(f"no augmentation for {type(step).__name__}")


@_apply.register
def _(step: Flip, batch: Batch, draws: Array, training: Training) -> Batch:
    x = batch.x
    if step.axis in ("horizontal", "both"):
        x = np.where(_wide(draws[:, 0] < 0, x), x[:, :, ::-1], x)
    if step.axis in ("vertical", "both"):
        x = np.where(_wide(draws[:, 1] < 0, x), x[:, ::-1], x)
    return Batch(x, batch.targets)


@_apply.register
def _(step: Shift, batch: Batch, draws: Array, training: Training) -> Batch:
    height, width = batch.x.shape[1:3]
    rows, columns = np.rint(draws * [step.height * height, step.width * width]).astype(int).T
    row_of = np.clip(np.arange(height) - rows[:, None], 0, height - 1)
    column_of = np.clip(np.arange(width) - columns[:, None], 0, width - 1)
    samples = np.arange(len(batch.x))
    return Batch(batch.x[samples[:, None, None], row_of[:, :, None], column_of[:, None, :]], batch.targets)


@_apply.register
def _(step: Rotate, batch: Batch, draws: Array, training: Training) -> Batch:
    angles = np.deg2rad(draws[:, 0] * step.degrees)
    cosines, sines = np.cos(angles), np.sin(angles)
    return Batch(_transform(batch.x, np.stack([cosines, sines, -sines, cosines], axis=1)), batch.targets)


@_apply.register
def _(step: Zoom, batch: Batch, draws: Array, training: Training) -> Batch:
    inverse = 1.0 / (1.0 + draws[:, 0] * min(step.share, 0.99))
    nothing = np.zeros_like(inverse)
    return Batch(_transform(batch.x, np.stack([inverse, nothing, nothing, inverse], axis=1)), batch.targets)


@_apply.register
def _(step: Contrast, batch: Batch, draws: Array, training: Training) -> Batch:
    means = batch.x.mean(axis=tuple(range(1, batch.x.ndim)), keepdims=True)
    factors = _wide(1.0 + draws[:, 0] * step.share, batch.x)
    return Batch(_float32((batch.x - means) * factors + means), batch.targets)


@_apply.register
def _(step: Brightness, batch: Batch, draws: Array, training: Training) -> Batch:
    return Batch(_float32(batch.x + _wide(draws[:, 0] * step.share * training.span, batch.x)), batch.targets)


@_apply.register
def _(step: Cutout, batch: Batch, draws: Array, training: Training) -> Batch:
    height, width = batch.x.shape[1:3]
    centers = (draws + 1.0) / 2.0 * [height, width]
    inside = _inside(centers, np.full((len(draws), 2), step.size / 2), height, width)
    return Batch(_float32(np.where(_images(inside, batch.x), training.mean, batch.x)), batch.targets)


@_apply.register
def _(step: MixUp, batch: Batch, draws: Array, training: Training) -> Batch:
    share = draws[:, 0]
    x = _blend(batch.x, _wide(share, batch.x))
    return Batch(x, _blend(batch.targets, _wide(share, batch.targets)))


@_apply.register
def _(step: CutMix, batch: Batch, draws: Array, training: Training) -> Batch:
    height, width = batch.x.shape[1:3]
    halves = np.sqrt(1.0 - draws[:, :1]) * [height / 2, width / 2]
    inside = _inside(draws[:, 1:] * [height, width], halves, height, width)
    x = np.where(_images(inside, batch.x), np.roll(batch.x, -1, axis=0), batch.x)
    kept = 1.0 - inside.mean(axis=(1, 2))
    return Batch(x, _blend(batch.targets, _wide(kept, batch.targets)))


def _blend(values: Array, share: Array) -> Array:
    """Return share * sample + (1 - share) * the next sample of the batch."""
    return _float32(values * share + np.roll(values, -1, axis=0) * (1.0 - share))


def _inside(centers: Array, halves: Array, height: int, width: int) -> Array:
    """Return which pixels, by their centres, lie in each sample's rectangle: bool, shape (batch, height, width)."""
    rows = np.abs(np.arange(height) + 0.5 - centers[:, :1]) < halves[:, :1]
    columns = np.abs(np.arange(width) + 0.5 - centers[:, 1:]) < halves[:, 1:]
    inside: Array = np.logical_and(rows[:, :, None], columns[:, None, :])
    return inside


def _transform(x: Array, matrices: Array) -> Array:
    """Map every image about its centre, bilinear, edges continued.

    Args:
        x: Shape (batch, height, width[, channels]).
        matrices: From output to input coordinates (row, column), row-major, shape (batch, 4).
    """
    center = (np.array(x.shape[1:3]) - 1) / 2
    channels = x.reshape(*x.shape[:3], -1)
    out = np.empty(channels.shape, dtype=np.float32)
    for sample, flat in enumerate(matrices):
        matrix = flat.reshape(2, 2)
        for channel in range(channels.shape[3]):
            out[sample, :, :, channel] = ndimage.affine_transform(
                channels[sample, :, :, channel], matrix, center - matrix @ center, order=1, mode="nearest"
            )
    return out.reshape(x.shape)


def _wide(values: Array, like: Array) -> Array:
    """Give a value a sample the axes of what it scales."""
    return values.reshape(-1, *(1,) * (like.ndim - 1))


def _images(mask: Array, like: Array) -> Array:
    return mask if like.ndim == 3 else mask[..., None]


def _float32(values: Array) -> Array:
    return values.astype(np.float32, copy=False)

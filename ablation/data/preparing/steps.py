"""Where each step of `data.normalize` is applied: once for all splits, once a split, or as batches are read."""

from __future__ import annotations

from dataclasses import dataclass

from ablation.spec import DataSpec
from ablation.spec.encoders import MultiHot
from ablation.spec.normalizers import Clip, Log1p, MinMax, NormalizeStep, Rescale, Standardize, Tanh, Whiten

ELEMENTWISE = (Rescale, Standardize, MinMax, Clip, Tanh, Log1p)
"""Steps whose result for one value depends on that value and on fitted constants, and that keep the shape."""

Steps = tuple[NormalizeStep, ...]


@dataclass(frozen=True)
class Division:
    """The steps in order, divided.

    Args:
        whole: Applied to every sample of a part and stored, whatever the split: nothing is fitted for them.
        split: From the first fitted step on; fitted and stored for each split of its own.
        trailing: Element-wise ones at the end; fitted on the stored samples, applied as batches are read.
    """

    whole: Steps
    split: Steps
    trailing: Steps


def divide(spec: DataSpec) -> Division:
    """Divide the steps of a data section."""
    stored, trailing = _stored(spec.normalize)
    first = next((place for place, step in enumerate(stored) if is_fitted(step)), len(stored))
    if isinstance(spec.encode, MultiHot):
        first = 0  # what is stored of all samples are their words, not rows
    return Division(stored[:first], stored[first:], trailing)


def is_fitted(step: NormalizeStep) -> bool:
    """Whether something is fitted for a step on the training split."""
    if isinstance(step, Clip):
        return step.lower_percentile is not None or step.upper_percentile is not None
    return isinstance(step, Standardize | MinMax | Whiten)


def _stored(steps: Steps) -> tuple[Steps, Steps]:
    count = len(steps)
    while count and isinstance(steps[count - 1], ELEMENTWISE):
        count -= 1
    return steps[:count], steps[count:]

"""Which samples train, which validate. Drawn by seed, so every variant of one seed has the same split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ablation import seeds
from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.spec import Subset, Validation


def is_seeded(validation: Validation) -> bool:
    """Whether the split depends on the trial's seed."""
    return validation.use is None


def kept_samples(available: Mapping[str, int], subset: Subset) -> dict[str, int]:
    """Return how many samples of each part are kept: the first so many.

    Args:
        available: Samples of the parts train and test.
        subset: How many are asked for.

    Raises:
        DataError: A part has fewer samples than asked for.
    """
    wanted = {"train": subset.train, "test": subset.test}
    for part, count in wanted.items():
        if count is not None and count > available[part]:
            raise DataError(
                f"data.subset.{part}: {count} samples asked for, the {part} part has {available[part]}. Ask for fewer."
            )
    return {part: available[part] if count is None else count for part, count in wanted.items()}


def split_validation(count: int, validation: Validation, seed: int) -> tuple[Array, Array]:
    """Return the indices of the training and the validation samples, each in ascending order.

    Args:
        count: Samples in the training part.
        validation: How many of them validate.
        seed: The trial's seed.

    Raises:
        DataError: Nothing would be left to train on.
    """
    wanted = 0
    if validation.fraction is not None:
        wanted = max(1, round(count * validation.fraction))
    elif validation.count is not None:
        wanted = validation.count
    if wanted >= count:
        raise DataError(f"data.validation: {wanted} of {count} training samples leave nothing to train on.")
    order = np.random.default_rng(seeds.derive(seed, "split")).permutation(count)
    return np.sort(order[wanted:]), np.sort(order[:wanted])

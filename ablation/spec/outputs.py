"""What a loss asks of a model: how many outputs, and whether they stand for classes."""

from __future__ import annotations

from ablation.spec.losses import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    Loss,
    SparseCategoricalCrossentropy,
)


def expected_outputs(loss: Loss, *, classes: int | None, targets: int = 1) -> int:
    """Return the number of outputs of one sample.

    Args:
        loss: What training minimises.
        classes: Of the dataset; None for a regression.
        targets: Numbers that a regression predicts.
    """
    if classes is None:
        return targets
    return 1 if is_yes_or_no(loss) and classes == 2 else classes


def is_yes_or_no(loss: Loss) -> bool:
    """Whether the loss asks yes or no of each output by itself."""
    return isinstance(loss, BinaryCrossentropy | BinaryFocalCrossentropy)


def is_of_classes(loss: Loss) -> bool:
    """Whether the loss takes labels of classes only."""
    of_one = CategoricalCrossentropy | SparseCategoricalCrossentropy | CategoricalFocalCrossentropy
    return is_yes_or_no(loss) or isinstance(loss, of_one)

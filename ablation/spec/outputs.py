"""How many outputs a model needs for its loss and its dataset."""

from __future__ import annotations

from ablation.spec.losses import BinaryCrossentropy, BinaryFocalCrossentropy, Loss


def expected_outputs(loss: Loss, *, classes: int | None, targets: int = 1) -> int:
    """Return the number of outputs of one sample.

    Args:
        loss: What training minimises.
        classes: Of the dataset; None for a regression.
        targets: Numbers that a regression predicts.
    """
    if classes is None:
        return targets
    is_yes_or_no = isinstance(loss, BinaryCrossentropy | BinaryFocalCrossentropy)
    return 1 if is_yes_or_no and classes == 2 else classes

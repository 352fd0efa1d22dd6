"""In which form labels are held against the outputs of a model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from ablation.data import Array

# one_hot: float32 (n, classes); integers: int32 (n,); yes_no: float32 (n, 1), 1 for class 1; numbers: float32
# (n, targets), of a regression.
TargetForm = Literal["one_hot", "integers", "yes_no", "numbers"]
TargetEncoder = Callable[[Array], Array]


def target_encoder(form: TargetForm, classes: int | None) -> TargetEncoder:
    """Return the function from a dataset's labels to targets.

    Args:
        form: Of the targets.
        classes: Columns of one-hot targets.

    Returns:
        Takes int32 (n,) for classes, float32 (n, targets) for a regression; gives targets of the form.
    """
    if form == "one_hot":
        return partial(np.take, np.eye(classes or 0, dtype=np.float32), axis=0)
    if form == "integers":
        return lambda labels: labels.astype(np.int32, copy=False)
    if form == "yes_no":
        return lambda labels: labels.astype(np.float32)[:, None]
    return lambda numbers: numbers.astype(np.float32, copy=False)

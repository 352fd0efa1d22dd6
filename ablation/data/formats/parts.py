"""Which files of a dataset belong to which part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array
from ablation.data.holdout import held_out

PARTS = ("train", "test")


def for_testing(dataset: Dataset, counts: Sequence[int], labels: Array) -> Array:
    """Return which samples are for testing, bool of shape (n,): those of files of that part, else those held out.

    Args:
        dataset: With the part of each file.
        counts: Samples of each file.
        labels: Classes or targets of all samples, in the order of the files.
    """
    parts = [file.part for file in dataset.files]
    if None in parts:
        return held_out(labels, dataset)
    return np.repeat([part == "test" for part in parts], counts)

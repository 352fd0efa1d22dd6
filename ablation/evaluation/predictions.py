"""A model's outputs for one split beside the truth, in the forms that losses and metrics take."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.special import expit, softmax

from ablation.data import Array
from ablation.evaluation.heads import Head
from ablation.evaluation.targets import target_encoder


class Predictions:
    """Outputs and labels of one split; everything else is worked out from them when it is asked for.

    Args:
        head: What the outputs mean.
        outputs: Of the model, shape (n, outputs).
        labels: int32 (n,) for classes, float32 (n, targets) for a regression.
    """

    def __init__(self, head: Head, outputs: Array, labels: Array) -> None:
        self.head = head
        self.labels = np.asarray(labels)
        self._raw = outputs

    @cached_property
    def outputs(self) -> Array:
        """The model's outputs, float64 (n, outputs)."""
        return self._raw.astype(np.float64)

    @cached_property
    def targets(self) -> Array:
        """What the outputs are held against, float64 (n, outputs); integer labels are one-hot here."""
        form = self.head.target_form
        encode = target_encoder("one_hot" if form == "integers" else form, self.head.classes)
        return encode(self.labels).astype(np.float64)

    @cached_property
    def values(self) -> Array:
        """The outputs on the scale of the targets, float64 (n, outputs): probabilities where there are some."""
        if self.head.gives_probabilities or not self.head.is_probabilistic:
            return self.outputs
        values: Array = expit(self.outputs) if self.head.is_binary else softmax(self.outputs, axis=-1)
        return values

    @cached_property
    def scores(self) -> Array:
        """What speaks for each class, float64 (n, classes): the values; of a single yes, those of no and of yes."""
        if self.head.target_form != "yes_no":
            return self.values
        return np.concatenate([1 - self.values, self.values], axis=-1)

    @cached_property
    def predicted(self) -> Array:
        """The class of each sample that the model says, int (n,); the first of equals."""
        if self.head.target_form == "yes_no":
            return (self._raw[:, 0] > self.head.yes_threshold).astype(np.int32)
        classes: Array = np.argmax(self._raw, axis=-1)
        return classes

    @property
    def is_finite(self) -> Array:
        """Whether all outputs of a sample are finite, bool (n,)."""
        finite: Array = np.all(np.isfinite(self._raw), axis=-1)
        return finite

    def take(self, rows: Array) -> Predictions:
        """Return those of some samples."""
        return Predictions(self.head, self._raw[rows], self.labels[rows])

"""The losses of predictors that do not look at their input: what a net should start near, and soon be better than."""

from __future__ import annotations

import numpy as np

from ablation.data import Array
from ablation.evaluation import Head, Predictions, measure

_NEVER = 1e-7


def uniform_loss(head: Head, labels: Array) -> float:
    """Return the loss of a net that finds every class equally likely, e.g. ln(classes) for a crossentropy."""
    assert head.classes is not None
    columns = 1 if head.target_form == "yes_no" else head.classes
    share = 0.5 if head.is_binary else 1 / head.classes
    return _loss(head, np.full(columns, share), labels)


def constant_loss(head: Head, labels: Array) -> float:
    """Return the least loss that one and the same answer for every sample has.

    For classes that answer is the share of each class; for numbers their mean or their median, whichever is better.
    """
    if head.classes is None:
        return min(_loss(head, answer, labels) for answer in (np.mean(labels, axis=0), np.median(labels, axis=0)))
    targets = Predictions(head, np.zeros((len(labels), 1)), labels).targets
    return _loss(head, np.mean(targets, axis=0), labels)


def _loss(head: Head, answer: Array, labels: Array) -> float:
    outputs = np.repeat(_as_outputs(head, answer)[None], len(labels), axis=0)
    return measure(("loss",), Predictions(head, outputs, labels))["loss"]


def _as_outputs(head: Head, answer: Array) -> Array:
    """Return what the model would have to put out to give this answer."""
    if head.gives_probabilities or not head.is_probabilistic:
        return answer
    shares = np.clip(answer, _NEVER, 1 - _NEVER)
    logits: Array = np.log(shares) - np.log1p(-shares) if head.is_binary else np.log(shares)
    return logits

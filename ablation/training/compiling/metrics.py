"""What Keras measures while training, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras

from ablation.evaluation import Head

Build = Callable[..., keras.metrics.Metric]

_ACCURACY: dict[str, Build] = {
    "one_hot": keras.metrics.CategoricalAccuracy,
    "integers": keras.metrics.SparseCategoricalAccuracy,
    "yes_no": keras.metrics.BinaryAccuracy,
}
_TOP_K: dict[str, Build] = {
    "one_hot": keras.metrics.TopKCategoricalAccuracy,
    "integers": keras.metrics.SparseTopKCategoricalAccuracy,
}
_OF_NUMBERS: dict[str, Build] = {
    "mse": keras.metrics.MeanSquaredError,
    "rmse": keras.metrics.RootMeanSquaredError,
    "mae": keras.metrics.MeanAbsoluteError,
}


def streamed_metrics(names: tuple[str, ...], head: Head) -> list[keras.metrics.Metric]:
    """Return Keras metrics, fresh ones, for those of the names that Keras adds up exactly over batches."""
    return [build(name=name) for name in names if (build := _find(name, head)) is not None]


def _find(name: str, head: Head) -> Build | None:
    if name == "accuracy" and head.target_form == "yes_no":
        return partial(_ACCURACY["yes_no"], threshold=head.yes_threshold)
    if name == "accuracy":
        return _ACCURACY.get(head.target_form)
    if name.startswith("top_"):
        return _find_top_k(int(name.split("_")[1]), head)
    is_on_scale = head.gives_probabilities or not head.is_probabilistic
    return _OF_NUMBERS.get(name) if is_on_scale and head.target_form != "integers" else None


def _find_top_k(k: int, head: Head) -> Build | None:
    """Of fewer classes than k, the label is always among the first k, which Keras does not take."""
    if head.target_form not in _TOP_K or k > (head.classes or 0):
        return None
    return partial(_TOP_K[head.target_form], k=k)

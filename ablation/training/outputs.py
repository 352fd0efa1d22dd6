"""What a model says of samples: its outputs, with dropout off, and its penalties."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ablation.data import Array, Prepared, Split
from ablation.training.feeding.inputs import as_input

BATCH = 512

# From a batch of samples to the outputs and the sum of all penalties.
Call = Callable[[Any], tuple[Any, Any]]


class Forward:
    """A model in inference, compiled once for batches of any size.

    Args:
        model: Its weights may change between two calls.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._call: Call | None = None

    def __call__(self, split: Split) -> tuple[Array, float]:
        """Return the outputs for all samples, float32 (n, outputs), and the mean of the batches' penalties."""
        outputs, penalties = [], []
        for start in range(0, len(split), BATCH):
            samples = as_input(split.read_inputs(slice(start, start + BATCH)))
            self._call = self._call or _compiled(self._model, samples)
            of_batch, penalty = self._call(samples)
            outputs.append(np.asarray(of_batch))
            penalties.append(float(penalty) * len(outputs[-1]))
        return np.concatenate(outputs).astype(np.float32, copy=False), sum(penalties) / len(split)

    def predict(self, prepared: Prepared) -> dict[str, Array]:
        """Return the outputs for every split, float32 of shape (n, outputs)."""
        splits = {"train": prepared.train, "val": prepared.validation, "test": prepared.test}
        return {name: self(split)[0] for name, split in splits.items()}


def _compiled(model: keras.Model, samples: Any) -> Call:
    return {"tensorflow": _compiled_by_tensorflow, "jax": _compiled_by_jax}[keras.backend.backend()](model, samples)


def _compiled_by_tensorflow(model: keras.Model, samples: Any) -> Call:
    import tensorflow as tf

    def call(batch: Any) -> tuple[Any, Any]:
        outputs = model(batch, training=False)
        return outputs, tf.add_n([tf.cast(loss, tf.float32) for loss in model.losses] or [tf.zeros(())])

    is_sparse = isinstance(samples, tf.SparseTensor)
    spec = tf.SparseTensorSpec if is_sparse else tf.TensorSpec
    signature = [spec((None, *samples.shape[1:]), samples.dtype)]
    compiled: Call = tf.function(call, input_signature=signature, autograph=False)
    return compiled


def _compiled_by_jax(model: keras.Model, samples: Any) -> Call:
    def call(trained: Any, other: Any, batch: Any) -> tuple[Any, Any]:
        outputs, _, losses = model.stateless_call(trained, other, batch, training=False, return_losses=True)
        return outputs, sum(losses)

    def read(variables: Any) -> list[Any]:
        return [variable.value for variable in variables]

    compiled = importlib.import_module("jax").jit(call)
    return lambda batch: compiled(read(model.trainable_variables), read(model.non_trainable_variables), batch)

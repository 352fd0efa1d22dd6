"""Hands batches to Keras' fit loop in the form its backend takes fastest.

TensorFlow reads one pipeline over all epochs: an iterator a fit, not one an epoch. A small net trains in half the time
that way (docs/decisions/010). Other backends read a PyDataset. Both give the same batches, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ablation.data import Array, SparseRows
from ablation.training.feeding.batches import Batches
from ablation.training.feeding.inputs import sparse_tensor

PREFETCHED_BATCHES = 2


@dataclass(frozen=True)
class Feed:
    """Batches in the form that a fit loop takes.

    Args:
        data: A tf.data.Dataset without an end, or a PyDataset that knows its own.
        steps: Of an epoch, from its first step on.
        first_step: Of the first epoch.
    """

    data: Any
    steps: int
    first_step: int


def feed(batches: Batches, *, first_epoch: int = 0, first_step: int = 0) -> Feed:
    """Return the batches of `first_epoch` and every epoch after it.

    Args:
        batches: Of any epoch.
        first_epoch: Counted from 0.
        first_step: Of the first epoch, which is the only one that may be read where this is not 0.
    """
    if keras.backend.backend() == "tensorflow":
        position = first_epoch * len(batches) + first_step
        data = _tensorflow_pipeline(batches, position)
    else:
        data = EpochBatches(batches, first_epoch, first_step)
    return Feed(data, len(batches) - first_step, first_step)


class EpochBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras is untyped
    """One epoch of batches.

    What Keras itself says of beginning epochs does not count them: it begins one more where it builds the metrics.

    Args:
        batches: Of any epoch.
        epoch: Which one is read; its fit says so (`told_the_epoch`).
        first_step: Of that epoch.
    """

    def __init__(self, batches: Batches, epoch: int, first_step: int = 0) -> None:
        super().__init__()
        self._batches = batches
        self._first_step = first_step
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return len(self._batches) - self._first_step

    def __getitem__(self, index: int) -> tuple[Array | SparseRows, ...]:
        """Return batch `index` of the epoch that runs."""
        return self._batches.batch(self.epoch, self._first_step + index)


def told_the_epoch(data: Any) -> list[keras.callbacks.Callback]:
    """Return the callbacks that a fit needs to read each epoch of what `feed` returned."""
    if not isinstance(data, EpochBatches):
        return []
    return [keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(data, "epoch", epoch))]


def _tensorflow_pipeline(batches: Batches, first_position: int) -> Any:
    import tensorflow as tf

    steps = len(batches)
    examples = batches.batch(*divmod(first_position, steps))
    types = [tf.as_dtype(array.dtype) for array in tf.nest.flatten(examples)]

    def read(position: np.int64) -> list[Array]:
        epoch, index = divmod(int(position), steps)
        return list(tf.nest.flatten(batches.batch(epoch, index)))

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]  # nothing to convert, and it leaves files
    def load(position: Any) -> tuple[Any, ...]:
        batch = tf.nest.pack_sequence_as(examples, tf.numpy_function(read, [position], types))
        return tuple(_shaped(tensor, example) for tensor, example in zip(batch, examples, strict=True))

    positions = tf.data.Dataset.range(first_position, tf.int64.max)
    return positions.map(load).prefetch(PREFETCHED_BATCHES).with_options(_single_threaded(tf))


def _shaped(tensor: Any, example: Array | SparseRows) -> Any:
    if isinstance(example, SparseRows):
        return sparse_tensor(tensor, width=int(example.shape[1]))
    tensor.set_shape((None, *example.shape[1:]))
    return tensor


def _single_threaded(tf: Any) -> Any:
    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1
    return options

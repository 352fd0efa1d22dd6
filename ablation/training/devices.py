"""Several devices in one trial: all hold the same weights, and each computes its share of every batch.

The batch of the spec stays what one step is made of, so that a trial on two devices learns what it learns on one, but
for the last digits (docs/decisions/025).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import keras

from ablation.machine import TPU
from ablation.training.backend import AcceleratorUnusable

TPU_ADVICE = (
    "Run the image of the extra `tpu` with KERAS_BACKEND=jax on a TPU machine (in a container: one that may use its"
    " devices, `--privileged` or /dev/accel* and /dev/vfio), or write `accelerator: auto`."
)


def names_of(devices: Sequence[str] | None) -> tuple[str, ...]:
    """Return the devices that a trial trains on together, as its backend names them; none where it is one alone.

    Args:
        devices: Of the job: GPUs, or the TPU, of which all cores are used; None: what the backend chooses.

    Raises:
        AcceleratorUnusable: The backend does not see as many as were asked for.
    """
    if devices is not None and tuple(devices) == (TPU,):
        return _several(_tpu_cores())
    if devices is None or len(devices) < 2:
        return ()
    seen = tuple(keras.distribution.list_devices("gpu"))
    if len(seen) < len(devices):
        raise AcceleratorUnusable(
            f"runtime.gpus: {len(devices)} GPUs are the trial's, {keras.backend.backend()} sees {len(seen)}\n"
            "  Install the gpu requirements and NVIDIA's driver, or lower runtime.gpus."
        )
    return seen[: len(devices)]


def data_parallel(names: Sequence[str]) -> AbstractContextManager[None]:
    """Return a context in which a model is built, compiled and fitted on several devices; of fewer than two, nothing.

    In it, TensorFlow makes variables that are mirrored on each device, and Keras' `fit` shares batches out. A batch
    that the devices cannot share equally is shared as equally as it goes by TensorFlow, and computed whole by every
    device on JAX.

    Args:
        names: As `names_of` returns them.
    """
    if len(names) < 2:
        return nullcontext()
    return _mirrored(names) if keras.backend.backend() == "tensorflow" else _sharded(names)


def is_parallel() -> bool:
    """Whether this code runs inside of `data_parallel` on several devices: plain Keras alone knows how to fit there."""
    if keras.backend.backend() != "tensorflow":
        return keras.distribution.distribution() is not None
    import tensorflow as tf

    return bool(tf.distribute.has_strategy())


def check_shares(samples: int, batch_size: int, names: Sequence[str]) -> None:
    """Make sure that no device is left without a sample, of which it would make gradients that are not numbers.

    Args:
        samples: Of the training split.
        batch_size: Of a step.
        names: Of the devices.

    Raises:
        ValueError: One is, in the last step of an epoch or in all of them.
    """
    if keras.backend.backend() != "tensorflow" or len(names) < 2:
        return
    for which, size in (("a batch", min(samples, batch_size)), ("the last batch of an epoch", samples % batch_size)):
        if 0 < size < len(names):
            raise ValueError(
                f"training.batch_size: {which} must have a sample for each of {len(names)} devices\n"
                f"  got {size} of {samples} samples in batches of {batch_size}. Change batch_size or data.subset.train,"
                " or lower runtime.gpus."
            )


class _Sharded(keras.distribution.DataParallel):  # type: ignore[misc]  # Keras is untyped
    """Keras' own, but that a batch which does not divide is given to every device whole: JAX has no unequal shares."""

    def get_data_layout(self, data_shape: Sequence[int]) -> Any:
        """Return how a batch lies on the devices (Keras calls this for every array of it)."""
        if data_shape[0] % self.num_model_replicas == 0:
            return super().get_data_layout(data_shape)
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)


@contextmanager
def _sharded(names: Sequence[str]) -> Iterator[None]:
    with _Sharded(devices=list(names), auto_shard_dataset=False).scope():
        yield


@contextmanager
def _mirrored(names: Sequence[str]) -> Iterator[None]:
    import tensorflow as tf

    if names[0].upper().startswith("TPU"):
        strategy = tf.distribute.TPUStrategy(_resolve_tpu())
    else:
        strategy = tf.distribute.MirroredStrategy([name.upper() for name in names])
    with strategy.scope():
        yield


def _several(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if len(names) > 1 else ()


def _tpu_cores() -> tuple[str, ...]:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        _resolve_tpu()
        return tuple(f"TPU:{place}" for place in range(len(tf.config.list_logical_devices("TPU"))))
    try:
        return tuple(keras.distribution.list_devices("tpu"))
    except RuntimeError as error:
        raise _tpu_missing(error) from error


def _resolve_tpu() -> Any:
    """Connect TensorFlow with the TPU of this machine (Source: TensorFlow's guide `Use TPUs`)."""
    import tensorflow as tf

    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise _tpu_missing(error) from error
    return resolver


def _tpu_missing(error: Exception) -> AcceleratorUnusable:
    reason = str(error).strip().splitlines()[0]
    return AcceleratorUnusable(
        f"runtime.accelerator: tpu, but {keras.backend.backend()} cannot use one here: {reason}\n  {TPU_ADVICE}"
    )

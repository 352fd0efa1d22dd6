"""What has to be said to Keras and its backend before they run: devices, formats, seeds, threads, determinism."""

from __future__ import annotations

import importlib
import os
import sys

import keras

from ablation import seeds
from ablation.machine import TPU, read_processor
from ablation.records import Determinism
from ablation.settings import usable_cores

ADVICE = "Install the gpu requirements and NVIDIA's driver, or set `accelerator: auto`: trials then use what works."

JAX_ADVICE = "Install JAX for the driver (`jax[cuda12]`) and NVIDIA's driver, or set `accelerator: auto`."


class AcceleratorUnusable(Exception):
    """GPUs that were asked for, and that the backend cannot compute on."""


def configure_backend(
    *, seed: int, threads: int, parallel: int | None = None, devices: tuple[str, ...] | None = None
) -> None:
    """Choose the devices of this process, seed its generators and limit its threads; call once, before all else.

    Args:
        seed: The trial's seed. Python's, NumPy's and the backend's generators are seeded from it.
        threads: Threads of one operation.
        parallel: Operations at once; as many as threads when left out.
        devices: GPUs to use, as CUDA_VISIBLE_DEVICES names them, or the TPU; None: all that the machine has.

    Raises:
        AcceleratorUnusable: The backend cannot use them.
    """
    _show_devices(devices)
    # What a person's keras.json says of these would change results unseen.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    if keras.backend.backend() == "tensorflow":
        _configure_tensorflow(threads, parallel or threads, devices)
    if keras.backend.backend() == "jax":
        _configure_jax(devices)
    keras.utils.set_random_seed(seeds.derive(seed, "process"))


def describe_determinism(threads: int) -> Determinism:
    """Return how exactly this process' numbers come again; call after the backend was configured.

    TensorFlow refuses an operation that has no deterministic kernel, on a GPU as well. JAX has no such switch: on a CPU
    it gives the same bits again, on a GPU it sums in any order.

    Args:
        threads: Of one operation, as TensorFlow was told; JAX takes all cores of the process.

    Source: tf.config.experimental.enable_op_determinism.
    """
    backend = keras.backend.backend()
    device = keras.distribution.list_devices()[0].split(":")[0]
    has_deterministic_operations = backend == "tensorflow" and _is_tensorflow_deterministic()
    is_exact = has_deterministic_operations or (backend == "jax" and device == "cpu")
    processor = read_processor()
    return Determinism(
        level="bit-exact" if is_exact else "seeded",
        backend=backend,
        has_deterministic_operations=has_deterministic_operations,
        threads=threads if backend == "tensorflow" else usable_cores(),
        device=device,
        device_name=processor.name if device == "cpu" else _device_name(backend),
        instructions=processor.instructions,
    )


def _is_tensorflow_deterministic() -> bool:
    # What enable_op_determinism sets; there is no public name for reading it.
    config = importlib.import_module("tensorflow.python.framework.config")
    return bool(config.is_op_determinism_enabled())


def _device_name(backend: str) -> str:
    """Return the model of the first accelerator, e.g. NVIDIA H200."""
    if backend == "jax":
        return str(importlib.import_module("jax").devices()[0].device_kind)
    import tensorflow as tf

    for device in tf.config.list_physical_devices("GPU"):
        return str(tf.config.experimental.get_device_details(device).get("device_name", device.device_type))
    return "unknown"


def _show_devices(devices: tuple[str, ...] | None) -> None:
    """Show CUDA the chosen devices alone, and have no backend take all of their memory.

    CUDA reads its variables when it is first used. A process forked from one that imported a backend and never ran it
    has not used it, so this reaches TensorFlow and JAX alike.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if devices is not None and devices != (TPU,):
        os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # as nvidia-smi counts them
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(devices) or "-1"


def _configure_tensorflow(threads: int, parallel: int, devices: tuple[str, ...] | None) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(parallel)
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if devices and devices != (TPU,) and not gpus:
        raise AcceleratorUnusable(f"GPU {', '.join(devices)} of this machine: TensorFlow cannot use it.\n  {ADVICE}")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)


def _configure_jax(devices: tuple[str, ...] | None) -> None:
    # Keras would import TensorFlow to save a model, where it is installed, for seconds and to no purpose.
    sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]  # Python's own sign for `not there`
    if devices == ():
        # JAX reads its environment when it is imported, which the template has done.
        importlib.import_module("jax").config.update("jax_platforms", "cpu")
    elif devices and devices != (TPU,):
        try:
            keras.distribution.list_devices("gpu")
        except RuntimeError as error:
            raise AcceleratorUnusable(f"GPU {', '.join(devices)}: JAX cannot use it.\n  {JAX_ADVICE}") from error

"""What has to be said to Keras and its backend before they run: number formats, seeds, threads, determinism."""

from __future__ import annotations

import keras

from ablation import seeds


def configure_backend(*, seed: int, threads: int) -> None:
    """Seed every generator of this process and limit its threads; call once, before the backend has run.

    Args:
        seed: The trial's seed. Python's, NumPy's and the backend's generators are seeded from it.
        threads: Threads of one operation, and operations at once.
    """
    # What a person's keras.json says of these would change results unseen.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    if keras.backend.backend() == "tensorflow":
        _configure_tensorflow(threads)
    keras.utils.set_random_seed(seeds.derive(seed, "process"))


def _configure_tensorflow(threads: int) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()

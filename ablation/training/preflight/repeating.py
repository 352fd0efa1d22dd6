"""Steps on one batch, over and over, and the loss before each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from ablation.data import Array
from ablation.training.pace import Pace

# From how many steps may be taken at most to the losses before those that were taken, one at least.
Take = Callable[[int], list[float]]


def repeat(model: keras.Model, batch: tuple[Array, ...]) -> Take:
    """Return what trains a compiled model on a batch; its metrics are not measured.

    On TensorFlow several steps are one call, as in training (docs/decisions/027): small nets take half the time.
    """
    if keras.backend.backend() == "tensorflow":
        return _repeat_in_graph(model, batch)
    return lambda most: [float(model.train_on_batch(*batch, return_dict=True)["loss"])]


def _repeat_in_graph(model: keras.Model, batch: tuple[Array, ...]) -> Take:
    import tensorflow as tf

    tensors = tuple(tf.convert_to_tensor(each) for each in batch)
    optimizer, trained = model.optimizer, model.trainable_weights
    optimizer.build(trained)

    def step(taken: Any, losses: Any) -> tuple[Any, Any]:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(tensors)
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x, training=True), weights, training=True)
            scaled = optimizer.scale_loss(loss)
        optimizer.apply(tape.gradient(scaled, trained), trained)
        return taken + 1, losses.write(taken, tf.cast(loss, tf.float32))

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def run(wanted: Any) -> Any:
        losses = tf.TensorArray(tf.float32, size=wanted)
        _, losses = tf.while_loop(lambda taken, _: taken < wanted, step, (0, losses), parallel_iterations=1)
        return losses.stack()

    pace = Pace()

    def take(most: int) -> list[float]:
        with pace.steps(most) as wanted:
            return [float(loss) for loss in run(tf.constant(wanted)).numpy()]

    return take

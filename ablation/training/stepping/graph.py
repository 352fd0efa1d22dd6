"""Training steps of TensorFlow, many to a call: a loop in the graph, which reads its batches from a pipeline.

A step of a small net takes less time than Python and TensorFlow need to begin one (docs/decisions/027).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from ablation.training.compiling.optimizers import LossScaled
from ablation.training.feeding.feeding import Feed
from ablation.training.pace import Pace
from ablation.training.stepping.divergence import NotFinite


def fit_in_graph(model: keras.Model, train: Feed, epochs: range, callbacks: Sequence[keras.callbacks.Callback]) -> None:
    """Do what Keras' fit does, with many steps to a call; callbacks hear of the last step of each.

    Args:
        model: Compiled, its metrics built.
        train: The batches of the epochs.
        epochs: Which.
        callbacks: As Keras calls them.

    Raises:
        NotFinite: A step was not taken.
    """
    called = keras.callbacks.CallbackList(list(callbacks), model=model, steps=train.steps, verbose=0)
    model.stop_training = False
    called.on_train_begin()
    steps = GraphSteps(model, train.data)
    for epoch in epochs:
        model.reset_metrics()
        called.on_epoch_begin(epoch)
        _take_all(steps, epoch, train, called)
        called.on_epoch_end(epoch, model.get_metrics_result())
        if model.stop_training:
            break
    called.on_train_end()


def _take_all(steps: GraphSteps, epoch: int, train: Feed, called: keras.callbacks.CallbackList) -> None:
    done = 0
    while done < train.steps:
        taken, refused = steps.take(train.steps - done)
        done += taken
        if refused:
            raise NotFinite(epoch, train.first_step + done, *refused)
        called.on_train_batch_end(done - 1)


class Refused(NamedTuple):
    """What a step found that was not taken: its loss, and the norms of its gradients by the weights' paths."""

    loss: float
    gradient_norms: dict[str, float]


class GraphSteps:
    """The steps of a model, one batch after the other.

    A step that finds a loss or a gradient that is not finite is not taken, and none after it; but a gradient that only
    its scale has made so is left out by the optimiser.

    Args:
        model: Compiled, its metrics built.
        pipeline: A tf.data.Dataset of batches without an end.
    """

    def __init__(self, model: keras.Model, pipeline: Any) -> None:
        self._model = model
        self._batches = iter(pipeline)
        self._pace = Pace()
        self._run = tf.function(self._loop, autograph=False)

    def take(self, most: int) -> tuple[int, Refused | None]:
        """Take some steps, as many as fit into a moment.

        Args:
            most: At most so many, one at least.

        Returns:
            How many were taken, and what the next one found, if it was not taken for that.
        """
        with self._pace.steps(most) as wanted:
            taken, is_finite, found = self._run(self._batches, tf.constant(wanted))
            number = int(taken)
        if is_finite:
            return number, None
        loss, *norms = found.numpy().tolist()
        paths = [weight.path for weight in self._model.trainable_weights]
        return number, Refused(loss, dict(zip(paths, norms, strict=True)))

    def _loop(self, batches: Any, wanted: Any) -> tuple[Any, Any, Any]:
        def step(taken: Any, *_: Any) -> tuple[Any, Any, Any]:
            is_finite, found = self._step(next(batches))
            return taken + tf.cast(is_finite, tf.int32), is_finite, found

        def goes_on(taken: Any, is_finite: Any, _: Any) -> Any:
            return tf.logical_and(taken < wanted, is_finite)

        # One iteration at a time: each reads the weights that the one before it has written.
        began = (tf.constant(0), tf.constant(True), self._nothing)
        taken, is_finite, found = tf.while_loop(goes_on, step, began, parallel_iterations=1)
        return taken, is_finite, found

    def _step(self, batch: Any) -> tuple[Any, Any]:
        """Return whether a step was taken, and if not, its loss and the norms of its gradients."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
        model, optimizer = self._model, self._model.optimizer
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weights, training=True)
            scaled = optimizer.scale_loss(loss)
        trained = model.trainable_weights
        gradients = tape.gradient(scaled, trained)

        def learn() -> Any:
            optimizer.apply(gradients, trained)
            self._measure(loss, y, outputs)
            return self._nothing

        def refuse() -> Any:
            scale = optimizer.scale_loss(tf.ones(()))
            norms = [tf.zeros(()) if each is None else tf.linalg.global_norm([each]) for each in gradients]
            return tf.stack([loss, *(norm / scale for norm in norms)])

        is_finite = tf.math.is_finite(tf.linalg.global_norm(gradients))
        if isinstance(optimizer, LossScaled):
            is_finite = tf.logical_or(is_finite, optimizer.can_leave_out)
        is_finite = tf.logical_and(is_finite, tf.math.is_finite(loss))
        return is_finite, tf.cond(is_finite, learn, refuse)

    def _measure(self, loss: Any, targets: Any, outputs: Any) -> None:
        for metric in self._model.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=tf.shape(outputs)[0])
            else:
                metric.update_state(targets, outputs)

    @property
    def _nothing(self) -> Any:
        return tf.zeros(1 + len(self._model.trainable_weights))

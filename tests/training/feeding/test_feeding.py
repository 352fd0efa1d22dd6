from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest

from ablation.data import Array, Split
from ablation.evaluation import target_encoder
from ablation.seeds import derive
from ablation.training.feeding.batches import Batches
from ablation.training.feeding.feeding import EpochBatches, Feed, feed, told_the_epoch

COUNT = 10
SPLIT = Split(np.arange(COUNT, dtype=np.uint8).reshape(COUNT, 1), (np.arange(COUNT) % 3).astype(np.int32))


def batches() -> Batches:
    return Batches(SPLIT, target_encoder("one_hot", 3), batch_size=4, seed=4)


def dataset(first_epoch: int = 0) -> Feed:
    return Feed(EpochBatches(batches(), first_epoch), steps=3, first_step=0)


def pipeline(first_epoch: int = 0) -> Feed:
    return feed(batches(), first_epoch=first_epoch)


FEEDS = pytest.mark.parametrize("feed_from", [dataset, pipeline])


def expected_order(epoch: int) -> list[int]:
    permutation = np.random.default_rng(derive(4, "order", epoch)).permutation(COUNT)
    return [int(value) for value in permutation]


def linear() -> keras.Model:
    inputs = keras.Input(shape=(1,))
    model = keras.Model(inputs, keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")(inputs))
    model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="mse")
    return model


def numpy_fit(orders: list[list[int]]) -> Array:
    """Fit the linear model by hand: full steps of SGD on the mean squared error."""
    weights = np.zeros((1, 3))
    for order in orders:
        for start in range(0, COUNT, 4):
            chosen = order[start : start + 4]
            x, y = np.array(chosen, dtype=float).reshape(-1, 1), np.eye(3)[np.array(chosen) % 3]
            weights -= 1e-3 * 2 * x.T @ (x @ weights - y) / y.size
    return weights


def weights_after(model: keras.Model, feed_from: Callable[[int], Feed], first_epoch: int, epochs: int) -> Array:
    fed = feed_from(first_epoch)
    model.fit(
        fed.data,
        steps_per_epoch=fed.steps if feed_from is pipeline else None,
        initial_epoch=first_epoch,
        epochs=epochs,
        callbacks=told_the_epoch(fed.data),
        shuffle=False,
        verbose=0,
    )
    return np.asarray(model.get_weights()[0])


@FEEDS
def test_fit_takes_the_steps_of_every_epochs_own_order(feed_from: Callable[[int], Feed]) -> None:
    by_hand = numpy_fit([expected_order(epoch) for epoch in range(3)])
    assert np.allclose(weights_after(linear(), feed_from, 0, 3), by_hand, atol=1e-6)
    assert not np.allclose(by_hand, numpy_fit([list(range(COUNT))] * 3), atol=1e-5)


@FEEDS
def test_fit_goes_on_with_the_epoch_that_comes_when_resumed(feed_from: Callable[[int], Feed]) -> None:
    model = linear()
    weights_after(model, feed_from, 0, 2)
    assert np.array_equal(weights_after(model, feed_from, 2, 3), weights_after(linear(), feed_from, 0, 3))


def test_both_forms_give_the_same_bits() -> None:
    assert np.array_equal(weights_after(linear(), dataset, 0, 3), weights_after(linear(), pipeline, 0, 3))


def test_tensorflow_reads_a_pipeline_and_is_told_the_steps() -> None:
    assert keras.backend.backend() == "tensorflow"
    assert feed(batches()).steps == len(batches()) == 3

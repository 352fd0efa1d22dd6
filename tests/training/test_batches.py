from __future__ import annotations

import keras
import numpy as np
import pytest

from ablation.data import Array, Split
from ablation.seeds import derive
from ablation.training.batches import Batches

COUNT = 10
SPLIT = Split(np.arange(COUNT, dtype=np.uint8).reshape(COUNT, 1), (np.arange(COUNT) % 3).astype(np.int32))


def batches(seed: int | None = 0, *, batch_size: int = 4, first_epoch: int = 0) -> Batches:
    return Batches(SPLIT, classes=3, batch_size=batch_size, seed=seed, first_epoch=first_epoch)


def epoch_order(of: Batches) -> list[int]:
    """Begin an epoch and return its samples, in order."""
    of.on_epoch_begin()
    return [int(value) for index in range(len(of)) for value in of[index][0].ravel()]


def expected_order(seed: int, epoch: int) -> list[int]:
    permutation = np.random.default_rng(derive(seed, "order", epoch)).permutation(COUNT)
    return [int(value) for value in permutation]


@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10]), (1, [1] * 10)])
def test_batches_have_the_size_asked_for_but_the_last(batch_size: int, sizes: list[int]) -> None:
    of = batches(batch_size=batch_size)
    assert len(of) == len(sizes)
    assert [len(of[index][0]) for index in range(len(of))] == sizes


def test_batch_is_float_samples_and_one_hot_labels() -> None:
    x, y = batches(None)[1]
    assert (x.dtype.name, y.dtype.name) == ("float32", "float32")
    assert x.ravel().tolist() == [4.0, 5.0, 6.0, 7.0]
    assert y.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_labels_go_with_their_samples() -> None:
    of = batches(7)
    of.on_epoch_begin()
    for index in range(len(of)):
        x, y = of[index]
        assert np.argmax(y, axis=1).tolist() == [int(value) % 3 for value in x.ravel()]


def test_every_epoch_has_every_sample_once_in_an_order_of_its_own() -> None:
    of = batches()
    orders = [epoch_order(of) for _ in range(3)]
    assert all(sorted(order) == list(range(COUNT)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_order_depends_on_seed_and_epoch_alone() -> None:
    of, again = batches(5), batches(5, batch_size=3)
    assert [epoch_order(of) for _ in range(3)] == [epoch_order(again) for _ in range(3)]
    assert epoch_order(batches(5)) == expected_order(5, 0) != epoch_order(batches(6))


def test_order_before_the_first_epoch_begins_is_that_of_the_first_epoch() -> None:
    assert [int(value) for value in batches(batch_size=99)[0][0].ravel()] == expected_order(0, 0)


def test_resumed_batches_go_on_with_the_epoch_that_comes() -> None:
    of, resumed = batches(), batches(first_epoch=2)
    orders = [epoch_order(of) for _ in range(4)]
    assert [epoch_order(resumed) for _ in range(2)] == orders[2:]


def test_batches_without_a_seed_keep_the_order_of_the_split() -> None:
    of = batches(None)
    assert epoch_order(of) == epoch_order(of) == list(range(COUNT))


class Recorder(Batches):
    """Batches that remember what Keras asked for."""

    def __init__(self, seed: int, first_epoch: int = 0) -> None:
        super().__init__(SPLIT, classes=3, batch_size=4, seed=seed, first_epoch=first_epoch)
        self.epochs: list[list[int]] = []

    def on_epoch_begin(self) -> None:
        super().on_epoch_begin()
        self.epochs.append([])

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        x, y = super().__getitem__(index)
        if self.epochs:
            self.epochs[-1].extend(int(value) for value in x.ravel())
        return x, y


def linear() -> keras.Model:
    inputs = keras.Input(shape=(1,))
    return keras.Model(inputs, keras.layers.Dense(3, use_bias=False, kernel_initializer="zeros")(inputs))


def test_fit_draws_the_order_of_every_epoch() -> None:
    model, recorder = linear(), Recorder(4)
    model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="mse")
    model.fit(recorder, epochs=3, shuffle=False, verbose=0)
    assert recorder.epochs[:3] == [expected_order(4, epoch) for epoch in range(3)]


def numpy_fit(orders: list[list[int]]) -> Array:
    """Fit the linear model by hand: full steps of SGD on the mean squared error."""
    weights = np.zeros((1, 3))
    for order in orders:
        for start in range(0, COUNT, 4):
            chosen = order[start : start + 4]
            x, y = np.array(chosen, dtype=float).reshape(-1, 1), np.eye(3)[np.array(chosen) % 3]
            weights -= 1e-3 * 2 * x.T @ (x @ weights - y) / y.size
    return weights


def test_fit_takes_the_steps_of_that_order_also_when_resumed() -> None:
    model = linear()
    model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="mse")
    model.fit(batches(4), epochs=2, shuffle=False, verbose=0)
    model.fit(batches(4, first_epoch=2), initial_epoch=2, epochs=3, shuffle=False, verbose=0)
    by_hand = numpy_fit([expected_order(4, epoch) for epoch in range(3)])
    assert np.allclose(np.asarray(model.get_weights()[0]), by_hand, atol=1e-6)
    assert not np.allclose(by_hand, numpy_fit([list(range(COUNT))] * 3), atol=1e-5)

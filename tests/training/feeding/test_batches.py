from __future__ import annotations

import numpy as np
import pytest

from ablation.data import Augmenter, Batch, Split
from ablation.evaluation import target_encoder
from ablation.seeds import derive
from ablation.spec.augmenters import Flip
from ablation.training.feeding.batches import Batches

COUNT = 10
SPLIT = Split(np.arange(COUNT, dtype=np.uint8).reshape(COUNT, 1), (np.arange(COUNT) % 3).astype(np.int32))


def batches(seed: int | None = 0, *, batch_size: int = 4) -> Batches:
    return Batches(SPLIT, target_encoder("one_hot", 3), batch_size=batch_size, seed=seed)


def order(of: Batches, epoch: int) -> list[int]:
    """Return the samples of an epoch, in order."""
    return [int(value) for index in range(len(of)) for value in of.batch(epoch, index)[0].ravel()]


@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10]), (1, [1] * 10)])
def test_batches_have_the_size_asked_for_but_the_last(batch_size: int, sizes: list[int]) -> None:
    of = batches(batch_size=batch_size)
    assert len(of) == len(sizes)
    assert [len(of.batch(0, index)[0]) for index in range(len(of))] == sizes


def test_batch_is_float_samples_and_one_hot_labels() -> None:
    x, y = batches(None).batch(0, 1)
    assert (x.dtype.name, y.dtype.name) == ("float32", "float32")
    assert x.ravel().tolist() == [4.0, 5.0, 6.0, 7.0]
    assert y.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_labels_go_with_their_samples() -> None:
    of = batches(7)
    for index in range(len(of)):
        x, y = of.batch(1, index)
        assert np.argmax(y, axis=1).tolist() == [int(value) % 3 for value in x.ravel()]


def test_every_epoch_has_every_sample_once_in_an_order_of_its_own() -> None:
    of = batches()
    orders = [order(of, epoch) for epoch in range(3)]
    assert all(sorted(samples) == list(range(COUNT)) for samples in orders)
    assert len({tuple(samples) for samples in orders}) == 3


def test_order_depends_on_seed_and_epoch_alone() -> None:
    of, again = batches(5), batches(5, batch_size=3)
    assert [order(of, epoch) for epoch in (0, 1, 2)] == [order(again, epoch) for epoch in (2, 1, 0)][::-1]
    assert order(of, 0) == np.random.default_rng(derive(5, "order", 0)).permutation(COUNT).tolist()
    assert order(of, 0) != order(batches(6), 0)


@pytest.mark.parametrize("epoch", [0, 1])
def test_sample_is_found_in_the_batch_that_has_it(epoch: int) -> None:
    of = batches(7)
    for sample in range(COUNT):
        index, place = of.find(epoch, sample)
        assert of.batch(epoch, index)[0][place].item() == sample


def test_batches_without_a_seed_keep_the_order_of_the_split() -> None:
    of = batches(None)
    assert order(of, 0) == order(of, 1) == list(range(COUNT))


def test_batch_has_the_weight_of_each_samples_class_when_there_are_weights() -> None:
    weights = np.array([0.5, 1.0, 2.0], dtype=np.float32)
    of = Batches(SPLIT, target_encoder("integers", 3), batch_size=4, class_weights=weights)
    _, labels, counts = of.batch(0, 1)
    assert (labels.tolist(), labels.dtype.name) == ([1, 2, 0, 1], "int32")
    assert (counts.tolist(), counts.dtype.name) == ([1.0, 2.0, 0.5, 1.0], "float32")


def test_batch_is_augmented_by_epoch_and_sample() -> None:
    images = Split(np.random.default_rng(0).normal(size=(COUNT, 2, 3)).astype(np.float32), SPLIT.y)
    augmenter = Augmenter((Flip(kind="flip"),), images, 7)
    of = Batches(images, target_encoder("one_hot", 3), batch_size=4, augmenter=augmenter)
    plain = Batches(images, target_encoder("one_hot", 3), batch_size=4)
    x, targets = of.batch(2, 1)
    expected = augmenter(Batch(*plain.batch(2, 1)), 2, np.arange(4, 8))
    assert np.array_equal(x, expected.x)
    assert np.array_equal(targets, plain.batch(2, 1)[1])
    epochs = [of.batch(epoch, 0)[0] for epoch in range(8)]
    assert not all(np.array_equal(epochs[0], each) for each in epochs)

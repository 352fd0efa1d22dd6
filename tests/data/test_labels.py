from __future__ import annotations

import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data.labels import as_labels, with_noise

Y = (np.arange(200) % 10).astype(np.int32)


def test_classes_are_integers_in_one_column() -> None:
    labels = as_labels(np.array([[3], [9]], dtype=np.uint8), catalogue()["cifar10"])
    assert (labels.dtype.name, labels.tolist()) == ("int32", [3, 9])


def test_targets_of_a_regression_keep_their_unit_in_a_column_each() -> None:
    labels = as_labels(np.array([151.0, 75.5]), catalogue()["diabetes"])
    assert (labels.dtype.name, labels.tolist()) == ("float32", [[151.0], [75.5]])


@pytest.mark.parametrize(("share", "changed"), [(0.1, 20), (0.5, 100), (0.001, 0), (0.99, 198)])
def test_noise_replaces_its_share_by_another_class(share: float, changed: int) -> None:
    noisy = with_noise(Y, 10, share, seed=0)
    assert int((noisy != Y).sum()) == changed
    assert noisy.dtype == Y.dtype
    assert (noisy.min(), noisy.max()) == (0, 9)


def test_noise_depends_on_the_seed_alone() -> None:
    first, again, other = (with_noise(Y, 10, 0.3, seed).tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_noise_of_two_classes_turns_labels_around() -> None:
    y = np.array([0, 1, 0, 1], dtype=np.int32)
    noisy = with_noise(y, 2, 0.75, seed=0)
    assert int((noisy == 1 - y).sum()) == 3


def test_noise_uses_every_other_class() -> None:
    noisy = with_noise(np.zeros(500, dtype=np.int32), 4, 0.9, seed=0)
    assert np.bincount(noisy).tolist()[0] == 50
    assert all(count > 100 for count in np.bincount(noisy)[1:])

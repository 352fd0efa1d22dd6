from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import DataError

from .small import archive, dataset, decoded


def batch(first: int, count: int, key: bytes = b"labels") -> dict[bytes, Any]:
    values = np.zeros((count, 3072), dtype=np.uint8)
    values[:, 1024] = np.arange(first, first + count)  # the first green value
    return {b"data": values, key: list(range(first, first + count))}


def packed(path: Path, **batches: dict[bytes, Any]) -> Path:
    return archive(path, {f"cifar/{name}": pickle.dumps(content, protocol=4) for name, content in batches.items()})


def test_batches_become_images_with_channels_last_in_the_order_of_their_names(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "c.tar.gz",
        test_batch=batch(9, 1),
        data_batch_2=batch(3, 2),
        data_batch_1=batch(0, 3),
        **{"batches.meta": {b"names": [b"cat"]}},
    )
    arrays = decoded(tmp_path, dataset("cifar_python", path, classes=10), path)
    assert (arrays["x_train"].shape, arrays["x_train"].dtype.name) == ((5, 32, 32, 3), "uint8")
    assert arrays["x_train"][:, 0, 0].tolist() == [[0, green, 0] for green in range(5)]
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1, 2, 3, 4], [9])


def test_fine_labels_are_the_labels_of_cifar_100(tmp_path: Path) -> None:
    of_both = batch(0, 2, b"fine_labels") | {b"coarse_labels": [7, 7]}
    path = packed(tmp_path / "c.tar.gz", train=of_both, test=of_both)
    assert decoded(tmp_path, dataset("cifar_python", path), path)["y_train"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ({"data_batch_1": batch(0, 1)}, "has no test batch"),
        ({"data_batch_1": {b"data": b"", b"labels": []}, "test_batch": batch(0, 1)}, "has no images of 32x32"),
        ({"data_batch_1": batch(0, 2) | {b"labels": [1]}, "test_batch": batch(0, 1)}, "has no label for every image"),
    ],
)
def test_batch_that_is_not_whole_is_refused(tmp_path: Path, batches: dict[str, Any], message: str) -> None:
    path = packed(tmp_path / "c.tar.gz", **batches)
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("cifar_python", path), path)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import DataError

from .small import archive, dataset, decoded


def batch(*labels: int | tuple[int, int]) -> bytes:
    """Write records whose first green value is the number of the record."""
    records = []
    for number, label in enumerate(labels):
        image = np.zeros(3072, dtype=np.uint8)
        image[1024] = number
        records.append(bytes(label if isinstance(label, tuple) else [label]) + image.tobytes())
    return b"".join(records)


def test_batches_become_images_with_channels_last_in_the_order_of_their_names(tmp_path: Path) -> None:
    members = {
        "cifar/test_batch.bin": batch(9),
        "cifar/data_batch_2.bin": batch(3, 4),
        "cifar/data_batch_1.bin": batch(0, 1, 2),
        "cifar/batches.meta.txt": b"cat",
        "cifar/readme.html": b"text",
    }
    path = archive(tmp_path / "c.tar.gz", members)
    arrays = decoded(tmp_path, dataset("cifar_binary", path, classes=10), path)
    assert (arrays["x_train"].shape, arrays["x_train"].dtype.name) == ((5, 32, 32, 3), "uint8")
    assert arrays["x_train"][:, 0, 0].tolist() == [[0, green, 0] for green in (0, 1, 2, 0, 1)]
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1, 2, 3, 4], [9])


@pytest.mark.parametrize(("labels", "expected"), [("coarse", [5, 6]), ("fine", [71, 72])])
def test_either_label_of_cifar_100_is_read(tmp_path: Path, labels: str, expected: list[int]) -> None:
    path = archive(tmp_path / "c.tar", {f"{part}.bin": batch((5, 71), (6, 72)) for part in ("train", "test")})
    arrays = decoded(tmp_path, dataset("cifar_binary", path, classes=100, told={"labels": labels}), path)
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == (expected, expected)
    assert arrays["x_test"][:, 0, 0].tolist() == [[0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("members", "told", "message"),
    [
        ({"data_batch_1.bin": batch(1)}, {}, "has no test batch"),
        ({"test.bin": batch((1, 1))}, {"labels": "fine"}, "has no train batch"),
        ({"train.bin": batch((1, 1)), "test.bin": batch((1, 1))}, {}, "train.bin has 3,074 bytes, .* of 3,073 bytes"),
        ({"train.bin": batch(1), "test.bin": batch(1)}, {"labels": "fine"}, "train.bin has 3,073 .* of 3,074 bytes"),
        ({"train.bin": batch(1, 2)[:-1], "test.bin": batch(1)}, {}, "train.bin has 6,145 bytes"),
        ({"train.bin": b"", "test.bin": batch(1)}, {}, "train.bin has 0 bytes"),
    ],
)
def test_batch_that_is_not_whole_is_refused(
    tmp_path: Path, members: dict[str, bytes], told: dict[str, Any], message: str
) -> None:
    path = archive(tmp_path / "c.tar", members)
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("cifar_binary", path, told=told), path)

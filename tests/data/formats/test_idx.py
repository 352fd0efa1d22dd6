from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ablation.data import DataError

from .small import dataset, decoded

NAMES = ("train-images.gz", "train-labels.gz", "test-images.gz", "test-labels.gz")


def idx(*shape: int, values: bytes) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape) + values


def written(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / name for name in NAMES]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(gzip.compress(content))
    return paths


def test_files_become_images_and_labels(tmp_path: Path) -> None:
    paths = written(
        tmp_path,
        idx(2, 2, 1, values=bytes([1, 2, 3, 255])),
        idx(2, values=bytes([0, 1])),
        idx(1, 2, 1, values=bytes([5, 6])),
        idx(1, values=bytes([1])),
    )
    arrays = decoded(tmp_path, dataset("idx_gzip", *paths), *paths)
    assert arrays["x_train"].tolist() == [[[1], [2]], [[3], [255]]]
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1], [1])
    assert (arrays["x_test"].shape, arrays["x_test"].dtype.name) == ((1, 2, 1), "uint8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x00\x0d\x01" + bytes(8), "begins with 00000d01"),
        (b"\x00", "begins with 00, an IDX file"),
        (idx(3, values=bytes(2)), "does not hold the 3 values"),
        (idx(3, values=bytes(4)), "does not hold the 3 values"),
        (idx(2**20, 2**20, values=b""), "states 1,099,511,627,776 values, more than"),
    ],
)
def test_file_that_is_not_what_its_head_says_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    paths = written(tmp_path, content, *[idx(1, values=b"0")] * 3)
    with pytest.raises(DataError, match=rf"train-images\.gz: {message}"):
        decoded(tmp_path, dataset("idx_gzip", *paths), *paths)

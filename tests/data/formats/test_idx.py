from __future__ import annotations

import gzip
from collections.abc import Callable
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
    arrays = decoded(tmp_path, dataset("idx", *paths), *paths)
    assert arrays["x_train"].tolist() == [[[1], [2]], [[3], [255]]]
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1], [1])
    assert (arrays["x_test"].shape, arrays["x_test"].dtype.name) == ((1, 2, 1), "uint8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x00\x0d\x01" + bytes(8), "begins with 00000d01"),
        (b"\x00", "begins with 00, an IDX file"),
        (idx(3, values=bytes(2)), "does not hold what its head states"),
        (idx(3, values=bytes(4)), "does not hold what its head states"),
        (idx(3, values=bytes(3))[:6], "does not hold what its head states"),
        (idx(2**20, 2**20, values=b""), "states 1,099,511,627,776 values, more than"),
        # As many as 64 bits count from 0 on again.
        (idx(2**31, 2**31, 4, values=b""), "states 18,446,744,073,709,551,616 values, more than"),
    ],
)
def test_file_that_is_not_what_its_head_says_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    paths = written(tmp_path, content, *[idx(1, values=b"0")] * 3)
    with pytest.raises(DataError, match=rf"train-images\.gz: {message}"):
        decoded(tmp_path, dataset("idx", *paths), *paths)


def test_files_that_are_not_compressed_become_the_same_arrays(tmp_path: Path) -> None:
    contents = [
        idx(2, 1, values=bytes([7, 8])),
        idx(2, values=bytes([0, 1])),
        idx(1, 1, values=b"9"),
        idx(1, values=b"1"),
    ]
    packed = written(tmp_path, *contents)
    plain = [path.with_suffix("") for path in packed]
    for path, content in zip(plain, contents, strict=True):
        path.write_bytes(content)
    for place, paths in (("packed", packed), ("plain", plain)):
        (tmp_path / place).mkdir()
        arrays = decoded(tmp_path / place, dataset("idx", *paths), *paths)
        assert (arrays["x_train"].tolist(), arrays["x_test"].tolist()) == ([[7], [8]], [[57]])


def test_two_files_are_divided_as_the_dataset_says(tmp_path: Path) -> None:
    paths = [tmp_path / "images", tmp_path / "labels"]
    for path, content in zip(
        paths, (idx(4, 1, values=bytes(range(4))), idx(4, values=bytes([0, 0, 1, 1]))), strict=True
    ):
        path.write_bytes(content)
    arrays = decoded(tmp_path, dataset("idx", *paths), *paths)
    assert sorted([*arrays["x_train"][:, 0], *arrays["x_test"][:, 0]]) == [0, 1, 2, 3]
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1], [0, 1])


def test_images_without_a_label_each_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "images", tmp_path / "labels"]
    for path, content in zip(paths, (idx(4, 1, values=bytes(4)), idx(3, values=bytes(3))), strict=True):
        path.write_bytes(content)
    with pytest.raises(DataError, match="small: has 4 samples and 3 labels"):
        decoded(tmp_path, dataset("idx", *paths), *paths)


@pytest.mark.parametrize(
    "change", [lambda content: content[:-9], lambda content: content[:-20] + b"0000" + content[-16:]]
)
def test_compressed_file_that_is_damaged_is_refused(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    paths = written(tmp_path, *[idx(900, values=bytes(range(225)) * 4)] * 4)
    paths[0].write_bytes(change(paths[0].read_bytes()))
    with pytest.raises(DataError, match=r"train-images\.gz: cannot be unpacked"):
        decoded(tmp_path, dataset("idx", *paths), *paths)

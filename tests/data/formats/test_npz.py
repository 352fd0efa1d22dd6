from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import DataError
from ablation.data.formats import npz

from .small import BROKEN_ZIPS, archive, broken_zip, dataset, decoded


def saved(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def npy(shape: tuple[int, ...], values: bytes) -> bytes:
    """Write an array of bytes whose head states a shape."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return file.getvalue() + values


PARTS = {"x_train": [[1, 2]], "y_train": [0], "x_test": [[3, 4]], "y_test": [1]}


def test_arrays_of_both_parts_are_written_as_they_are(tmp_path: Path) -> None:
    arrays = {name: np.array(values, dtype=np.uint8) for name, values in PARTS.items()}
    path = saved(tmp_path / "a.npz", **arrays, extra=np.zeros(1))
    read = decoded(tmp_path, dataset("npz", path), path)
    assert {name: array.tolist() for name, array in read.items()} == PARTS
    assert {array.dtype.name for array in read.values()} == {"uint8"}


def test_arrays_without_parts_are_divided_as_the_dataset_says(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", x=np.arange(20).reshape(10, 2), y=np.repeat([0, 1], [4, 6]))
    read = decoded(tmp_path, dataset("npz", path), path)
    assert (np.bincount(read["y_train"]).tolist(), np.bincount(read["y_test"]).tolist()) == ([2, 3], [2, 3])
    assert sorted([*read["x_train"][:, 0], *read["x_test"][:, 0]]) == list(range(0, 20, 2))


def test_array_in_the_order_of_fortran_is_read_as_it_was(tmp_path: Path) -> None:
    x = np.asfortranarray(np.arange(6).reshape(3, 2))
    path = saved(tmp_path / "a.npz", x_train=x, y_train=[0, 1, 0], x_test=x, y_test=[0, 1, 0])
    assert decoded(tmp_path, dataset("npz", path), path)["x_train"].tolist() == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": [[1]]}, r"has no array y, only x\."),
        ({"a": [1]}, r"has no array x, only a\."),
        ({name: PARTS[name] for name in ("x_train", "y_train", "x_test")}, "has no array y_test"),
        ({"x": np.zeros((3, 2)), "y": [0, 1]}, "small: has 3 samples and 2 labels"),
        ({"x": np.array([[1], [None]], dtype=object), "y": [0, 1]}, "x holds pickled objects, which are not read"),
        ({"x": [["a"], ["b"]], "y": [0, 1]}, r"x has shape \(2, 1\) of <U1; wanted are numbers"),
        ({"x": [[1], [2]], "y": ["a", "b"]}, r"y has shape \(2,\) of <U1; wanted are numbers"),
        ({"x": 3, "y": [0]}, r"x has shape \(\) of int64"),
        ({"x": [[1], [2]], "y": [[0, 1], [1, 0]]}, r"y has shape \(2, 2\) of int64; the labels"),
        ({"x": [[1], [2]], "y": [0.5, 1]}, r"y has shape \(2,\) of float64; the labels"),
        ({"x": [[1], [2]], "y": [0, np.nan]}, r"y has shape \(2,\) of float64; the labels"),
    ],
)
def test_arrays_that_are_no_samples_and_labels_are_refused(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    path = saved(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("npz", path), path)


def test_targets_of_a_regression_may_be_fractions(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", x=[[1], [2]], y=[[0.5], [1.5]])
    read = decoded(tmp_path, dataset("npz", path, task="regression", classes=None), path)
    assert sorted([*read["y_train"], *read["y_test"]]) == [[0.5], [1.5]]


def test_archive_that_states_more_bytes_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "MAX_BYTES", 500)
    path = saved(tmp_path / "a.npz", x=np.zeros((9, 9)), y=np.zeros(9))
    with pytest.raises(DataError, match=r"a\.npz: unpacks to 976 bytes, more than 500"):
        decoded(tmp_path, dataset("npz", path), path)


@pytest.mark.parametrize("shape", [(10**12,), (2**40, 2**40), (4,)])
def test_array_whose_head_states_other_values_than_it_has_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = archive(tmp_path / "a.zip", {"x.npy": npy(shape, bytes(3)), "y.npy": npy((3,), bytes(3))})
    with pytest.raises(DataError, match=r"x does not hold the \([0-9, ]+\) values that its head states"):
        decoded(tmp_path, dataset("npz", path), path)


def test_bomb_that_states_fewer_bytes_than_it_has_is_refused_unread(tmp_path: Path) -> None:
    size = len(npy((3,), bytes(50_000_000)))
    path = archive(tmp_path / "a.zip", {"x.npy": npy((3,), bytes(50_000_000)), "y.npy": npy((3,), bytes(3))})
    stated = len(npy((3,), bytes(3)))
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), stated.to_bytes(4, "little")))
    with zipfile.ZipFile(path) as packed:
        assert packed.getinfo("x.npy").file_size == stated
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="Bad CRC-32"):
            decoded(tmp_path, dataset("npz", path), path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("damage", BROKEN_ZIPS)
def test_archive_whose_member_cannot_be_unpacked_is_refused(tmp_path: Path, damage: str) -> None:
    path = broken_zip(tmp_path / "a.npz", damage, {"x.npy": bytes(1000), "y.npy": bytes(1000)})
    said = rf"a\.npz: cannot be read as an archive of NumPy arrays: .*{BROKEN_ZIPS[damage][1]}"
    with pytest.raises(DataError, match=said):
        decoded(tmp_path, dataset("npz", path), path)


def test_member_without_the_suffix_of_an_array_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"x": npy((3,), bytes(3)), "y": npy((3,), bytes(3))})
    with pytest.raises(DataError, match=r"cannot be read as an archive of NumPy arrays: .*no item named 'x\.npy'"):
        decoded(tmp_path, dataset("npz", path), path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off"])
def test_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz: cannot be read as an archive of NumPy arrays"):
        decoded(tmp_path, dataset("npz", path), path)

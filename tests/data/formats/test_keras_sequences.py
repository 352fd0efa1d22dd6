from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from ablation.data import DataError
from ablation.data.formats import keras_sequences
from ablation.data.samples import samples_of

from .small import BROKEN_ZIPS, broken_zip, dataset, decoded


def lists(*values: list[int]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def shuffled(count: int, rng: np.random.RandomState) -> list[int]:
    order = np.arange(count)
    rng.shuffle(order)
    return order.tolist()


def test_sequences_are_shuffled_moved_and_started_as_keras_does(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    train, test = [[1], [2, 20], [3], [4]], [[5], [6, 7, 8]]
    np.savez(path, x_train=lists(*train), y_train=np.array([0, 1, 0, 1]), x_test=lists(*test), y_test=np.array([1, 0]))
    arrays = decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)
    rng = np.random.RandomState(113)
    for part, texts, labels in (("train", train, [0, 1, 0, 1]), ("test", test, [1, 0])):
        order = shuffled(len(texts), rng)
        samples = samples_of(arrays, part)
        got = [samples[position].tolist() for position in range(len(samples))]
        assert got == [[1, *(rank + 3 for rank in texts[index])] for index in order]
        assert arrays[f"y_{part}"].tolist() == [labels[index] for index in order]
    assert (arrays["x_train"].dtype.name, arrays["x_train_offsets"].dtype.name) == ("int32", "int64")


def test_sequences_without_parts_are_divided_after_the_shuffle(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=lists(*([rank] for rank in range(10))), y=np.arange(10) % 2)
    arrays = decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)
    order = shuffled(10, np.random.RandomState(113))
    assert arrays["x_train"].reshape(8, 2)[:, 1].tolist() == [rank + 3 for rank in order[:8]]
    assert arrays["x_test"].reshape(2, 2)[:, 1].tolist() == [rank + 3 for rank in order[8:]]
    assert arrays["y_test"].tolist() == [rank % 2 for rank in order[8:]]


def test_sequences_without_a_label_each_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=lists([1], [2]), y=np.array([1]))
    with pytest.raises(DataError, match=r"x and y do not belong together: shapes \(2,\), \(1,\)"):
        decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)


def test_member_larger_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"0" * 5000)
        archive.writestr("y.npy", b"0")
    monkeypatch.setattr(keras_sequences, "MAX_MEMBER_BYTES", 4999)
    with pytest.raises(DataError, match=r"x\.npy: larger than 4,999 bytes"):
        decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": lists([1])}, "There is no item named 'y_train.npy'"),
        ({"x": lists([1], [2]), "y": np.array(["a", "b"])}, "invalid literal"),
        ({"x": np.array([1, 2]), "y": np.array([0, 1])}, "has no len"),
        ({"x": lists([-4], [1]), "y": np.array([0, 1])}, "a word has a rank below 0"),
        ({"x": lists([2**31], [1]), "y": np.array([0, 1])}, "out of bounds"),
    ],
)
def test_arrays_that_are_no_sequences_and_labels_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, allow_pickle=True, **arrays)
    with pytest.raises(DataError, match=rf"a\.npz: cannot be read as lists of integers: .*{message}"):
        decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)


@pytest.mark.parametrize("damage", BROKEN_ZIPS)
def test_archive_whose_member_cannot_be_unpacked_is_refused(tmp_path: Path, damage: str) -> None:
    path = broken_zip(tmp_path / "a.npz", damage, {"x.npy": bytes(1000), "y.npy": bytes(1000)})
    said = rf"a\.npz: cannot be read as lists of integers: .*{BROKEN_ZIPS[damage][1]}"
    with pytest.raises(DataError, match=said):
        decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)


def test_file_that_is_no_archive_of_sequences_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"text")
    with pytest.raises(DataError, match=r"a\.npz: cannot be read as lists of integers: File is not a zip file"):
        decoded(tmp_path, dataset("keras_sequences", path, input_shape=()), path)

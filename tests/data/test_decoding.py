from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ablation.catalogue import Dataset, DatasetFile, catalogue
from ablation.data import DataError, DataUnavailable, materialize
from ablation.data.arrays import content_digest, read_arrays

from .conftest import Cache

DIGITS = catalogue()["digits"]


def published(folder: Path, arrays: dict[str, np.ndarray]) -> Dataset:
    """Publish arrays as an .npz file in a folder, and describe it."""
    path = folder / "tiny.npz"
    np.savez(path, allow_pickle=False, **arrays)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Dataset(
        name="tiny",
        title="Four samples",
        task="classification",
        classes=2,
        input_shape=(2,),
        licence="none",
        homepage="https://example.org",
        format="keras_npz",
        files=(DatasetFile(name=path.name, url=path.as_uri(), sha256=(digest,)),),
        content_sha256=content_digest({name: arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")}),
    )


def tiny() -> dict[str, np.ndarray]:
    return {
        "x_train": np.arange(6, dtype=np.uint8).reshape(3, 2),
        "y_train": np.array([0, 1, 0], dtype=np.uint8),
        "x_test": np.array([[9, 9]], dtype=np.uint8),
        "y_test": np.array([1], dtype=np.uint8),
    }


def test_digits_have_the_shapes_values_and_classes_of_the_catalogue(cache: Cache) -> None:
    arrays = read_arrays(materialize(DIGITS, cache.settings()))
    assert {name: array.shape for name, array in arrays.items()} == {
        "x_train": (1438, 8, 8),
        "y_train": (1438,),
        "x_test": (359, 8, 8),
        "y_test": (359,),
    }
    assert (arrays["x_train"].min(), arrays["x_train"].max(), arrays["x_train"].dtype.name) == (0, 16, "uint8")
    assert np.bincount(arrays["y_train"]).tolist() == [142, 146, 142, 146, 145, 146, 145, 143, 139, 144]
    assert np.bincount(arrays["y_test"]).tolist() == [36, 36, 35, 37, 36, 36, 36, 36, 35, 36]
    assert content_digest(arrays) == DIGITS.content_sha256


def test_dataset_is_decoded_once(cache: Cache) -> None:
    directory = materialize(DIGITS, cache.settings())
    before = {path.name: path.stat().st_mtime_ns for path in directory.iterdir()}
    assert materialize(DIGITS, cache.settings()) == directory
    assert {path.name: path.stat().st_mtime_ns for path in directory.iterdir()} == before


def test_npz_is_fetched_and_decoded(cache: Cache, tmp_path: Path) -> None:
    directory = materialize(published(tmp_path, tiny() | {"extra": np.zeros(1)}), cache.settings())
    read = read_arrays(directory)
    assert sorted(read) == ["x_test", "x_train", "y_test", "y_train"]
    assert all(np.array_equal(read[name], array) for name, array in tiny().items())


def test_dataset_whose_content_is_not_that_of_the_catalogue_is_refused(cache: Cache) -> None:
    with pytest.raises(DataError, match="digits: the decoded arrays have the digest 58a12e9a") as raised:
        materialize(DIGITS.model_copy(update={"content_sha256": "f" * 64}), cache.settings())
    assert f"the catalogue states {'f' * 64}" in str(raised.value)
    assert cache.files() == []


def test_dataset_that_cannot_be_fetched_leaves_nothing(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny())
    (tmp_path / "tiny.npz").write_bytes(b"truncated")
    with pytest.raises(DataUnavailable, match=r"tiny\.npz cannot be fetched"):
        materialize(dataset, cache.settings())
    assert cache.files() == []


def test_diabetes_has_raw_features_and_targets(cache: Cache) -> None:
    arrays = read_arrays(materialize(catalogue()["diabetes"], cache.settings()))
    shapes = {name: (array.shape, array.dtype.name) for name, array in arrays.items()}
    assert shapes == {
        "x_train": ((354, 10), "float32"),
        "y_train": ((354,), "float32"),
        "x_test": ((88, 10), "float32"),
        "y_test": ((88,), "float32"),
    }
    ages = np.concatenate([arrays["x_train"][:, 0], arrays["x_test"][:, 0]])
    assert (ages.min(), ages.max()) == (19, 79)
    assert arrays["y_train"].max() == 346


def test_dataset_whose_labels_are_not_its_classes_is_refused(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny() | {"y_test": np.array([2], dtype=np.uint8)})
    with pytest.raises(DataError, match="tiny: the test part has labels from 2 to 2, the catalogue states 2 classes"):
        materialize(dataset.model_copy(update={"content_sha256": None}), cache.settings())
    assert [name for name in cache.files() if not name.startswith("files")] == []


def test_dataset_without_a_label_each_is_refused(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny() | {"y_train": np.array([1], dtype=np.uint8)})
    with pytest.raises(DataError, match="tiny: the train part has 3 samples and 1 labels"):
        materialize(dataset, cache.settings())


def test_dataset_of_unknown_content_is_kept_under_the_identity_of_its_files(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny()).model_copy(update={"content_sha256": None})
    assert materialize(dataset, cache.settings()).name == dataset.identity

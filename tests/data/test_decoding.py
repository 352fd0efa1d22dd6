from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ablation.catalogue import Dataset, DatasetFile, catalogue, formats
from ablation.data import DataError, DataUnavailable, materialize
from ablation.data.arrays import content_digest, read_arrays
from ablation.data.fetching import path_digest
from ablation.data.locating import dataset_directory
from ablation.spec import Source

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
        format=formats.Npz(kind="npz"),
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
    with pytest.raises(DataError, match="tiny: the test part has labels from 2 to 2, there should be 2 classes"):
        materialize(dataset.model_copy(update={"content_sha256": None}), cache.settings())
    assert [name for name in cache.files() if not name.startswith("files")] == []


def test_dataset_without_a_label_each_is_refused(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny() | {"y_train": np.array([1], dtype=np.uint8)})
    with pytest.raises(DataError, match="tiny: the train part has 3 samples and 1 labels"):
        materialize(dataset, cache.settings())


def test_dataset_of_unknown_content_is_kept_apart_by_what_is_said_of_it(cache: Cache, tmp_path: Path) -> None:
    dataset = published(tmp_path, tiny()).model_copy(update={"content_sha256": None})
    directory = materialize(dataset, cache.settings())
    assert directory == dataset_directory(dataset, cache.settings())
    other = dataset.model_copy(update={"classes": 3})
    assert other.identity != dataset.identity
    assert materialize(other, cache.settings()) != directory


def regression(folder: Path, y: np.ndarray, **changes: Any) -> Dataset:
    """Publish the small arrays with other targets, of three training samples."""
    arrays = tiny() | {"y_train": y, "y_test": y[:1]}
    described = published(folder, arrays).model_copy(update={"content_sha256": None, "input_shape": None})
    return described.model_copy(update={"task": "regression", "classes": None, **changes})


NUMBERS = np.arange(6, dtype=np.float32)


def test_regression_of_two_targets_is_decoded(cache: Cache, tmp_path: Path) -> None:
    dataset = regression(tmp_path, NUMBERS.reshape(3, 2), targets=2)
    assert read_arrays(materialize(dataset, cache.settings()))["y_train"].tolist() == [[0, 1], [2, 3], [4, 5]]


# What is published or said, and how it is answered.
WRONG: dict[str, tuple[np.ndarray, dict[str, Any], str]] = {
    "targets": (NUMBERS.reshape(3, 2), {}, "the train part has 2 targets a sample, there should be 1"),
    "targets_missing": (NUMBERS[:3], {"targets": 2}, "the train part has 1 targets a sample, there should be 2"),
    "target_not_finite": (NUMBERS[:3] * np.nan, {}, "the train part has targets that are no finite numbers"),
    "shape": (NUMBERS[:3], {"input_shape": (3,)}, r"samples of the shape \(2,\), there should be \(3,\)"),
    "axes": (NUMBERS[:3], {"input_shape": (None, None, 3)}, r"there should be \(any size, any size, 3\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_dataset_that_is_not_what_is_said_of_it_is_refused(cache: Cache, tmp_path: Path, name: str) -> None:
    y, said, message = WRONG[name]
    with pytest.raises(DataError, match=message):
        materialize(regression(tmp_path, y, **said), cache.settings())
    assert [file for file in cache.files() if not file.startswith("files")] == []


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_test": np.zeros((1, 3), np.uint8)}, r"test part has samples of the shape \(3,\), there should be \(2,\)"),
        ({"x_train": np.full((3, 2), np.inf, np.float32)}, "train part has features that are no finite numbers"),
        ({"x_test": np.zeros((0, 2), np.uint8), "y_test": np.zeros(0, np.uint8)}, "test part has no samples"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    cache: Cache, tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    dataset = published(tmp_path, tiny() | arrays).model_copy(update={"content_sha256": None, "input_shape": None})
    with pytest.raises(DataError, match=message):
        materialize(dataset, cache.settings())


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3,), r"tiny: the train part has samples of the shape \(2,\), there should be \(3,\)"),
        ((None, None), r"the shape \(2,\), there should be \(any size, any size\)"),
    ],
)
def test_wrong_shape_of_a_dataset_that_was_decoded_before_is_refused(
    cache: Cache, tmp_path: Path, shape: tuple[int | None, ...], message: str
) -> None:
    dataset = published(tmp_path, tiny()).model_copy(update={"content_sha256": None, "input_shape": None})
    directory = materialize(dataset, cache.settings())
    with pytest.raises(DataError, match=message):
        materialize(dataset.model_copy(update={"input_shape": shape}), cache.settings())
    assert materialize(dataset.model_copy(update={"input_shape": (2,)}), cache.settings()) == directory


def photos(folder: Path) -> Path:
    """Make two photos each of cats and dogs, in folders of their classes below train and test."""
    for index, name in enumerate(["train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"]):
        path = folder / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((3, 2, 3), 40 * index, np.uint8)).save(path)
    return folder / "photos"


def own_photos(path: Path) -> Dataset:
    described = {"uri": str(path), "sha256": path_digest(path), "format": {"kind": "image_folders"}, "classes": 2}
    return Source.model_validate(described | {"input_shape": [3, 2, 3]}).dataset


def test_folder_of_photos_is_read_as_archives_of_it_are(cache: Cache, tmp_path: Path) -> None:
    folder = photos(tmp_path)
    paths = [folder, *(Path(shutil.make_archive(str(tmp_path / kind), kind, folder)) for kind in ("zip", "gztar"))]
    decoded = [read_arrays(materialize(own_photos(path), cache.settings())) for path in paths]
    assert decoded[0]["x_train"].shape == decoded[0]["x_test"].shape == (2, 3, 2, 3)
    assert sorted(decoded[0]["x_test"][:, 0, 0, 0].tolist()) == [80, 120]
    assert len({content_digest(arrays) for arrays in decoded}) == 1
    assert len({path_digest(path) for path in paths}) == 3

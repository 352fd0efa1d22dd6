from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ablation.catalogue import Dataset, DatasetFile, Holdout, catalogue
from ablation.data import DataError, DataUnavailable, materialize
from ablation.data.arrays import content_digest, read_arrays
from ablation.data.decoding import hold_out

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


def test_holdout_is_stratified_disjoint_complete_and_in_order() -> None:
    x, y = np.arange(50), np.repeat([0, 1, 2], [10, 15, 25])
    parts = hold_out(x, y, Holdout(test_fraction=0.2, seed=0))
    assert np.bincount(parts["y_test"]).tolist() == [2, 3, 5]
    assert sorted([*parts["x_train"], *parts["x_test"]]) == list(range(50))
    assert all(np.all(np.diff(parts[name]) > 0) for name in ("x_train", "x_test"))
    assert np.array_equal(y[parts["x_test"]], parts["y_test"])


def test_holdout_depends_on_its_seed_alone() -> None:
    x, y = np.arange(100), np.arange(100) % 2
    first, again = (hold_out(x, y, Holdout(test_fraction=0.3, seed=1))["x_test"].tolist() for _ in range(2))
    other = hold_out(x, y, Holdout(test_fraction=0.3, seed=2))["x_test"].tolist()
    assert first == again != other

"""The published datasets themselves, from the folder that ABLATION_DATASETS names."""

from __future__ import annotations

import os

import numpy as np
import pytest

from ablation.catalogue import catalogue
from ablation.data import Array, load_prepared, locate, materialize, prepare
from ablation.data.arrays import read_arrays
from ablation.data.samples import samples_of
from ablation.settings import Settings
from ablation.spec import DataSpec, Subset, Validation
from ablation.spec.encoders import MultiHot
from ablation.spec.normalizers import Rescale, Resize

MIRROR = os.environ.get("ABLATION_DATASETS", "")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published"), pytest.mark.usefixtures("_mirror")]


@pytest.fixture(scope="module")
def _mirror() -> None:
    if not MIRROR:
        pytest.skip("ABLATION_DATASETS is not set")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache_dir=tmp_path_factory.mktemp("published"), datasets=MIRROR)


def decoded(name: str, place: Settings) -> dict[str, Array]:
    return read_arrays(materialize(locate(catalogue()[name], place), place))


def test_mnist_has_its_images_and_classes(place: Settings) -> None:
    arrays = decoded("mnist", place)
    assert (arrays["x_train"].shape, arrays["x_test"].shape) == ((60000, 28, 28), (10000, 28, 28))
    assert np.bincount(arrays["y_train"]).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(arrays["y_test"]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_imdb_is_what_keras_loads(place: Settings) -> None:
    arrays = decoded("imdb", place)
    for part in ("train", "test"):
        assert len(samples_of(arrays, part)) == 25000
        assert np.bincount(arrays[f"y_{part}"]).tolist() == [12500, 12500]
    first = samples_of(arrays, "train")[0]
    assert (len(first), first[:6].tolist()) == (218, [1, 14, 22, 16, 43, 530])
    assert arrays["y_train"][:8].tolist() == [1, 0, 0, 1, 0, 0, 1, 0]


def test_imdb_is_encoded_as_multi_hot_rows(place: Settings) -> None:
    spec = DataSpec(
        dataset="imdb",
        subset=Subset(train=2000, test=500),
        validation=Validation(use="test"),
        encode=MultiHot(kind="multi_hot", vocabulary_size=10_000),
    )
    ref = prepare(spec, locate(catalogue()["imdb"], place), 0, place)
    train = load_prepared(ref, place).train
    assert (ref.input_shape, ref.samples) == ((10_000,), {"train": 2000, "validation": 500, "test": 500})
    words = np.unique(np.minimum(samples_of(decoded("imdb", place), "train")[0], 10_000))
    row = train.read(slice(1))[0]
    assert np.flatnonzero(row).tolist() == sorted({int(word) if word < 10_000 else 2 for word in words})


def test_cifar10_has_its_images_and_classes(place: Settings) -> None:
    arrays = decoded("cifar10", place)
    assert (arrays["x_train"].shape, arrays["x_test"].shape) == ((50000, 32, 32, 3), (10000, 32, 32, 3))
    assert arrays["x_train"].dtype == np.uint8
    assert np.bincount(arrays["y_train"]).tolist() == [5000] * 10
    assert np.bincount(arrays["y_test"]).tolist() == [1000] * 10
    assert np.all(np.bincount(arrays["y_train"][:1000]) > 50)


def test_flowers_are_divided_by_class(place: Settings) -> None:
    if locate(catalogue()["flowers"], place).files[0].name != "flowers_227.tar":
        pytest.skip("the mirror has the published archive")
    arrays = decoded("flowers", place)
    assert (arrays["x_train"].shape, arrays["x_test"].shape) == ((3251, 227, 227, 3), (813, 227, 227, 3))
    assert np.bincount(arrays["y_train"]).tolist() == [594, 813, 607, 555, 682]
    assert np.bincount(arrays["y_test"]).tolist() == [148, 203, 152, 139, 171]


def test_flowers_are_resized_and_rescaled(place: Settings) -> None:
    spec = DataSpec(
        dataset="flowers",
        subset=Subset(train=100, test=20),
        normalize=(Resize(kind="resize", height=96, width=96), Rescale(kind="rescale", scale=1 / 255)),
    )
    ref = prepare(spec, locate(catalogue()["flowers"], place), 0, place)
    train = load_prepared(ref, place).train
    assert (ref.input_shape, ref.samples) == ((96, 96, 3), {"train": 80, "validation": 20, "test": 20})
    stored = train.dense(slice(None))
    assert (stored.dtype.name, stored.nbytes) == ("uint8", 80 * 96 * 96 * 3)
    images = train.read(slice(None))
    assert images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ablation.catalogue import Dataset, catalogue, formats
from ablation.data import Array, DataError, load_prepared, prepare
from ablation.data.arrays import content_digest, write_arrays
from ablation.data.locating import dataset_directory
from ablation.data.preparing.folds import fold_key
from ablation.data.splitting import split_validation
from ablation.settings import Settings
from ablation.spec import DataSpec, Labels, Subset, Validation, load_study
from ablation.spec.augmenters import Flip
from ablation.spec.encoders import MultiHot, Padded
from ablation.spec.normalizers import Clip, MinMax, NormalizeStep, Resize, Standardize, Whiten
from tests.data.conftest import Cache

DIGITS = catalogue()["digits"]
SEQUENCES = formats.KerasSequences(kind="keras_sequences")
SCALED = DataSpec(
    dataset="digits",
    subset=Subset(train=100, test=40),
    validation=Validation(fraction=0.25),
    normalize=(Standardize(kind="standardize"),),
)
ON_TEST = SCALED.model_copy(update={"validation": Validation(use="test")})


def test_prepared_splits_have_the_sizes_types_and_labels_of_the_spec(cache: Cache) -> None:
    ref = prepare(SCALED, DIGITS, 0, cache.settings())
    prepared = load_prepared(ref, cache.settings())
    assert ref.samples == {"train": 75, "validation": 25, "test": 40}
    assert (ref.dataset, ref.task, ref.classes, ref.targets) == ("digits", "classification", 10, 1)
    assert (ref.input_shape, ref.split_seed) == ((8, 8), 0)
    for split in (prepared.train, prepared.validation, prepared.test):
        samples = split.read(slice(None))
        assert (samples.dtype.name, split.y.dtype.name, samples.shape[1:]) == ("float32", "int32", (8, 8))
        assert len(split) == len(samples) == len(split.y)


def test_prepared_arrays_are_read_only_maps(cache: Cache) -> None:
    prepared = load_prepared(prepare(SCALED, DIGITS, 0, cache.settings()), cache.settings())
    for split in (prepared.train, prepared.validation, prepared.test):
        assert isinstance(split.x, np.memmap)
        assert isinstance(split.y, np.memmap)
        assert not split.x.flags.writeable
        assert not split.y.flags.writeable


def test_prepared_training_samples_are_standardized_by_themselves(cache: Cache) -> None:
    train = load_prepared(prepare(SCALED, DIGITS, 0, cache.settings()), cache.settings()).train
    assert np.abs(train.read(slice(None)).mean(axis=0)).max() < 1e-5


def test_data_without_steps_is_prepared_as_it_is(cache: Cache) -> None:
    spec = SCALED.model_copy(update={"normalize": ()})
    prepared = load_prepared(prepare(spec, DIGITS, 0, cache.settings()), cache.settings())
    samples = prepared.train.dense(slice(None))
    assert (samples.dtype.name, samples.max(), prepared.normalizer) == ("uint8", 16, ())


def test_validation_on_the_test_part_keeps_every_training_sample(cache: Cache) -> None:
    ref = prepare(ON_TEST, DIGITS, 0, cache.settings())
    prepared = load_prepared(ref, cache.settings())
    assert ref.samples == {"train": 100, "validation": 40, "test": 40}
    assert ref.split_seed is None
    assert np.array_equal(prepared.validation.dense(slice(None)), prepared.test.dense(slice(None)))


def test_data_is_prepared_once(cache: Cache) -> None:
    prepare(SCALED, DIGITS, 0, cache.settings())
    before = {path: path.stat().st_mtime_ns for path in cache.directory.rglob("*")}
    prepare(SCALED, DIGITS, 0, cache.settings())
    assert {path: path.stat().st_mtime_ns for path in cache.directory.rglob("*")} == before


def test_data_prepared_twice_is_the_same_to_the_byte(tmp_path: Path) -> None:
    digests = []
    for name in ("first", "second"):
        place = Settings(cache_dir=tmp_path / name)
        key = prepare(SCALED, DIGITS, 3, place).key
        folder = place.cache_dir / "prepared" / key
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        digests.append({str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert digests[0] == digests[1]
    steps = next(name.partition("/")[0] for name in digests[0] if name.startswith("trailing-"))
    assert sorted(digests[0]) == [
        "normalizer.json",
        *(f"rows_{split}.npy" for split in ("test", "train", "validation")),
        f"{steps}/normalizer.json",
        f"{steps}/normalizer/0_deviation.npy",
        f"{steps}/normalizer/0_mean.npy",
        *(f"y_{split}.npy" for split in ("test", "train", "validation")),
    ]


def test_data_that_was_not_prepared_here_is_missed(cache: Cache, tmp_path: Path) -> None:
    ref = prepare(SCALED, DIGITS, 0, cache.settings())
    with pytest.raises(FileNotFoundError):
        load_prepared(ref, Settings(cache_dir=tmp_path / "elsewhere"))


def test_subset_larger_than_the_data_is_refused_and_leaves_nothing_prepared(cache: Cache) -> None:
    spec = SCALED.model_copy(update={"subset": Subset(train=2000)})
    with pytest.raises(DataError, match=r"data\.subset\.train: 2000 samples asked for, the train part has 1438\."):
        prepare(spec, DIGITS, 0, cache.settings())
    assert [name for name in cache.files() if name.startswith("prepared")] == []


def test_variants_with_equal_data_share_a_key() -> None:
    study = load_study(Path(__file__).parents[3] / "specs" / "quickstart.yaml")
    keys = {fold_key(trial.spec.data, DIGITS, trial.seed) for trial in study.trials}
    assert len(study.trials) == 25
    assert len(keys) == 5


def test_key_depends_on_the_seed_only_where_the_split_does() -> None:
    assert fold_key(SCALED, DIGITS, 0) != fold_key(SCALED, DIGITS, 1)
    assert fold_key(ON_TEST, DIGITS, 0) == fold_key(ON_TEST, DIGITS, 1)


def test_key_changes_with_the_data_section_and_the_content() -> None:
    other = DIGITS.model_copy(update={"content_sha256": "f" * 64})
    shorter = SCALED.model_copy(update={"subset": Subset(train=99, test=40)})
    white = SCALED.model_copy(update={"normalize": (Whiten(kind="zca_whitening"),)})
    keys = {
        fold_key(spec, dataset, 0)
        for spec, dataset in ((SCALED, DIGITS), (shorter, DIGITS), (white, DIGITS), (SCALED, other))
    }
    assert len(keys) == 4


def test_key_does_not_depend_on_what_leaves_the_arrays_as_they_are() -> None:
    renamed = SCALED.model_copy(update={"dataset": "numerals"})
    augmented = SCALED.model_copy(update={"augment": (Flip(kind="flip"),)})
    titled = DIGITS.model_copy(update={"title": "Numerals", "licence": "none", "name": "numerals"})
    assert fold_key(renamed, titled, 0) == fold_key(augmented, DIGITS, 0) == fold_key(SCALED, DIGITS, 0)


def test_key_depends_on_the_seed_where_labels_are_noisy() -> None:
    noisy = ON_TEST.model_copy(update={"labels": Labels(noise=0.1)})
    assert fold_key(noisy, DIGITS, 0) != fold_key(noisy, DIGITS, 1)


def decoded(parts: dict[str, Array], settings: Settings, **changes: Any) -> Dataset:
    """Describe a dataset whose arrays are on this machine already."""
    facts = {"content_sha256": content_digest(parts), "input_shape": (2,)}
    dataset = DIGITS.model_copy(update=facts | changes)
    directory = dataset_directory(dataset, settings)
    directory.mkdir(parents=True, exist_ok=True)
    write_arrays(directory, parts)
    return dataset


def test_training_labels_are_noisy_and_the_others_are_not(cache: Cache) -> None:
    noisy = SCALED.model_copy(update={"labels": Labels(noise=0.4)})
    clean, wrong = (
        load_prepared(prepare(spec, DIGITS, 0, cache.settings()), cache.settings()) for spec in (SCALED, noisy)
    )
    assert int((clean.train.y != wrong.train.y).sum()) == 30
    assert np.array_equal(clean.validation.y, wrong.validation.y)
    assert np.array_equal(clean.test.y, wrong.test.y)
    assert np.array_equal(clean.train.dense(slice(None)), wrong.train.dense(slice(None)))


def test_regression_has_targets_in_their_own_unit(cache: Cache) -> None:
    diabetes = catalogue()["diabetes"]
    spec = DataSpec(dataset="diabetes", normalize=(Standardize(kind="standardize"),))
    ref = prepare(spec, diabetes, 0, cache.settings())
    train = load_prepared(ref, cache.settings()).train
    assert (ref.task, ref.classes, ref.targets, ref.input_shape) == ("regression", None, 1, (10,))
    assert ref.samples == {"train": 283, "validation": 71, "test": 88}
    assert (train.y.dtype.name, train.y.shape) == ("float32", (283, 1))
    assert 25 <= train.y.min() < 100 < train.y.max() <= 346
    assert np.allclose(train.read(slice(None)).mean(axis=0), 0, atol=1e-5)


TEXTS = {
    "x_train": np.array([1, 4, 5, 1, 6, 1, 4, 4], dtype=np.int32),
    "x_train_offsets": np.array([0, 3, 5, 8]),
    "y_train": np.array([0, 1, 0], dtype=np.int32),
    "x_test": np.array([1, 7], dtype=np.int32),
    "x_test_offsets": np.array([0, 2]),
    "y_test": np.array([1], dtype=np.int32),
}


def test_sequences_are_padded(cache: Cache) -> None:
    texts = decoded(TEXTS, cache.settings(), format=SEQUENCES, input_shape=(), classes=2)
    spec = DataSpec(
        dataset="imdb",
        validation=Validation(use="test"),
        encode=Padded(kind="padded", vocabulary_size=7, length=3),
    )
    ref = prepare(spec, texts, 0, cache.settings())
    prepared = load_prepared(ref, cache.settings())
    assert (ref.input_shape, prepared.train.dense(slice(None)).dtype.name) == ((3,), "int32")
    assert prepared.train.dense(slice(None)).tolist() == [[1, 4, 5], [0, 1, 6], [1, 4, 4]]
    assert prepared.test.dense(slice(None)).tolist() == [[0, 1, 2]]


def test_rarity_of_words_is_that_of_the_training_split_and_kept_with_it(cache: Cache) -> None:
    texts = decoded(TEXTS, cache.settings(), format=SEQUENCES, input_shape=(), classes=2)
    spec = DataSpec(
        dataset="imdb",
        subset=Subset(train=2),
        validation=Validation(use="test"),
        encode=MultiHot(kind="multi_hot", vocabulary_size=8, mode="tf_idf"),
    )
    prepared = load_prepared(prepare(spec, texts, 0, cache.settings()), cache.settings())
    everywhere, once, never = np.log(1 + 2 / 3), np.log(1 + 2 / 2), np.log(1 + 2 / 1)
    assert np.allclose(prepared.test.read(slice(None)), [[0, everywhere, 0, 0, 0, 0, 0, never]])
    assert np.allclose(prepared.train.read(np.array([1]))[0], [0, everywhere, 0, 0, 0, 0, once, 0])
    assert prepared.encoding is not None
    assert prepared.encoding.weights is not None
    assert np.allclose(prepared.encoding.weights[[1, 4, 7]], [everywhere, once, never])


def photos_of_two_sizes(settings: Settings) -> Dataset:
    sizes = np.array([[2, 3, 3], [1, 4, 3]], dtype=np.int32)
    photos = {
        f"{name}_{part}{suffix}": value
        for part in ("train", "test")
        for name, suffix, value in (
            ("x", "", np.repeat([10, 20], [18, 12]).astype(np.uint8)),
            ("x", "_offsets", np.array([0, 18, 30])),
            ("x", "_shapes", sizes),
            ("y", "", np.array([0, 1], dtype=np.int32)),
        )
    }
    return decoded(photos, settings, input_shape=(None, None, 3), classes=2)


def test_images_of_different_sizes_are_prepared_in_one(cache: Cache) -> None:
    spec = DataSpec(
        dataset="flowers", validation=Validation(use="test"), normalize=(Resize(kind="resize", height=2, width=2),)
    )
    ref = prepare(spec, photos_of_two_sizes(cache.settings()), 0, cache.settings())
    train = load_prepared(ref, cache.settings()).train
    assert (ref.input_shape, train.dense(slice(None)).dtype.name) == ((2, 2, 3), "uint8")
    assert train.dense(slice(None))[:, 1, 1, 2].tolist() == [10, 20]


@pytest.mark.parametrize("first", [(), (Standardize(kind="standardize"),)])
def test_images_of_different_sizes_are_refused_unless_they_are_resized_first(
    cache: Cache, first: tuple[NormalizeStep, ...]
) -> None:
    resize = (Resize(kind="resize", height=2, width=2),) if first else ()
    spec = DataSpec(dataset="flowers", validation=Validation(use="test"), normalize=(*first, *resize))
    with pytest.raises(DataError, match=r"images are of different sizes\. Make the first step a `resize`\."):
        prepare(spec, photos_of_two_sizes(cache.settings()), 0, cache.settings())
    assert [name for name in cache.files() if name.startswith(("prepared", "stored"))] == []


REFUSED = {
    "no_encoder": (
        SCALED,
        "imdb",
        "data.encode: imdb has sequences of different lengths. Give `multi_hot` or `padded`.",
    ),
    "encoder": (
        SCALED.model_copy(update={"encode": MultiHot(kind="multi_hot", vocabulary_size=9)}),
        "digits",
        "data.encode: digits has no integer sequences to encode. Leave it out.",
    ),
    "noise": (
        SCALED.model_copy(update={"labels": Labels(noise=0.1)}),
        "diabetes",
        "data.labels.noise: diabetes is a regression, it has no classes. Set it to 0.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_section_that_does_not_fit_the_dataset_is_refused_before_anything_is_fetched(cache: Cache, name: str) -> None:
    spec, dataset, message = REFUSED[name]
    with pytest.raises(DataError) as raised:
        prepare(spec, catalogue()[dataset], 0, cache.settings())
    assert str(raised.value) == message
    assert cache.files() == []


VALUES = arrays.arrays(np.float32, (8, 2), elements=st.floats(-50, 50, width=32))
FITTED: dict[str, NormalizeStep] = {
    "standardize": Standardize(kind="standardize", epsilon=1e-3),
    "minmax": MinMax(kind="minmax"),
    "clip": Clip(kind="clip", lower_percentile=10.0, upper_percentile=90.0),
    "pca_whitening": Whiten(kind="pca_whitening"),
    "zca_whitening": Whiten(kind="zca_whitening", components=1),
}


@profile(max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(x=VALUES, elsewhere=VALUES, seed=st.integers(0, 5))
@pytest.mark.parametrize("name", FITTED)
def test_normalizer_does_not_move_when_validation_or_test_samples_change(
    tmp_path_factory: pytest.TempPathFactory, name: str, x: Array, elsewhere: Array, seed: int
) -> None:
    spec = DataSpec(dataset="digits", validation=Validation(count=3), normalize=(FITTED[name],))
    place = Settings(cache_dir=tmp_path_factory.mktemp("cache"))
    _, validation = split_validation(8, Validation(count=3), seed)
    other = x.copy()
    other[validation] = elsewhere[validation]
    labels = np.arange(8) % 2
    prepared = [
        load_prepared(prepare(spec, decoded(parts, place), seed, place), place)
        for parts in (
            {"x_train": x, "y_train": labels, "x_test": x, "y_test": labels},
            {"x_train": other, "y_train": labels, "x_test": elsewhere, "y_test": labels},
        )
    ]
    one, two = (of.normalizer[0].values for of in prepared)
    assert one.keys() == two.keys() != set()
    assert all(np.array_equal(one[key], two[key]) for key in one)
    first, second = (of.train.read(slice(None)) for of in prepared)
    assert np.array_equal(first, second)

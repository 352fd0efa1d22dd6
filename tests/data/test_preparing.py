from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ablation.catalogue import Dataset, catalogue
from ablation.data import Array, DataError, load_prepared, prepare, prepared_key
from ablation.data.arrays import content_digest, write_arrays
from ablation.data.decoding import dataset_directory
from ablation.data.splitting import split_validation
from ablation.settings import Settings
from ablation.spec import DataSpec, Standardize, Subset, Validation, load_study

from .conftest import Cache

DIGITS = catalogue()["digits"]
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
    assert (ref.dataset, ref.classes, ref.input_shape, ref.split_seed) == ("digits", 10, (8, 8), 0)
    for split in (prepared.train, prepared.validation, prepared.test):
        assert (split.x.dtype.name, split.y.dtype.name, split.x.shape[1:]) == ("float32", "int32", (8, 8))
        assert len(split) == len(split.x) == len(split.y)


def test_prepared_arrays_are_read_only_maps(cache: Cache) -> None:
    prepared = load_prepared(prepare(SCALED, DIGITS, 0, cache.settings()), cache.settings())
    for split in (prepared.train, prepared.validation, prepared.test):
        assert isinstance(split.x, np.memmap)
        assert isinstance(split.y, np.memmap)
        assert not split.x.flags.writeable
        assert not split.y.flags.writeable


def test_prepared_training_samples_are_standardized_by_themselves(cache: Cache) -> None:
    train = load_prepared(prepare(SCALED, DIGITS, 0, cache.settings()), cache.settings()).train
    assert np.abs(train.x.mean(axis=0)).max() < 1e-5


def test_data_without_steps_is_prepared_as_it_is(cache: Cache) -> None:
    spec = SCALED.model_copy(update={"normalize": ()})
    prepared = load_prepared(prepare(spec, DIGITS, 0, cache.settings()), cache.settings())
    assert (prepared.train.x.dtype.name, prepared.train.x.max(), prepared.normalizer) == ("uint8", 16, ())


def test_validation_on_the_test_part_keeps_every_training_sample(cache: Cache) -> None:
    ref = prepare(ON_TEST, DIGITS, 0, cache.settings())
    prepared = load_prepared(ref, cache.settings())
    assert ref.samples == {"train": 100, "validation": 40, "test": 40}
    assert ref.split_seed is None
    assert np.array_equal(prepared.validation.x, prepared.test.x)


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
        files = sorted((place.cache_dir / "prepared" / key).iterdir())
        digests.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert digests[0] == digests[1]
    assert len(digests[0]) == 7


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
    study = load_study(Path(__file__).parents[2] / "specs" / "quickstart.yaml")
    keys = {prepared_key(trial.spec.data, DIGITS, trial.seed) for trial in study.trials}
    assert len(study.trials) == 15
    assert len(keys) == 3


def test_key_depends_on_the_seed_only_where_the_split_does() -> None:
    assert prepared_key(SCALED, DIGITS, 0) != prepared_key(SCALED, DIGITS, 1)
    assert prepared_key(ON_TEST, DIGITS, 0) == prepared_key(ON_TEST, DIGITS, 1)


def test_key_changes_with_the_data_section_and_the_content() -> None:
    other = DIGITS.model_copy(update={"content_sha256": "f" * 64})
    shorter = SCALED.model_copy(update={"subset": Subset(train=99, test=40)})
    raw = SCALED.model_copy(update={"normalize": ()})
    keys = {
        prepared_key(spec, dataset, 0)
        for spec, dataset in ((SCALED, DIGITS), (shorter, DIGITS), (raw, DIGITS), (SCALED, other))
    }
    assert len(keys) == 4


def decoded(parts: dict[str, Array], settings: Settings) -> Dataset:
    """Describe a dataset whose arrays are on this machine already."""
    dataset = DIGITS.model_copy(update={"content_sha256": content_digest(parts), "input_shape": (2,)})
    directory = dataset_directory(dataset, settings)
    directory.mkdir(parents=True, exist_ok=True)
    write_arrays(directory, parts)
    return dataset


VALUES = arrays.arrays(np.float32, (8, 2), elements=st.floats(-50, 50, width=32))


@profile(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(x=VALUES, elsewhere=VALUES, seed=st.integers(0, 5))
def test_normalizer_does_not_move_when_validation_or_test_samples_change(
    tmp_path_factory: pytest.TempPathFactory, x: Array, elsewhere: Array, seed: int
) -> None:
    spec = DataSpec(
        dataset="digits", validation=Validation(count=3), normalize=(Standardize(kind="standardize", epsilon=1e-3),)
    )
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
    assert prepared[0].normalizer == prepared[1].normalizer
    assert np.array_equal(prepared[0].train.x, prepared[1].train.x)

"""Features of stored samples: written once for all splits of a part, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablation.data import Array, FeaturesRef, Prepared, Split, extraction, features, load_features
from ablation.data.normalizing import FittedStep
from ablation.settings import Settings
from ablation.spec.normalizers import Rescale

REF = FeaturesRef(core="c" * 64, tail="t" * 64)
OTHER = FeaturesRef(core="c" * 64, tail="u" * 64)
HALF = (FittedStep(Rescale(kind="rescale", scale=0.5)),)
TRAIN = np.arange(24, dtype=np.uint8).reshape(8, 3)
TEST = np.arange(100, 112, dtype=np.uint8).reshape(4, 3)


def split(samples: Array, rows: list[int] | None) -> Split:
    count = len(samples) if rows is None else len(rows)
    return Split(samples, np.zeros(count, np.int32), None if rows is None else np.array(rows), HALF)


def prepared(train: list[int] | None, validation: list[int] | None) -> Prepared:
    """Return splits that choose rows of the parts; of None, splits with samples of their own."""
    if train is None or validation is None:
        return Prepared(split(TRAIN[:5], None), split(TRAIN[5:], None), split(TEST, None), ())
    return Prepared(split(TRAIN, train), split(TRAIN, validation), split(TEST, [0, 1, 2, 3]), ())


def sums_and_doubles(batch: Array) -> list[Array]:
    return [batch.sum(axis=1, keepdims=True), batch * 2]


def write(data: Prepared, settings: Settings, refs: tuple[FeaturesRef, ...] = (REF, OTHER)) -> list[tuple[int, int]]:
    said: list[tuple[int, int]] = []
    with extraction(refs, settings) as work:
        if work.missing:
            work.write(data, sums_and_doubles, lambda done, total: said.append((done, total)))
    return said


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path)


@pytest.fixture(autouse=True)
def _batches_of_three_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "BATCH_VALUES", 9)


SPLITS = {
    "rows_of_a_part": prepared([0, 3, 4, 6, 7], [1, 2, 5]),
    "samples_of_their_own": prepared(None, None),
}


@pytest.mark.parametrize("name", SPLITS)
def test_features_of_a_split_are_those_of_what_it_reads(settings: Settings, name: str) -> None:
    data = SPLITS[name]
    write(data, settings)
    for ref, place in ((REF, 0), (OTHER, 1)):
        loaded = load_features(data, ref, settings).features
        assert loaded is not None
        for mine, theirs in (
            (loaded.train, data.train),
            (loaded.validation, data.validation),
            (loaded.test, data.test),
        ):
            assert np.array_equal(mine.read(slice(None)), sums_and_doubles(theirs.read(slice(None)))[place])
            assert mine.read(slice(0, 2)).dtype == np.float32
            assert np.array_equal(mine.y, theirs.y)


def test_splits_of_another_seed_read_the_same_arrays(settings: Settings) -> None:
    write(prepared([0, 3, 4, 6, 7], [1, 2, 5]), settings)
    data = prepared([7, 6, 5, 1, 2], [0, 3, 4])
    assert write(data, settings) == []
    loaded = load_features(data, REF, settings).features
    assert loaded is not None
    assert np.array_equal(loaded.train.read(slice(None)), data.train.read(slice(None)).sum(axis=1, keepdims=True))
    assert sorted(path.name for path in REF.folder(settings).iterdir()) == ["x_test.npy", "x_train.npy"]


def test_test_part_that_validates_is_stored_once(settings: Settings) -> None:
    train, test = split(TRAIN, list(range(8))), split(TEST, [0, 1, 2, 3])
    data = Prepared(train, test, test, ())
    write(data, settings)
    loaded = load_features(data, REF, settings).features
    assert loaded is not None
    assert loaded.validation.x is loaded.test.x
    assert sorted(path.name for path in REF.folder(settings).iterdir()) == ["x_test.npy", "x_train.npy"]


def test_rows_beyond_the_subset_are_left_out(settings: Settings) -> None:
    write(prepared([0, 3], [1, 2]), settings)
    assert np.load(REF.folder(settings) / "x_train.npy").shape == (4, 1)


def test_progress_counts_samples_of_all_parts(settings: Settings) -> None:
    said = write(SPLITS["rows_of_a_part"], settings)
    assert said == [(3, 12), (6, 12), (8, 12), (11, 12), (12, 12)]


def test_every_batch_but_of_a_small_part_has_one_size(settings: Settings) -> None:
    sizes: list[int] = []

    def run(batch: Array) -> list[Array]:
        sizes.append(len(batch))
        return [batch]

    with extraction([REF], settings) as work:
        work.write(SPLITS["rows_of_a_part"], run, lambda done, total: None)
    assert sizes == [3, 3, 3, 3, 3]


def test_work_that_breaks_off_leaves_nothing_and_is_done_anew(settings: Settings) -> None:
    data = SPLITS["rows_of_a_part"]
    batches = 0

    def fail_at_the_third(batch: Array) -> list[Array]:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise ValueError("no more memory")
        return sums_and_doubles(batch)

    with pytest.raises(ValueError, match="no more memory"), extraction([REF, OTHER], settings) as work:
        work.write(data, fail_at_the_third, lambda done, total: None)
    assert list((settings.cache_dir / "features").rglob("*")) == []
    assert len(write(data, settings)) == 5


def test_what_a_killed_process_left_is_removed(settings: Settings) -> None:
    left = settings.cache_dir / "features" / f".extract-{REF.core}" / REF.tail
    left.mkdir(parents=True)
    (left / "x_train.npy").write_bytes(b"half")
    assert len(write(SPLITS["rows_of_a_part"], settings)) == 5
    assert not left.parent.exists()


def test_only_missing_features_of_a_core_are_made(settings: Settings) -> None:
    with extraction([REF], settings) as work:
        work.write(SPLITS["rows_of_a_part"], lambda batch: [batch], lambda done, total: None)
    with extraction([REF, OTHER], settings) as work:
        assert work.missing == (OTHER,)


def test_features_that_are_not_there_cannot_be_loaded(settings: Settings) -> None:
    with pytest.raises(FileNotFoundError, match="no features in"):
        load_features(SPLITS["rows_of_a_part"], REF, settings)

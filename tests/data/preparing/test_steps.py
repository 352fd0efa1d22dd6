from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from ablation.catalogue import Dataset, catalogue
from ablation.data import Array, DataError, PreparedRef, load_prepared, prepare
from ablation.data.arrays import content_digest, write_arrays
from ablation.data.augmenting import Training
from ablation.data.encoding import encode, fit_encoding
from ablation.data.locating import dataset_directory
from ablation.data.normalizing import apply, fit
from ablation.data.preparing.folds import fold_key
from ablation.data.preparing.steps import Division, divide
from ablation.data.splits import Split
from ablation.settings import Settings
from ablation.spec import DataSpec, Validation
from ablation.spec.normalizers import NormalizeStep

READ: TypeAdapter[tuple[NormalizeStep, ...]] = TypeAdapter(tuple[NormalizeStep, ...])
RANDOM = np.random.default_rng(0)
# 67 is a multiple of no vector length, so that a batch ends inside one.
IMAGES = RANDOM.integers(0, 256, (67, 9, 7, 3), dtype=np.uint8)
OTHERS = RANDOM.integers(0, 256, (31, 9, 7, 3), dtype=np.uint8)
RESIZE = {"kind": "resize", "height": 5, "width": 6}
GRAY = {"kind": "grayscale"}
WHITEN = {"kind": "pca_whitening", "components": 8}
RESCALE = {"kind": "rescale", "scale": 1 / 255, "offset": -0.1}
STANDARDIZE = {"kind": "standardize"}
TRAILING: dict[str, tuple[dict[str, Any], ...]] = {
    "rescale": (RESCALE,),
    "standardize_feature": (STANDARDIZE,),
    "standardize_channel": ({"kind": "standardize", "per": "channel"},),
    "standardize_dataset": ({"kind": "standardize", "per": "dataset"},),
    "minmax_feature": ({"kind": "minmax"},),
    "minmax_dataset": ({"kind": "minmax", "per": "dataset"},),
    "clip_values": ({"kind": "clip", "minimum": 10, "maximum": 200.5},),
    "clip_percentiles": ({"kind": "clip", "lower_percentile": 3, "upper_percentile": 90},),
    "tanh": ({"kind": "tanh", "scale": 77},),
    "log1p": ({"kind": "log1p"},),
    "several": ({"kind": "log1p"}, RESCALE, STANDARDIZE, {"kind": "tanh"}, {"kind": "clip", "upper_percentile": 99}),
}
BEFORE: dict[str, tuple[dict[str, Any], ...]] = {
    "nothing": (),
    "resize": (RESIZE,),
    "grayscale": (GRAY,),
    "resize_and_grayscale": (RESIZE, GRAY),
}


def steps(*written: dict[str, Any]) -> tuple[NormalizeStep, ...]:
    return READ.validate_python(written)


def spec_of(*written: dict[str, Any], use: bool = True) -> DataSpec:
    validation = Validation(use="test") if use else Validation(count=10)
    return DataSpec(dataset="digits", validation=validation, normalize=steps(*written))


def decoded(train: Array, test: Array, place: Settings) -> Dataset:
    parts = {"x_train": train, "x_test": test}
    parts |= {f"y_{name}": np.arange(len(parts[f"x_{name}"])) % 2 for name in ("train", "test")}
    facts = {"content_sha256": content_digest(parts), "input_shape": train.shape[1:], "classes": 2}
    dataset = catalogue()["digits"].model_copy(update=facts)
    directory = dataset_directory(dataset, place)
    directory.mkdir(parents=True)
    write_arrays(directory, parts)
    return dataset


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path)


def stored_bytes(ref: PreparedRef, place: Settings) -> int:
    return sum(np.load(path).nbytes for path in (place.cache_dir / ref.stored).rglob("x_*.npy"))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", TRAILING)
def test_batches_are_to_the_bit_what_the_steps_make_of_the_whole_split(name: str, before: str, place: Settings) -> None:
    written = (*BEFORE[before], *TRAILING[name])
    dataset = decoded(IMAGES, OTHERS, place)
    prepared = load_prepared(prepare(spec_of(*written), dataset, 0, place), place)
    fitted = fit(steps(*written), [IMAGES])
    assert prepared.train.dense(slice(None)).dtype.name == "uint8"
    for split, images in ((prepared.train, IMAGES), (prepared.test, OTHERS)):
        expected = apply(fitted, images)
        for size in (1, 5, 32):
            order = np.random.default_rng(size).permutation(len(images))
            for start in range(0, len(images), size):
                chosen = order[start : start + size]
                batch = split.read(chosen)
                assert batch.dtype.name == "float32"
                assert batch.tobytes() == expected[chosen].tobytes()
        assert split.read(slice(3, 20)).tobytes() == expected[3:20].tobytes()


def test_steps_before_a_whitening_are_stored_and_those_after_it_are_not(place: Settings) -> None:
    dataset = decoded(IMAGES, OTHERS, place)
    written = (RESCALE, WHITEN, STANDARDIZE)
    prepared = load_prepared(prepare(spec_of(*written), dataset, 0, place), place)
    assert prepared.train.dense(slice(None)).shape == (67, 8)
    assert [one.step.kind for one in prepared.train.trailing] == ["standardize"]
    assert [one.step.kind for one in prepared.normalizer] == ["rescale", "pca_whitening", "standardize"]
    expected = apply(fit(steps(*written), [IMAGES]), IMAGES)
    assert prepared.train.read(slice(None)).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("written", "whole", "split"),
    [
        ((), 0, 0),
        ((RESCALE, STANDARDIZE), 0, 0),
        ((RESCALE, RESIZE), 2, 0),
        ((RESIZE, RESCALE), 1, 0),
        ((GRAY, RESCALE, WHITEN), 2, 1),
        ((RESCALE, RESIZE, STANDARDIZE, {"kind": "tanh"}), 2, 0),
        ((RESIZE, STANDARDIZE, GRAY, RESCALE), 1, 2),
        (({"kind": "clip", "minimum": 1.0}, GRAY), 2, 0),
        (({"kind": "clip", "upper_percentile": 90.0}, GRAY), 0, 2),
        ((WHITEN, {"kind": "tanh"}), 0, 1),
    ],
)
def test_steps_are_divided_before_the_first_fitted_one_and_after_the_last_that_is_not_element_wise(
    written: tuple[dict[str, Any], ...], whole: int, split: int
) -> None:
    of, stored = steps(*written), whole + split
    assert divide(spec_of(*written)) == Division(of[:whole], of[whole:stored], of[stored:])


def test_no_step_of_rows_of_words_is_applied_to_what_all_splits_share() -> None:
    assert divide(text_spec({}, RESCALE, WHITEN)) == Division((), steps(RESCALE, WHITEN), ())


def test_images_are_read_from_what_was_decoded_and_stored_nowhere_else(place: Settings) -> None:
    ref = prepare(spec_of(RESCALE, STANDARDIZE, use=False), decoded(IMAGES, OTHERS, place), 0, place)
    assert ref.stored.startswith("datasets/")
    assert stored_bytes(ref, place) == (67 + 31) * 9 * 7 * 3
    assert list((place.cache_dir / "prepared").rglob("x_*.npy")) == []


def test_trials_that_differ_in_trailing_steps_share_the_arrays_and_not_what_was_fitted(place: Settings) -> None:
    dataset = decoded(IMAGES, OTHERS, place)
    specs = [spec_of(), spec_of(RESCALE), spec_of(RESCALE, STANDARDIZE), spec_of(STANDARDIZE, RESCALE)]
    refs = [prepare(spec, dataset, 0, place) for spec in specs]
    assert len({ref.key for ref in refs}) == len({ref.stored for ref in refs}) == 1
    for ref, spec in zip(refs, specs, strict=True):
        expected = apply(fit(spec.normalize, [IMAGES]), IMAGES).astype(np.float32)
        assert load_prepared(ref, place).train.read(slice(None)).tobytes() == expected.tobytes()


@pytest.mark.parametrize("written", [(RESIZE,), (RESIZE, GRAY, STANDARDIZE), (RESCALE, RESIZE)])
def test_seeds_share_what_is_stored_of_resized_images(written: tuple[dict[str, Any], ...], place: Settings) -> None:
    dataset = decoded(IMAGES, OTHERS, place)
    refs = [prepare(spec_of(*written, use=False), dataset, seed, place) for seed in (0, 1)]
    assert refs[0].key != refs[1].key
    assert [path.name for path in (place.cache_dir / "stored").iterdir()] == [refs[0].stored.removeprefix("stored/")]
    assert list((place.cache_dir / "prepared").rglob("x_*.npy")) == []
    rows = [split.rows for ref in refs for split in (lambda of: (of.train, of.validation))(load_prepared(ref, place))]
    assert [sorted([*rows[0], *rows[1]]), sorted([*rows[2], *rows[3]])] == [list(range(67))] * 2


def test_content_is_that_of_all_seeds_unless_something_is_fitted(place: Settings) -> None:
    dataset = decoded(IMAGES, OTHERS, place)

    def contents(*written: dict[str, Any]) -> int:
        return len({prepare(spec_of(*written, use=False), dataset, seed, place).content for seed in (0, 1)})

    assert [contents(), contents(RESIZE, RESCALE), contents(STANDARDIZE), contents(WHITEN)] == [1, 1, 2, 2]
    content = {prepare(spec_of(*each), dataset, 0, place).content for each in ((), (RESCALE,), (RESIZE,))}
    assert len(content) == 3


@pytest.mark.parametrize("changed", [(RESIZE, RESCALE), (WHITEN,), (RESCALE, GRAY), (RESIZE | {"height": 4}, RESCALE)])
def test_steps_that_change_what_is_stored_change_the_key(changed: tuple[dict[str, Any], ...]) -> None:
    digits = catalogue()["digits"]
    assert fold_key(spec_of(*changed), digits, 0) != fold_key(spec_of(RESCALE), digits, 0)
    assert fold_key(spec_of(*changed, STANDARDIZE), digits, 0) == fold_key(spec_of(*changed), digits, 0)


def test_trailing_steps_that_were_not_prepared_here_are_missed(place: Settings) -> None:
    ref = prepare(spec_of(RESCALE), decoded(IMAGES, OTHERS, place), 0, place)
    with pytest.raises(FileNotFoundError):
        load_prepared(ref.model_copy(update={"spec": spec_of(STANDARDIZE)}), place)


def test_samples_a_trailing_step_cannot_take_are_refused_when_data_is_prepared(place: Settings) -> None:
    train, test = np.ones((4, 2), dtype=np.float32), np.array([[1.0, -0.5]], dtype=np.float32)
    dataset = decoded(train, test, place)
    for _ in range(2):
        with pytest.raises(DataError, match=r"log1p takes values from 0 on; the samples have -0\.5"):
            prepare(spec_of({"kind": "log1p"}), dataset, 0, place)


def test_mean_and_span_of_the_training_data_are_those_of_normalized_samples() -> None:
    x = RANDOM.integers(0, 256, (1500, 4, 4), dtype=np.uint8)
    fitted = fit(steps(RESCALE, {"kind": "tanh"}), [x])
    values = apply(fitted, x)
    training = Training(Split(x, np.zeros(1500, dtype=np.int32), trailing=fitted))
    assert training.mean == pytest.approx(float(values.mean(dtype=np.float64)), rel=1e-12)
    assert training.span == float(values.max()) - float(values.min())


WORDS = [RANDOM.integers(1, 60, length).astype(np.int32) for length in (40, 1, 17, 0, 90, 25)]
MULTI_HOT: dict[str, dict[str, Any]] = {
    "binary": {"mode": "binary"},
    "count": {"mode": "count"},
    "tf_idf": {"mode": "tf_idf"},
    "binary_without_unknown": {"mode": "binary", "unknown": None, "skip_top": 5},
    "count_unknown_below_skip_top": {"mode": "count", "unknown": 2, "skip_top": 5},
}


def texts(place: Settings) -> Dataset:
    parts = {
        f"{name}_{part}{suffix}": value
        for part in ("train", "test")
        for name, suffix, value in (
            ("x", "", np.concatenate(WORDS)),
            ("x", "_offsets", np.cumsum([0, *map(len, WORDS)])),
            ("y", "", np.arange(len(WORDS), dtype=np.int32) % 2),
        )
    }
    facts = {"content_sha256": content_digest(parts), "input_shape": (), "classes": 2}
    dataset = catalogue()["imdb"].model_copy(update=facts | {"alternatives": ()})
    directory = dataset_directory(dataset, place)
    directory.mkdir(parents=True)
    write_arrays(directory, parts)
    return dataset


def text_spec(encoder: dict[str, Any], *written: dict[str, Any]) -> DataSpec:
    section = {"kind": "multi_hot", "vocabulary_size": 50} | encoder
    return DataSpec.model_validate(
        {"dataset": "imdb", "validation": {"use": "test"}, "encode": section, "normalize": written}
    )


@pytest.mark.parametrize("written", [(), ({"kind": "log1p"}, STANDARDIZE)], ids=["as_it_is", "standardized"])
@pytest.mark.parametrize("name", MULTI_HOT)
def test_rows_of_words_are_to_the_bit_what_encoding_the_whole_split_makes(
    name: str, written: tuple[dict[str, Any], ...], place: Settings
) -> None:
    spec = text_spec(MULTI_HOT[name], *written)
    ref = prepare(spec, texts(place), 0, place)
    train = load_prepared(ref, place).train
    assert spec.encode is not None
    rows = encode(fit_encoding(spec.encode, [WORDS]), WORDS)
    expected = apply(fit(spec.normalize, [rows]), rows).astype(np.float32)
    assert (ref.input_shape, train.read(slice(None)).tobytes()) == ((50,), expected.tobytes())
    for chosen in (np.array([4]), np.array([3]), np.array([5, 0, 3, 2])):
        assert train.read(chosen).tobytes() == expected[chosen].tobytes()


@pytest.mark.parametrize(
    ("mode", "words"), [("binary", [len(np.unique(np.where(text < 50, text, 2))) for text in WORDS]), ("count", None)]
)
def test_rows_of_words_take_four_bytes_a_word_on_disk(mode: str, words: list[int] | None, place: Settings) -> None:
    ref = prepare(text_spec({"mode": mode}), texts(place), 0, place)
    values = sum(words) if words else 173
    offsets = 7
    assert stored_bytes(ref, place) == 2 * (4 * values + 8 * offsets)


def test_whitened_rows_are_stored_as_numbers(place: Settings) -> None:
    spec = text_spec({}, WHITEN | {"components": 3})
    train = load_prepared(prepare(spec, texts(place), 0, place), place).train
    assert train.dense(slice(None)).dtype.name == "float32"
    assert train.read(slice(None)).shape == (6, 3)

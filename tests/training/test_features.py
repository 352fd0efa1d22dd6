"""The process that runs frozen layers over all samples."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ablation.data import FeaturesRef, load_prepared
from ablation.data.arrays import read_arrays
from ablation.model import build_model
from ablation.pipeline import ensure_features, features_job, share_features
from ablation.processes import LOG
from ablation.settings import Settings
from ablation.spec import ModelSpec
from ablation.training import read_extraction_progress

from .frozen import BACKBONE, HIDDEN, OUTPUT, POOL, SIDE, extract, features_of, settings_with_images, trial

FLAT = {"kind": "flatten", "name": "flat"}
PUBLISHED: dict[str, Any] = {**BACKBONE, "weights": "imagenet"}
HEADS: list[list[dict[str, Any]]] = [[POOL, OUTPUT], [POOL, HIDDEN, OUTPUT], [FLAT, OUTPUT]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_with_images(tmp_path)


def written(ref: FeaturesRef, settings: Settings) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in ref.folder(settings).iterdir()}


@pytest.mark.slow
def test_heads_share_one_run_of_their_backbone(tmp_path: Path, settings: Settings) -> None:
    trials = [trial([BACKBONE, *head]) for head in HEADS]
    (shared,) = share_features([features_of(each, settings) for each in trials])
    assert [[layer.name for layer in tail] for tail in shared.tails] == [["pool"], ["flat"]]
    assert extract(shared, settings, tmp_path / "out").error is None
    progress = read_extraction_progress(tmp_path / "out")
    assert progress is not None
    assert (progress.done, progress.total) == (80, 80)
    assert (tmp_path / "out" / LOG).read_text().splitlines()[-1] == "80 of 80 samples"
    model = build_model(ModelSpec.model_validate({"layers": [BACKBONE]}), input_shape=(SIDE, SIDE, 3), seed=0)
    test = load_prepared(shared.prepared, settings).test.read(slice(None))
    expected = np.asarray(model.predict_on_batch(test))
    for ref, features in zip(shared.refs, (expected.mean(axis=(1, 2)), expected.reshape(20, -1)), strict=True):
        np.testing.assert_allclose(read_arrays(ref.folder(settings))["x_test"], features, rtol=1e-4, atol=1e-5)


def test_seeds_of_weights_from_elsewhere_share_features_and_others_do_not(settings: Settings) -> None:
    first, other = (features_of(trial([PUBLISHED, POOL, OUTPUT], seed=seed), settings) for seed in (0, 1))
    assert first.refs == other.refs
    assert first.prepared.key != other.prepared.key
    first, other = (features_of(trial(seed=seed), settings) for seed in (0, 1))
    assert first.refs != other.refs


def test_steps_fitted_on_a_split_keep_seeds_apart(settings: Settings) -> None:
    data = {"normalize": [{"kind": "standardize"}]}
    first, other = (features_of(trial([PUBLISHED, POOL, OUTPUT], seed=seed, data=data), settings) for seed in (0, 1))
    assert first.refs != other.refs


@pytest.mark.slow
def test_extraction_is_done_once_by_processes_that_start_at_once(tmp_path: Path, settings: Settings) -> None:
    features = features_of(trial(), settings)
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda name: extract(features, settings, tmp_path / name), ("one", "two")))
    assert [end.reason for end in ends] == ["done", "done"]
    said = [read_extraction_progress(tmp_path / name) for name in ("one", "two")]
    assert said.count(None) == 1
    before = written(features.refs[0], settings)
    assert extract(features, settings, tmp_path / "again").reason == "done"
    assert written(features.refs[0], settings) == before
    assert not (tmp_path / "again").exists()


@pytest.mark.slow
def test_killed_extraction_leaves_nothing_half_written_and_the_next_gives_the_same_bits(
    tmp_path: Path, settings: Settings
) -> None:
    features = features_of(trial(), settings)
    ref = features.refs[0]
    assert extract(features, settings, tmp_path / "first").reason == "done"
    first = {name: np.array(array) for name, array in read_arrays(ref.folder(settings)).items()}
    ref.folder(settings).rename(tmp_path / "aside")

    begun = settings.cache_dir / "features" / f".extract-{ref.core}" / ref.tail
    end = ensure_features(
        features_job(features, settings, threads=1), tmp_path / "killed", timeout_s=120, is_cancelled=begun.exists
    )
    assert end.reason == "interrupted"
    assert not ref.folder(settings).exists()

    assert extract(features, settings, tmp_path / "next").reason == "done"
    again = read_arrays(ref.folder(settings))
    assert again.keys() == first.keys() == {"x_train", "x_test"}
    assert all(np.array_equal(again[name], first[name]) for name in first)

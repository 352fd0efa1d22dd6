"""Data for both ways: prepared for `ablate run`, and the same samples as arrays in a file for a plain script."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ablation.data import Array, PreparedRef, Split, load_prepared, prepare
from ablation.pipeline import choose_dataset
from ablation.settings import Settings
from ablation.spec import Study, Trial, digest, load_study
from benchmarks.bench import Bench


def prepare_study(study: Study, bench: Bench) -> None:
    """Fetch and prepare what the trials of a study read, as an earlier run of it would have."""
    for data, seed in {(trial.spec.data, trial.seed): None for trial in study.trials}:
        prepare(data, choose_dataset(data.dataset), seed, bench.settings)


def write_arrays(spec: Path, overrides: tuple[str, ...], bench: Bench) -> Path:
    """Write the samples of a study's first trial for a plain script.

    Returns:
        An npz file of x_train, x_val, x_test and y_train, y_val, y_test. Images are float32 after every step of the
        spec; sequences are the integers of their words end to end, with x_..._offsets.
    """
    trial = load_study(spec, overrides=overrides).trials[0]
    path = bench.folder / f"arrays-{trial.study}-{digest(list(overrides))[:8]}.npz"
    if not path.exists():
        np.savez(path, allow_pickle=False, **_arrays(trial, bench.settings))
    return path


def _arrays(trial: Trial, settings: Settings) -> dict[str, Array]:
    ref: PreparedRef = prepare(trial.spec.data, choose_dataset(trial.spec.data.dataset), trial.seed, settings)
    prepared = load_prepared(ref, settings)
    named: dict[str, Array] = {}
    for name, split in {"train": prepared.train, "val": prepared.validation, "test": prepared.test}.items():
        named[f"y_{name}"] = np.asarray(split.y)
        named |= _samples(split, f"x_{name}")
    return named


def _samples(split: Split, name: str) -> dict[str, Array]:
    if not split.has_sparse_rows:
        return {name: split.read(slice(None))}
    words = split.words(slice(None))
    return {name: words.values, f"{name}_offsets": words.offsets}

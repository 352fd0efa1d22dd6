"""Small images, and models of a frozen network with heads, for the tests of features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ablation.catalogue import catalogue
from ablation.data import Prepared, PreparedRef, load_features, load_prepared, prepare
from ablation.data.arrays import write_arrays
from ablation.data.locating import dataset_directory
from ablation.pipeline import ensure_features, features_job, find_features
from ablation.processes import ProcessEnd, is_stopping
from ablation.settings import Settings
from ablation.spec import Trial, TrialSpec
from ablation.training import SharedFeatures

DATASET = catalogue()["cifar10"]
SIDE = 32
RESCALE = {"kind": "rescale", "scale": 1 / 127.5, "offset": -1.0}
BACKBONE: dict[str, Any] = {
    "kind": "backbone",
    "name": "net",
    "network": "mobilenet",
    "alpha": 0.25,
    "weights": "none",
    "preprocess": False,
}
POOL = {"kind": "global_average_pooling2d", "name": "pool"}
HIDDEN = {"kind": "dense", "name": "hidden", "units": 6, "activation": "relu"}
OUTPUT = {"kind": "dense", "name": "output", "units": 10}


def settings_with_images(directory: Path) -> Settings:
    """Return settings whose cache holds 60 and 20 images of CIFAR-10's form, one brightness a class."""
    settings = Settings(cache_dir=directory / "cache")
    generator = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 60), ("test", 20)):
        labels = np.arange(count) % 10
        noise = generator.integers(0, 60, size=(count, SIDE, SIDE, 3))
        arrays[f"x_{part}"] = (noise + 19 * labels[:, None, None, None]).astype(np.uint8)
        arrays[f"y_{part}"] = labels.astype(np.int64)
    place = dataset_directory(DATASET, settings)
    place.mkdir(parents=True)
    write_arrays(place, arrays)
    return settings


def trial(
    layers: list[dict[str, Any]] | None = None, *, seed: int = 0, data: dict[str, Any] | None = None, **training: Any
) -> Trial:
    spec = {
        "data": {"dataset": "cifar10", "validation": {"count": 20}, "normalize": [RESCALE]} | (data or {}),
        "model": {"layers": layers or [BACKBONE, POOL, OUTPUT]},
        "training": {"optimizer": {"kind": "adam", "learning_rate": 0.01}, "epochs": 3, "batch_size": 16} | training,
    }
    return Trial(study="frozen", variant="plain", seed=seed, spec=TrialSpec.model_validate(spec))


def prepare_images(of: Trial, settings: Settings) -> PreparedRef:
    return prepare(of.spec.data, DATASET, of.seed, settings)


def features_of(of: Trial, settings: Settings) -> SharedFeatures:
    found = find_features(of, prepare_images(of, settings))
    assert found is not None
    return found


def extract(features: SharedFeatures, settings: Settings, directory: Path) -> ProcessEnd:
    job = features_job(features, settings, threads=1)
    return ensure_features(job, directory, timeout_s=120, is_cancelled=is_stopping)


def with_features(of: Trial, settings: Settings) -> Prepared:
    """Return the splits of a trial with features, which are extracted if need be."""
    features = features_of(of, settings)
    end = extract(features, settings, settings.cache_dir / "extraction")
    assert end.reason == "done", end.error
    return load_features(load_prepared(features.prepared, settings), features.refs[0], settings)

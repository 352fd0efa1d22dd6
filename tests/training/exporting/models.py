"""Small models of every kind with data on this machine, as their trials left them: to be exported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ablation.catalogue import catalogue
from ablation.data import Array, PreparedRef, load_prepared, prepare
from ablation.data.arrays import write_arrays
from ablation.data.locating import dataset_directory
from ablation.model import build_model
from ablation.processes import Limits, ProcessEnd, run_isolated
from ablation.records import ModelFormat
from ablation.settings import Settings
from ablation.spec import Trial, TrialSpec
from ablation.training import EXPORT, ExportJob
from ablation.training.outputs import Forward

SCALE = {"kind": "rescale", "scale": 1 / 255}
OUTPUT = {"kind": "dense", "name": "output", "units": 10}
# Dataset, data section, layers, rest of the training section.
MODELS: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = {
    "dense": (
        "digits",
        {"normalize": [{"kind": "standardize", "per": "feature"}, {"kind": "clip", "minimum": -2.0}]},
        [{"kind": "flatten", "name": "flat"}, {"kind": "dense", "name": "hidden", "units": 8, "activation": "relu"}],
        {},
    ),
    "conv": (
        "cifar10",
        {
            "normalize": [
                {"kind": "resize", "height": 20, "width": 24},
                SCALE,
                {"kind": "standardize", "per": "channel"},
            ]
        },
        [
            {"kind": "conv2d", "name": "conv", "filters": 4, "kernel_size": 3, "activation": "relu"},
            {"kind": "batch_normalization", "name": "norm"},
            {"kind": "dropout", "name": "drop", "rate": 0.5},
            {"kind": "global_average_pooling2d", "name": "pool"},
        ],
        {},
    ),
    "photos": (
        "flowers",
        {"normalize": [{"kind": "resize", "height": 12, "width": 10}, SCALE]},
        [{"kind": "flatten", "name": "flat"}],
        {},
    ),
    "embedding": (
        "imdb",
        {"encode": {"kind": "padded", "vocabulary_size": 30, "length": 12}},
        [
            {"kind": "embedding", "name": "words", "input_dim": 30, "output_dim": 4},
            {"kind": "global_average_pooling1d", "name": "pool"},
        ],
        {"loss": {"kind": "binary_crossentropy"}},
    ),
    "recurrent": (
        "imdb",
        {"encode": {"kind": "padded", "vocabulary_size": 30, "length": 12}},
        [
            {"kind": "embedding", "name": "words", "input_dim": 30, "output_dim": 4, "mask_zero": True},
            {"kind": "bidirectional", "name": "both", "layer": {"kind": "lstm", "units": 3}},
        ],
        {"loss": {"kind": "binary_crossentropy"}},
    ),
    "multi_hot": (
        "imdb",
        {"encode": {"kind": "multi_hot", "vocabulary_size": 30, "mode": "tf_idf"}},
        [{"kind": "dense", "name": "hidden", "units": 4, "activation": "relu"}],
        {"loss": {"kind": "binary_crossentropy"}},
    ),
    "regression": (
        "diabetes",
        {"normalize": [{"kind": "standardize", "per": "feature"}]},
        [{"kind": "dense", "name": "hidden", "units": 4, "activation": "tanh"}],
        {"loss": {"kind": "mean_squared_error"}},
    ),
}
OUTPUTS = {"flowers": 5, "digits": 10, "cifar10": 10, "imdb": 1, "diabetes": 1}


def arrays_of(dataset: str, part: str, count: int) -> dict[str, Array]:
    generator = np.random.default_rng(len(part))
    labels = np.arange(count) % 2 if dataset == "imdb" else np.arange(count) % 10
    named: dict[str, Array] = {f"y_{part}": labels.astype(np.float32 if dataset == "diabetes" else np.int64)}
    if dataset == "imdb":
        sizes = generator.integers(3, 20, size=count)
        named[f"x_{part}"] = generator.integers(1, 40, size=sizes.sum()).astype(np.int32)
        named[f"x_{part}_offsets"] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    elif dataset == "flowers":
        shapes = np.array([(8 + place % 3, 9, 3) for place in range(count)])
        named |= {f"y_{part}": labels % 5, f"x_{part}_shapes": shapes}
        named[f"x_{part}_offsets"] = np.concatenate([[0], np.cumsum(shapes.prod(axis=1))]).astype(np.int64)
        named[f"x_{part}"] = generator.integers(0, 256, size=named[f"x_{part}_offsets"][-1]).astype(np.uint8)
    elif dataset == "diabetes":
        named[f"x_{part}"] = generator.normal(50, 20, size=(count, 10))
    else:
        shape = {"digits": (8, 8), "cifar10": (32, 32, 3)}[dataset]
        named[f"x_{part}"] = generator.integers(0, 17 if dataset == "digits" else 256, (count, *shape)).astype(np.uint8)
    return named


def settings_with(dataset: str, directory: Path) -> Settings:
    """Return settings whose cache holds 60 and 20 samples of a dataset's form."""
    settings = Settings(cache_dir=directory / "cache")
    place = dataset_directory(catalogue()[dataset], settings)
    if not place.is_dir():
        place.mkdir(parents=True)
        write_arrays(place, arrays_of(dataset, "train", 60) | arrays_of(dataset, "test", 20))
    return settings


@dataclass(frozen=True)
class Trained:
    """A model as its trial left it: model.keras and predictions.npz."""

    trial: Trial
    prepared: PreparedRef
    settings: Settings
    folder: Path

    def job(self, format: ModelFormat) -> ExportJob:
        return ExportJob(
            trial=self.trial,
            dataset=catalogue()[self.prepared.dataset],
            prepared=self.prepared,
            cache_dir=str(self.settings.cache_dir),
            threads=1,
            format=format,
            model=str(self.folder / "model.keras"),
            predictions=str(self.folder / "predictions.npz"),
        )

    def export(self, format: ModelFormat) -> ProcessEnd:
        return run_isolated(EXPORT, self.job(format).model_dump_json(), self.folder / format, limits=Limits(120))


def trained(name: str, directory: Path, **training: Any) -> Trained:
    """Return a model whose weights, averages of batch normalisation included, are drawn at random."""
    dataset, data, layers, more = MODELS[name]
    settings = settings_with(dataset, directory)
    spec = {
        "data": {"dataset": dataset, "validation": {"count": 20}} | data,
        "model": {"layers": [*layers, OUTPUT | {"units": OUTPUTS[dataset]}]},
        "training": {"optimizer": {"kind": "sgd", "learning_rate": 0.1}, "epochs": 1} | more | training,
    }
    trial = Trial(study="small", variant="plain", seed=0, spec=TrialSpec.model_validate(spec))
    ref = prepare(trial.spec.data, catalogue()[dataset], 0, settings)
    precision = trial.spec.training.precision
    model = build_model(trial.spec.model, input_shape=ref.input_shape, seed=0, precision=precision)
    randomize(model)
    model.save(directory / "model.keras")
    predictions = Forward(model).predict(load_prepared(ref, settings))
    np.savez(directory / "predictions.npz", allow_pickle=False, **predictions)
    return Trained(trial, ref, settings, directory)


def randomize(model: keras.Model) -> None:
    generator = np.random.default_rng(1)
    model.set_weights([generator.uniform(0.1, 1, size=weight.shape).astype(np.float32) for weight in model.weights])

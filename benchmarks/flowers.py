"""How much faster heads of a frozen backbone train on its stored features than through it.

Six heads on MobileNetV2 (alpha 0.35, ImageNet weights of a file), flowers of 192x192, 5 epochs each: as `ablate run`
trains them (features extracted once, then six trials in processes of their own, building and saving included), and as
plain `fit` calls through the backbone. Preparing the data is part of neither.

Run: ABLATION_DATASETS=FOLDER python benchmarks/flowers.py [ROUNDS]
A round (2 when left out) is all of the first way and one plain fit on all cores, another head each round. Of each the
least time of all rounds is taken, of the plain fit six times.
Expected: at least 12 times faster, validation accuracy above 0.75 either way; about 3 minutes on two quiet cores.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ablation.data import PreparedRef, load_prepared, prepare
from ablation.evaluation import head_of
from ablation.pipeline import choose_dataset, ensure_features, features_job, find_features
from ablation.processes import is_stopping, run_isolated, warm_up
from ablation.settings import Settings, usable_cores
from ablation.spec import Trial, TrialSpec
from ablation.training import HISTORY, TRAIN, TrainJob

WEIGHTS = {
    "file": "mobilenet_v2_0.35_224_no_top.weights.h5",
    "sha256": "04af0032331eca800a501cbd14b1861ef1d07bfa5728325084bbe295e7ffaecb",
}
BACKBONE = {"kind": "backbone", "name": "mobilenet", "network": "mobilenet_v2", "alpha": 0.35, "weights": WEIGHTS}
POOL = {"kind": "global_average_pooling2d", "name": "pool"}
HIDDEN = {"kind": "dense", "name": "hidden", "units": 64, "activation": "relu"}
OUTPUT = {"kind": "dense", "name": "output", "units": 5}
PENALTY = {"kind": "l2", "factor": 1e-3}
HEADS: dict[str, list[dict[str, Any]]] = {
    "linear": [OUTPUT],
    "l2": [{**OUTPUT, "kernel_regularizer": PENALTY}],
    "dropout": [{"kind": "dropout", "name": "drop", "rate": 0.3}, OUTPUT],
    "hidden": [HIDDEN, OUTPUT],
    "wide": [{**HIDDEN, "units": 256}, OUTPUT],
    "batch_norm": [HIDDEN, {"kind": "batch_normalization", "name": "norm"}, OUTPUT],
}
EPOCHS = 5
WORKERS = 2
LEAST_RATIO = 12.0
LEAST_ACCURACY = 0.75
TIMEOUT_S = 3600.0


def main() -> int:
    """Measure both ways, print them, and return 1 where the expectation is not met."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    if not os.environ.get("ABLATION_DATASETS"):
        print("ABLATION_DATASETS names no folder with the flowers and the weights", file=sys.stderr)
        return 2
    trials = {name: _trial(name) for name in HEADS}
    shared, plain = [], []
    with tempfile.TemporaryDirectory(prefix="ablation-flowers-") as name:
        os.environ["ABLATION_CACHE_DIR"] = name
        warm_up()  # as `ablate run` does while it fetches and prepares
        data = next(iter(trials.values())).spec.data
        prepared = prepare(data, choose_dataset(data.dataset), 0, Settings())
        for head, _ in zip(trials, range(rounds), strict=False):
            shared.append(_train_on_features(trials, prepared, Path(name)))
            plain.append(_fit_plainly(trials[head], prepared, Path(name)))
            shutil.rmtree(Path(name) / "features")
    return _report(shared, plain)


@dataclass(frozen=True)
class Shared:
    """The seconds of one extraction, of the trials after it, and each trial's validation accuracy."""

    extraction_s: float
    trials_s: float
    accuracies: dict[str, float]

    @property
    def total_s(self) -> float:
        """Seconds of both."""
        return self.extraction_s + self.trials_s


@dataclass(frozen=True)
class Plain:
    """The seconds of one `fit` call through the backbone, and its validation accuracy."""

    head: str
    fit_s: float
    accuracy: float


def _trial(name: str) -> Trial:
    spec = {
        "data": {"dataset": "flowers", "normalize": [{"kind": "resize", "height": 192, "width": 192}]},
        "model": {"layers": [BACKBONE, POOL, *HEADS[name]]},
        "training": {"optimizer": {"kind": "adam"}, "epochs": EPOCHS, "batch_size": 32},
    }
    return Trial(study="flowers", variant=name, seed=0, spec=TrialSpec.model_validate(spec))


def _train_on_features(trials: dict[str, Trial], prepared: PreparedRef, directory: Path) -> Shared:
    started = time.perf_counter()
    features = find_features(next(iter(trials.values())), prepared)
    assert features is not None
    job = features_job(features, Settings(), threads=usable_cores())
    end = ensure_features(job, directory / "extraction", timeout_s=TIMEOUT_S, is_cancelled=is_stopping)
    assert end.reason == "done", end.error
    extraction_s = time.perf_counter() - started

    def train(name: str) -> float:
        job = TrainJob(
            trial=trials[name],
            prepared=prepared,
            cache_dir=str(Settings().cache_dir),
            threads=max(1, usable_cores() // WORKERS),
            features=features.refs[0],
        )
        ended = run_isolated(TRAIN, job.model_dump_json(), directory / name, timeout_s=TIMEOUT_S)
        assert ended.reason == "done", ended.error
        with (directory / name / HISTORY).open(encoding="utf-8", newline="") as file:
            return float(list(csv.DictReader(file))[-1]["val_accuracy"])

    with ThreadPoolExecutor(WORKERS) as pool:
        accuracies = dict(zip(trials, pool.map(train, trials), strict=True))
    return Shared(extraction_s, time.perf_counter() - started - extraction_s, accuracies)


def _fit_plainly(trial: Trial, prepared: PreparedRef, directory: Path) -> Plain:
    from ablation.model import build_model, fetch_weights
    from ablation.training.backend import configure_backend
    from ablation.training.fitting import fit
    from ablation.training.folder import Folder

    configure_backend(seed=0, threads=usable_cores())
    weights = partial(fetch_weights, settings=Settings())
    model = build_model(trial.spec.model, input_shape=prepared.input_shape, seed=0, weights=weights)
    head = head_of(trial.spec.model, trial.spec.training.loss, prepared.classes)
    data = load_prepared(prepared, Settings())
    started = time.perf_counter()
    log = fit(model, trial, data, head, Folder(directory)).log
    return Plain(trial.variant, time.perf_counter() - started, log.history[-1]["val_accuracy"])


def _report(shared: list[Shared], plain: list[Plain]) -> int:
    for name, accuracy in shared[0].accuracies.items():
        through = "".join(f", {each.accuracy:.3f} through the backbone" for each in plain if each.head == name)
        print(f"{name}: val_accuracy {accuracy:.3f} on features{through}")
    for each, fitted in zip(shared, plain, strict=True):
        print(
            f"features {each.total_s:.1f} s: {each.extraction_s:.1f} s extraction, then {len(HEADS)} trials, "
            f"{WORKERS} at a time; one plain fit of {fitted.head} {fitted.fit_s:.1f} s"
        )
    shared_s, plain_s = min(each.total_s for each in shared), min(each.fit_s for each in plain) * len(HEADS)
    ratio = plain_s / shared_s
    print(f"least of {len(shared)}: {shared_s:.1f} s against {len(HEADS)} fits, {plain_s:.0f} s")
    print(f"ratio: {ratio:.1f} (at least {LEAST_RATIO:g} expected)")
    return 0 if ratio >= LEAST_RATIO and min(shared[0].accuracies.values()) > LEAST_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())

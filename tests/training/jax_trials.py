"""Run by tests in an interpreter of its own, on JAX: small trainings of several kinds, saved, and one interrupted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import keras
import numpy as np

from ablation.training.backend import configure_backend
from ablation.training.compiling.optimizers import build_optimizer
from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder
from ablation.training.preflight.memorizing import Budget, Goal, attempt
from ablation.training.saving import save_model
from tests.training import parallel
from tests.training.small import DENSE, built, head, prepared, trial

KINDS = {
    "sgd": {},
    "averaged": {"optimizer": {"kind": "adam", "use_ema": True}, "class_weights": "balanced"},
    "phases": {"optimizer": {"kind": "adam", "use_ema": True}, "phases": [{"name": "more", "epochs": 1}]},
}


def trained(directory: Path, kind: str) -> list[float]:
    """Train and return the losses of its epochs."""
    directory.mkdir()
    of = trial([DENSE], **{"epochs": 2, "batch_size": 15, **KINDS[kind]})
    model = built(of)
    log = fit(model, of, prepared(), head(of), Folder(directory)).log
    save_model(model, model.optimizer, of.spec.training, head(of), directory / "model.keras")
    loaded = keras.models.load_model(directory / "model.keras")
    assert np.array_equal(predict(loaded, prepared())["test"], predict(model, prepared())["test"])
    return [float(row["loss"]) for row in log.history]


def steps_by_heart() -> int:
    """Return how many steps of pre-flight there was time for in three seconds of computing."""
    of = trial([DENSE])
    model = built(of)
    batch = (prepared().train.x, head(of).encoder()(prepared().train.y))
    optimizer = build_optimizer(of.spec.training.optimizer, 0.1)
    return len(attempt(model, head(of), optimizer, batch, Goal(0.0, 200, Budget(3.0, 60.0))).losses)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    configure_backend(seed=0, threads=1, devices=())
    runs = (parallel.trained(folder / "whole", ()), parallel.interrupted(folder / "cut", ()))
    found = {
        "losses": {kind: trained(folder / kind, kind) for kind in KINDS},
        "weights": [run["weights"] for run in runs],
        "steps": steps_by_heart(),
        "backend": keras.backend.backend(),
        "has_tensorflow": sys.modules.get("tensorflow") is not None,
    }
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")

"""The model of a trial is loaded by Keras alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder
from ablation.training.saving import save_model
from tests.conftest import rarely

from .small import DENSE, built, head, prepared, trial

CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "schedule": {"schedule": {"kind": "cosine"}, "optimizer": {"kind": "adam", "clipnorm": 1.0}},
    "class_weights": {"class_weights": "balanced", "optimizer": {"kind": "nadam", "use_ema": True}},
    "phases": {"phases": [{"name": "more", "epochs": 1}], "loss": {"kind": "sparse_categorical_crossentropy"}},
    "bfloat16": {"precision": "mixed_bfloat16"},
    "float16": {"precision": "mixed_float16", "optimizer": {"kind": "adam", "learning_rate": 0.1}},
    "focal": {"loss": {"kind": "categorical_focal_crossentropy"}, "metrics": ["accuracy", "top_2_accuracy", "auc"]},
}


@pytest.mark.parametrize("name", rarely(CASES, but=["plain", "class_weights", "float16"]))
def test_saved_model_is_loaded_compiled_and_says_the_same(tmp_path: Path, name: str) -> None:
    of = trial(epochs=2, **CASES[name])
    model, data = built(of), prepared()
    fit(model, of, data, head(of), Folder(tmp_path))
    save_model(model, model.optimizer, of.spec.training, head(of), tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(predict(loaded, data)["test"], predict(model, data)["test"])
    assert int(loaded.optimizer.iterations) == sum(4 for _ in range(of.spec.training.total_epochs))
    targets = head(of).encoder()(data.train.y)
    assert np.isfinite(loaded.train_on_batch(data.train.x, targets)[0])


@pytest.mark.slow
def test_saved_model_is_loaded_where_this_project_is_not(tmp_path: Path) -> None:
    of = trial([DENSE], epochs=1, **CASES["schedule"])
    model = built(of)
    fit(model, of, prepared(), head(of), Folder(tmp_path))
    save_model(model, model.optimizer, of.spec.training, head(of), tmp_path / "model.keras")
    code = (
        "import sys, keras; m = keras.models.load_model(sys.argv[1]); "
        "print(type(m.optimizer).__name__, m.loss.name, 'ablation' in sys.modules)"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path / "model.keras")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split() == ["Adam", "categorical_crossentropy", "False"]

"""Run by tests in an interpreter of its own: one small training on one device, on two, and on two after a TERM.

The devices are two virtual ones of the processor, so `XLA_FLAGS` must say so to JAX before it is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ablation.processes import Terminated
from ablation.training import resuming
from ablation.training.devices import data_parallel, is_parallel
from ablation.training.fitting import fit, predict
from ablation.training.folder import Folder
from ablation.training.saving import save_model
from tests.training.small import DENSE, built, head, prepared, trial

HIDDEN = {"kind": "dense", "name": "hidden", "units": 6, "activation": "relu"}
TRAINING = {"optimizer": {"kind": "adam", "learning_rate": 0.05, "use_ema": True}, "epochs": 2, "batch_size": 8}
Outcome = dict[str, Any]


def two_devices() -> tuple[str, str]:
    """Divide the processor in two, and return the names of the halves."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        halves = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], halves)
        tf.config.experimental.enable_op_determinism()
        return ("CPU:0", "CPU:1")
    first, second = keras.distribution.list_devices("cpu")
    return (first, second)


def trained(directory: Path, names: tuple[str, ...]) -> Outcome:
    """Train, save and predict, and return what became of it."""
    directory.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    of = trial([HIDDEN, DENSE], seed=3, **TRAINING)
    with data_parallel(names):
        model = built(of)
        fitted = fit(model, of, prepared(), head(of), Folder(directory, directory / "checkpoint", 1e9))
        save_model(model, model.optimizer, of.spec.training, head(of), directory / "model.keras")
        outputs = predict(model, prepared())
        facts = {"is_parallel": is_parallel(), "resumed_from": fitted.resuming.resumed_from}
    loaded = keras.models.load_model(directory / "model.keras")
    weights = [weight.numpy().ravel().tolist() for weight in model.weights]
    same = np.allclose(predict(loaded, prepared())["test"], outputs["test"], atol=1e-6)
    return facts | {"weights": weights, "history": fitted.log.history, "loads": bool(same)} | _shapes(outputs)


def interrupted(directory: Path, names: tuple[str, ...]) -> Outcome:
    """Train until the process is told to end, in the middle of the second epoch, and go on."""
    keep = resuming.Resuming.on_train_batch_end

    def told(callback: resuming.Resuming, batch: int, logs: Any = None) -> None:
        callback._termination.is_asked = len(callback._log.history) == 1 and batch == 1
        keep(callback, batch, logs)

    resuming.Resuming.on_train_batch_end = told  # type: ignore[method-assign]
    try:
        trained(directory, names)
    except Terminated:
        resuming.Resuming.on_train_batch_end = keep  # type: ignore[method-assign]
        return trained(directory, names)
    raise AssertionError("it was not interrupted")


def _shapes(outputs: dict[str, Any]) -> Outcome:
    return {"shapes": {name: list(values.shape) for name, values in outputs.items()}}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    both = two_devices()
    found = {
        "one": trained(folder / "one", ()),
        "two": trained(folder / "two", both),
        "resumed": interrupted(folder / "resumed", both),
        "tensorflow": sys.modules.get("tensorflow") is not None,
    }
    (folder / "found.json").write_text(json.dumps(found, default=float), encoding="utf-8")

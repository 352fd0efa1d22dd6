"""The fit loop of one trial: epochs, history, divergence, predictions."""

from __future__ import annotations

import csv
import math
import os
import time
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from ablation.data import Array, Prepared, Split
from ablation.spec import Trial
from ablation.training.batches import Batches
from ablation.training.compiling import DATA_LOSS
from ablation.training.feeding import feed
from ablation.training.jobs import HISTORY
from ablation.training.progress import Progress, write_progress

EVALUATION_BATCH = 512


class EpochLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Writes the history and the progress file after every epoch; stops when the loss is no longer finite.

    In the history `loss` never contains a penalty; `objective`, which training minimises, does.
    """

    def __init__(self, directory: Path, epochs: int) -> None:
        super().__init__()
        self._directory = directory
        self._epochs = epochs
        self._started_at = time.time()
        self.history: list[dict[str, float]] = []

    @property
    def is_diverged(self) -> bool:
        """Whether the last epoch ended with a loss, of training or validation, that is not a finite number."""
        last = self.history[-1] if self.history else {}
        return not all(math.isfinite(last.get(name, 0.0)) for name in ("objective", "val_objective"))

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Announce the trial (Keras calls this)."""
        self._started_at = time.time()
        self._announce({})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch (Keras calls this)."""
        row = _history_row(epoch + 1, logs or {}, float(self.model.optimizer.learning_rate))
        self.history.append(row)
        _write_history(self._directory / HISTORY, self.history)
        metrics = {name: value for name, value in row.items() if name != "epoch"}
        print(
            f"epoch {epoch + 1}/{self._epochs}", *(f"{name}={value:.6g}" for name, value in metrics.items()), flush=True
        )
        self._announce(metrics)
        if self.is_diverged:
            self.model.stop_training = True

    def _announce(self, metrics: dict[str, float]) -> None:
        progress = Progress(
            pid=os.getpid(),
            epoch=len(self.history),
            epochs=self._epochs,
            metrics=metrics,
            started_at=self._started_at,
            updated_at=time.time(),
        )
        write_progress(self._directory, progress)


def fit(model: keras.Model, trial: Trial, prepared: Prepared, *, classes: int, directory: Path) -> EpochLog:
    """Train a compiled model.

    Args:
        model: Compiled, with fresh weights.
        trial: Gives the epochs, the batch size and the seed of the data order.
        prepared: Splits to train on and to watch.
        classes: Number of classes.
        directory: Where history and progress are written.

    Returns:
        The log of all epochs.
    """
    training = trial.spec.training
    log = EpochLog(directory, training.epochs)
    train = feed(
        Batches(
            prepared.train, classes=classes, batch_size=_samples(training.batch_size, prepared.train), seed=trial.seed
        )
    )
    validation = feed(Batches(prepared.validation, classes=classes, batch_size=EVALUATION_BATCH))
    model.fit(
        train.data,
        steps_per_epoch=train.steps,
        validation_data=validation.data,
        validation_steps=validation.steps,
        epochs=training.epochs,
        callbacks=[log],
        shuffle=False,
        verbose=0,
    )
    return log


def predict(model: keras.Model, prepared: Prepared) -> dict[str, Array]:
    """Return the model's outputs for every split, float32 of shape (n, outputs), dropout off."""
    splits = {"train": prepared.train, "val": prepared.validation, "test": prepared.test}
    return {name: _outputs(model, split) for name, split in splits.items()}


def _samples(batch_size: int | Literal["all"], split: Split) -> int:
    return len(split) if batch_size == "all" else batch_size


def _outputs(model: keras.Model, split: Split) -> Array:
    batches = Batches(split, classes=1 + int(np.max(split.y)), batch_size=EVALUATION_BATCH)
    outputs = [np.asarray(model.predict_on_batch(batches.batch(0, index)[0])) for index in range(len(batches))]
    return np.concatenate(outputs).astype(np.float32, copy=False)


def _history_row(epoch: int, logs: dict[str, Any], learning_rate: float) -> dict[str, float]:
    row: dict[str, float] = {"epoch": epoch}
    for prefix in ("", "val_"):
        row[f"{prefix}loss"] = float(logs[f"{prefix}{DATA_LOSS}"])
        row[f"{prefix}objective"] = float(logs[f"{prefix}loss"])
    used = {f"{prefix}{name}" for prefix in ("", "val_") for name in ("loss", DATA_LOSS)}
    row.update({name: float(value) for name, value in logs.items() if name not in used})
    return row | {"learning_rate": learning_rate}


def _write_history(path: Path, rows: list[dict[str, float]]) -> None:
    temporary = path.with_name(f".{path.name}")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(temporary, path)

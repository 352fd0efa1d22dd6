"""The history of a trial: one row an epoch, written as it happens."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ablation.training.compiling.compiling import DATA_LOSS
from ablation.training.jobs import DIAGNOSTICS, HISTORY
from ablation.training.watching.progress import Progress, write_progress

Row = dict[str, float]
LayerValue = dict[str, int | float | str]

LAYER_COLUMNS = ("epoch", "layer", "kind", "value")

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Measured:
    """What is measured of a model at the end of an epoch.

    Args:
        columns: More columns of the history, the same ones after every epoch.
        layers: What is known of single layers: layer, kind (weight, gradient or dead_share) and value.
    """

    columns: Row = field(default_factory=dict)
    layers: Sequence[LayerValue] = ()


class EpochLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Writes the history and the progress file after every epoch; stops when the loss is no longer finite.

    In the history `loss` never contains a penalty or a class weight; `objective`, which training minimises, does. The
    training columns are means over the batches of the epoch, while the weights changed; the validation columns are of
    the weights at its end. `learning_rate` is that of the epoch's last step.

    Args:
        directory: Where history and progress are written.
        epochs: To train, in all stages together.
        measure: Gives the columns of the validation and more, and values of layers, from the model at the end of an
            epoch.
    """

    def __init__(self, directory: Path, epochs: int, measure: Callable[[keras.Model], Measured]) -> None:
        super().__init__()
        self._directory = directory
        self._epochs = epochs
        self._measure = measure
        self._started_at: float | None = None
        self._first_epoch = 0
        self.history: list[Row] = []
        self.layers: list[LayerValue] = []

    @property
    def is_diverged(self) -> bool:
        """Whether the last epoch ended with a loss, of training or validation, that is no finite 32-bit number."""
        last = self.history[-1] if self.history else {}
        return not all(abs(last.get(name, 0.0)) <= LARGEST for name in ("objective", "val_objective"))

    def go_on_from(self, rows: list[Row], layers: list[LayerValue]) -> None:
        """Take over the epochs of a training that was interrupted, in a folder that may be another one."""
        self.history, self.layers = list(rows), list(layers)
        self._first_epoch = len(rows)
        if rows:
            _write_history(self._directory / HISTORY, self.history)
            _write_layers(self._directory / DIAGNOSTICS, self.layers, is_first=True)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Announce the trial (Keras calls this at the start of every stage)."""
        if self._started_at is None:
            self._announce({})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch (Keras calls this)."""
        rate = self.model.optimizer.last_learning_rate
        measured = self._measure(self.model)
        row = {"epoch": epoch + 1} | _losses_and_metrics(logs or {}) | measured.columns
        self.history.append(row | {"learning_rate": rate})
        _write_history(self._directory / HISTORY, self.history)
        self._record_layers(epoch + 1, measured.layers)
        metrics = {name: value for name, value in self.history[-1].items() if name != "epoch"}
        print(
            f"epoch {epoch + 1}/{self._epochs}", *(f"{name}={value:.6g}" for name, value in metrics.items()), flush=True
        )
        self._announce(metrics)
        if self.is_diverged:
            self.model.stop_training = True

    def _record_layers(self, epoch: int, layers: Sequence[LayerValue]) -> None:
        rows: list[LayerValue] = [{"epoch": epoch} | values for values in layers]
        _write_layers(self._directory / DIAGNOSTICS, rows, is_first=not self.layers)
        self.layers += rows

    def _announce(self, metrics: Row) -> None:
        now = time.time()
        self._started_at = self._started_at or now
        progress = Progress(
            pid=os.getpid(),
            epoch=len(self.history),
            first_epoch=self._first_epoch,
            epochs=self._epochs,
            metrics=metrics,
            started_at=self._started_at,
            updated_at=now,
        )
        write_progress(self._directory, progress)


def _losses_and_metrics(logs: dict[str, Any]) -> Row:
    row = {"loss": float(logs[DATA_LOSS]), "objective": float(logs["loss"])}
    return row | {name: float(value) for name, value in logs.items() if name not in ("loss", DATA_LOSS)}


def _write_history(path: Path, rows: list[Row]) -> None:
    temporary = path.with_name(f".{path.name}")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(temporary, path)


def _write_layers(path: Path, rows: Sequence[LayerValue], *, is_first: bool) -> None:
    """Append to what is known of layers; written anew, a long training of many layers would take as long again."""
    if not rows:
        return
    with path.open("w" if is_first else "a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=LAYER_COLUMNS, lineterminator="\n")
        if is_first:
            writer.writeheader()
        writer.writerows(rows)

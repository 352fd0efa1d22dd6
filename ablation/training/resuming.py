"""Keeps the state of a training, and goes on from it: what was interrupted ends with the same bits.

A state is kept at the end of epochs, and in the middle of one when the process is told to end. It holds all that the
next step depends on: weights, the generators of noise, the optimiser, the metrics of a half epoch, the history, and
what each callback remembers. The order of the data and its augmentation depend on (seed, epoch) alone and need none.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np

from ablation.data import Array
from ablation.processes import Terminated, Termination
from ablation.training.checkpoints import State, read_checkpoint, write_checkpoint
from ablation.training.compiling.optimizers import StageOptimizer
from ablation.training.folder import Folder
from ablation.training.watching.history import EpochLog


class Resumable(Protocol):
    """A callback that remembers something from epoch to epoch."""

    def state(self) -> State:
        """Return what it remembers."""

    def set_state(self, state: State) -> None:
        """Remember that instead."""


@dataclass(frozen=True)
class Place:
    """Where a stage goes on.

    Args:
        epoch: Epochs of the training that are over.
        step: Steps of the next one that are over, too.
        is_over: Whether the stage was ended early, so that nothing of it is left.
    """

    epoch: int
    step: int = 0
    is_over: bool = False


class Resuming(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Keeps the state of a training of several stages, and gives it back; the last callback of each stage.

    Args:
        folder: Where the checkpoint is, and how often one is written.
        model: All layers, also where a stage trains a part of them.
        log: Has the history.
        termination: Says when the process was told to end.
    """

    def __init__(self, folder: Folder, model: keras.Model, log: EpochLog, termination: Termination) -> None:
        super().__init__()
        self._path, self._interval_s = folder.checkpoint, folder.checkpoint_s
        self._whole, self._log, self._termination = model, log, termination
        self._found = None if folder.checkpoint is None else read_checkpoint(folder.checkpoint)
        self._starts: list[int] = list(self._found["starts"]) if self._found else []
        self._stage, self._step, self._written_at = 0, 0, time.monotonic()
        self._optimizer: StageOptimizer | None = None
        self._watchers: Sequence[Resumable] = ()
        self._pending: list[State] | None = None
        self._pending_metrics: list[Array] | None = None
        self._began_at = time.monotonic()
        if self._found:
            log.go_on_from(self._found["rows"], self._found["layers"])

    @property
    def resumed_from(self) -> int | None:
        """The number of epochs that were over when the training went on; None where it began anew."""
        return len(self._found["rows"]) if self._found else None

    @property
    def earlier_s(self) -> float:
        """Seconds of training before it was interrupted, all times together."""
        return self._found["seconds"] if self._found else 0.0

    def first_epoch(self, stage: int) -> int:
        """Return the epochs before a stage: as they were, or all that are over."""
        if stage == len(self._starts):
            self._starts.append(len(self._log.history))
        return self._starts[stage]

    def is_past(self, stage: int) -> bool:
        """Whether a stage was over when the state was kept, so that there is nothing to train in it."""
        return self._found is not None and stage < self._found["stage"]

    def begin(self, stage: int, optimizer: StageOptimizer, watchers: Sequence[Resumable]) -> Place:
        """Begin a stage, or go on with the one whose state was kept; the model is compiled.

        Args:
            stage: Its number, counted from 0.
            optimizer: Of the stage, built.
            watchers: Its other callbacks that remember something.
        """
        self._stage, self._optimizer, self._watchers, self._step = stage, optimizer, watchers, 0
        found = self._found
        if found is None or stage != found["stage"]:
            return Place(len(self._log.history))
        _assign(self._whole.variables, found["model"])
        _assign(_variables(optimizer, self._whole), found["optimizer"])
        self._pending, self._pending_metrics, self._step = found["watchers"], found["metrics"], found["step"]
        print(f"goes on after epoch {len(self._log.history)}, step {self._step}", flush=True)
        return Place(len(self._log.history), self._step, found["is_over"])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Let the callbacks remember what they did (Keras calls this, after theirs, which make them forget)."""
        for watcher, state in zip(self._watchers, self._pending or (), strict=False):
            watcher.set_state(state)
        self._pending = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Go on with the metrics of a half epoch (Keras calls this, when it has reset them)."""
        if self._pending_metrics:
            _assign(self.model.metrics_variables, self._pending_metrics)
        self._pending_metrics = None

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the state and end, if the process was told to (Keras calls this).

        After the last step of an epoch its end is near, and is waited for.
        """
        if self._termination.is_asked and batch + 1 < self.params["steps"]:
            if (sync := getattr(self.model, "jax_state_sync", None)) is not None:
                sync()
            metrics = [np.asarray(variable.numpy()) for variable in self.model.metrics_variables]
            self._write(step=self._step + batch + 1, metrics=metrics)
            raise Terminated

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the state, if it is time (Keras calls this, after all other callbacks)."""
        self._pending = [watcher.state() for watcher in self._watchers] if self._step else None
        self._step = 0
        if self._termination.is_asked or time.monotonic() - self._written_at >= self._interval_s:
            self._write(step=0, metrics=[])
        if self._termination.is_asked:
            raise Terminated

    def _write(self, *, step: int, metrics: list[Array]) -> None:
        assert self._optimizer is not None
        if self._path is None:
            return
        state = {
            "seconds": self.earlier_s + time.monotonic() - self._began_at,
            "stage": self._stage,
            "starts": self._starts,
            "rows": self._log.history,
            "layers": self._log.layers,
            "step": step,
            "is_over": step == 0 and bool(self.model.stop_training),
            "model": [np.asarray(variable.numpy()) for variable in self._whole.variables],
            "optimizer": [np.asarray(variable.numpy()) for variable in _variables(self._optimizer, self._whole)],
            "metrics": metrics,
            "watchers": [watcher.state() for watcher in self._watchers],
        }
        try:
            write_checkpoint(self._path, state)
        except OSError as error:  # a full disk costs a later interruption more, and this training nothing
            print(f"no checkpoint could be written: {error}", flush=True)
        self._written_at = time.monotonic()


def _variables(optimizer: StageOptimizer, model: keras.Model) -> list[Any]:
    """Return all that an optimiser and those before it remember, in an order that the model gives."""
    places = {id(variable): place for place, variable in enumerate(model.variables)}
    weights, states = optimizer.memory.weights, optimizer.memory.states
    ordered = sorted(states, key=lambda key: (places[id(weights[key[0]])], key[1]))
    return [*optimizer.own_variables, *optimizer.rate_variables, *(states[key] for key in ordered)]


def _assign(variables: Sequence[Any], values: Sequence[Array]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)

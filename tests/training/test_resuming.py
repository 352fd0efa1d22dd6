"""What was interrupted, at whatever step, ends with the same bits as what was not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.processes.termination import EXIT_CODE, Terminated, Termination
from ablation.training import pace, resuming
from ablation.training.fitting import Fitted, fit
from ablation.training.folder import Folder
from tests.conftest import rarely

from .small import DENSE, built, head, prepared, trial

HIDDEN = {"kind": "dense", "name": "hidden", "units": 6, "activation": "relu"}
DROP = {"kind": "dropout", "name": "drop", "rate": 0.4}
NORM = {"kind": "batch_normalization", "name": "norm"}
LAYERS = [HIDDEN, NORM, DROP, DENSE]
ADAM = {"kind": "adam", "learning_rate": 0.05}
STOPPING = {"monitor": "val_loss", "patience": 1, "restore_best": True}
STEPS = 4  # of an epoch: 30 samples in batches of 8
TRAININGS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "adam": {"optimizer": ADAM},
    "momentum_and_schedule": {
        "optimizer": {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9},
        "schedule": {"kind": "exponential", "decay_rate": 0.5, "decay_steps": 3},
    },
    "plateau": {
        "optimizer": ADAM,
        "epochs": 5,
        "schedule": {"kind": "reduce_on_plateau", "monitor": "val_loss", "patience": 1, "factor": 0.5},
    },
    "average": {"optimizer": ADAM | {"use_ema": True, "ema_momentum": 0.8}},
    "early_stopping": {"optimizer": ADAM | {"learning_rate": 0.5}, "epochs": 6, "early_stopping": STOPPING},
    "phases": {
        "optimizer": ADAM,
        "epochs": 2,
        "phases": [
            {"name": "one", "epochs": 2, "freeze": ["hidden"], "learning_rate": 0.01},
            {"name": "two", "epochs": 2, "unfreeze": ["hidden"], "freeze": ["norm"]},
        ],
    },
    "phases_average_and_stopping": {
        "optimizer": ADAM | {"learning_rate": 0.5, "use_ema": True, "ema_momentum": 0.8},
        "epochs": 3,
        "early_stopping": STOPPING,
        "phases": [{"name": "one", "epochs": 3, "freeze": ["hidden"]}],
    },
    "metrics_of_the_whole_split": {"metrics": ["accuracy", "auc"]},
    "bfloat16": {"precision": "mixed_bfloat16", "optimizer": ADAM},
    "float16": {"precision": "mixed_float16", "optimizer": ADAM},
    "float16_phases": {
        "precision": "mixed_float16",
        "optimizer": ADAM | {"use_ema": True},
        "epochs": 2,
        "phases": [{"name": "one", "epochs": 2, "freeze": ["hidden"], "learning_rate": 0.01}],
    },
    "diagnostics": {"optimizer": ADAM, "epochs": 2, "diagnostics": True, "phases": [{"name": "one", "epochs": 2}]},
    "augmented_and_weighted": {"class_weights": "balanced"},
}


@dataclass
class Killed(Exception):
    """Stands for a process that is gone: nothing after it runs."""


@dataclass
class Interruption:
    """Tells the process to end at a step, or kills it there.

    Args:
        step: Of the training, counted from 0 over all its epochs; it is done when the interruption comes.
        is_kill: Whether the process has no time to keep its state.
    """

    step: int
    is_kill: bool

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        done = 0
        keep = resuming.Resuming.on_train_batch_end

        def interrupted(callback: resuming.Resuming, batch: int, logs: Any = None) -> None:
            nonlocal done
            if done == self.step and self.is_kill:
                raise Killed
            if done == self.step:
                callback._termination.is_asked = True
            done += 1
            keep(callback, batch, logs)

        monkeypatch.setattr(resuming.Resuming, "on_train_batch_end", interrupted)
        monkeypatch.setattr(pace, "MOMENT_S", 0)  # a step a call, where the uninterrupted one takes several


@dataclass(frozen=True)
class Result:
    weights: list[bytes]
    optimizer: list[bytes]
    rows: list[dict[str, float]]
    history: bytes
    layers: bytes
    best_epoch: int | None


def trained(directory: Path, training: dict[str, Any], checkpoint: Path | None = None) -> tuple[Result, Fitted]:
    directory.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(0)
    of = trial(LAYERS, seed=3, **training)
    model = built(of)
    fitted = fit(model, of, prepared(), head(of), Folder(directory, checkpoint or directory / "checkpoint"))
    weights = [np.asarray(weight).tobytes() for weight in model.variables]
    states = [np.asarray(state).tobytes() for state in model.optimizer.variables]
    history = (directory / "history.csv").read_bytes()
    layers = (directory / "diagnostics.csv").read_bytes()
    return Result(weights, states, list(fitted.log.history), history, layers, fitted.best_epoch), fitted


def interrupted_and_resumed(directory: Path, training: dict[str, Any], *interruptions: Interruption) -> Result:
    """Train, interrupt, and go on, as often as is asked."""
    for number, interruption in enumerate(interruptions):
        with pytest.MonkeyPatch.context() as patch, pytest.raises((Killed, Terminated)):
            interruption.install(patch)
            trained(directory / str(number), training, directory / "checkpoint")
    return trained(directory / "last", training, directory / "checkpoint")[0]


@pytest.mark.parametrize("is_kill", [pytest.param(True, marks=pytest.mark.slow), False], ids=["kill", "term"])
@pytest.mark.parametrize("name", rarely(TRAININGS, but=["adam"]))
def test_interrupted_training_ends_with_the_same_bits(tmp_path: Path, name: str, is_kill: bool) -> None:
    expected, _ = trained(tmp_path / "whole", TRAININGS[name])
    steps = STEPS * len(expected.rows)
    for step in (0, steps // 2 + 1, steps - 1):
        directory = tmp_path / str(step)
        assert interrupted_and_resumed(directory, TRAININGS[name], Interruption(step, is_kill)) == expected


@pytest.mark.slow
def test_training_interrupted_again_and_again_ends_with_the_same_bits(tmp_path: Path) -> None:
    training = TRAININGS["phases_average_and_stopping"]
    expected, _ = trained(tmp_path / "whole", training)
    interruptions = [Interruption(1, False), Interruption(0, False), Interruption(4, True), Interruption(3, False)]
    assert interrupted_and_resumed(tmp_path / "resumed", training, *interruptions) == expected


@pytest.mark.slow
def test_term_keeps_every_step_and_a_kill_costs_less_than_an_epoch(tmp_path: Path) -> None:
    steps: list[int] = []
    for is_kill in (False, True):
        directory = tmp_path / str(is_kill)
        with pytest.MonkeyPatch.context() as patch, pytest.raises((Killed, Terminated)):
            Interruption(6, is_kill).install(patch)
            trained(directory, {})
        with pytest.MonkeyPatch.context() as patch:
            count = Interruption(10_000, True)
            count.install(patch)
            _, fitted = trained(directory, {})
        assert fitted.resuming.resumed_from == 1
        steps.append(int(np.asarray(fitted.view.model.optimizer.iterations)))
    assert steps == [3 * STEPS, 3 * STEPS]


def test_interruption_ends_the_process_with_the_code_of_term(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Terminated) as raised:
        Interruption(2, False).install(patch)
        trained(tmp_path, {})
    assert raised.value.code == EXIT_CODE == 143


def test_finished_training_is_not_trained_again_from_its_checkpoint(tmp_path: Path) -> None:
    expected, _ = trained(tmp_path / "first", {}, tmp_path / "checkpoint")
    with pytest.MonkeyPatch.context() as patch:
        Interruption(0, True).install(patch)  # would come with the first step
        again, fitted = trained(tmp_path / "another", {}, tmp_path / "checkpoint")
    assert (again, fitted.resuming.resumed_from) == (expected, 3)


def test_checkpoint_that_is_damaged_is_as_none(tmp_path: Path) -> None:
    expected, _ = trained(tmp_path / "whole", {})
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "checkpoint").write_bytes(b"PK\x03\x04 no archive")
    result, fitted = trained(tmp_path / "damaged", {})
    assert (result, fitted.resuming.resumed_from) == (expected, None)


def test_checkpoints_are_no_more_often_than_is_asked(tmp_path: Path) -> None:
    of = trial(LAYERS)
    fit(built(of), of, prepared(), head(of), Folder(tmp_path, tmp_path / "checkpoint", checkpoint_s=3600))
    assert not (tmp_path / "checkpoint").exists()


@pytest.mark.slow
def test_training_goes_on_where_no_checkpoint_can_be_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    expected, _ = trained(tmp_path / "whole", {})
    (tmp_path / "no_folder").write_text("a file")
    result, _ = trained(tmp_path / "full", {}, tmp_path / "no_folder" / "checkpoint")
    assert result == expected
    assert "no checkpoint could be written" in capfd.readouterr().out


def test_nothing_is_asked_of_a_new_termination() -> None:
    assert not Termination().is_asked

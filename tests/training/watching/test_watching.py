from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.evaluation import Predictions, measure
from ablation.spec import EarlyStopping, Trial
from ablation.spec.schedules import ReduceOnPlateau
from ablation.training.fitting import Fitted, fit, predict
from ablation.training.folder import Folder
from ablation.training.watching.history import EpochLog
from ablation.training.watching.monitors import is_smaller_better
from ablation.training.watching.plateau import Plateau
from ablation.training.watching.stopping import Stopping

from ..small import built, head, kernel, prepared, trial


def run(of: Trial, directory: Path) -> tuple[keras.Model, Fitted]:
    model = built(of)
    return model, fit(model, of, prepared(), head(of), Folder(directory))


def column(fitted: Fitted, name: str) -> list[float]:
    return [row[name] for row in fitted.log.history]


@pytest.mark.parametrize(
    ("monitor", "is_smaller"),
    [
        ("val_loss", True),
        ("objective", True),
        ("clean_loss", True),
        ("clean_accuracy", False),
        ("val_rmse", True),
        ("val_ece", True),
        ("accuracy", False),
        ("val_top_5_accuracy", False),
        ("val_auc", False),
        ("r2", False),
    ],
)
def test_direction_is_known_from_the_name(monitor: str, is_smaller: bool) -> None:
    assert is_smaller_better(monitor) is is_smaller


class Counter(keras.Model):  # type: ignore[misc]  # Keras is untyped
    """Its weight is the number of the epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = self.add_weight(shape=(), initializer="zeros")


def watch(values: list[float], directory: Path, **settings: Any) -> tuple[int, float, int | None]:
    """Return after how many epochs it stopped, the weight it restored and the best epoch."""
    log = EpochLog(directory, len(values), lambda model: {})
    stopping, model = Stopping(EarlyStopping(monitor="val_accuracy", **settings), log), Counter()
    model.stop_training = False
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        model.epoch.assign(epoch + 1)
        log.history.append({"val_accuracy": value})
        stopping.on_epoch_end(epoch)
        if model.stop_training:
            break
    stopping.restore(model)
    return epoch + 1, float(model.epoch), stopping.best_epoch


@pytest.mark.parametrize(
    ("values", "settings", "expected"),
    [
        ([1, 3, 2, 2, 9], {"patience": 2}, (4, 2, 2)),
        ([1, 3, 2, 4, 1, 1], {"patience": 2}, (6, 4, 4)),
        ([1, 2, 3, 4], {"patience": 1}, (4, 4, 4)),
        ([1, 1.05, 1.1, 1.15, 9], {"patience": 3, "min_delta": 0.2}, (4, 1, 1)),
        ([9, 1, 2, 1, 1], {"patience": 2, "start_from_epoch": 1}, (5, 3, 3)),
        ([1, 3, 2, 2, 9], {"patience": 2, "restore_best": False}, (4, 4, 2)),
        ([float("nan"), 1, float("nan"), 0.5], {"patience": 2}, (4, 2, 2)),
    ],
    ids=["stops", "improves_again", "never_stops", "min_delta", "start", "keeps_last", "nan"],
)
def test_stopping_by_hand(
    tmp_path: Path, values: list[float], settings: dict[str, Any], expected: tuple[int, float, int | None]
) -> None:
    assert watch(values, tmp_path, **settings) == expected


def test_training_that_gets_worse_ends_early_with_the_weights_of_its_best_epoch(tmp_path: Path) -> None:
    stopping = {"monitor": "loss", "patience": 2, "min_delta": 1e6}
    model, fitted = run(trial(early_stopping=stopping, epochs=9), tmp_path)
    one_epoch, _ = run(trial(epochs=1), tmp_path)
    assert column(fitted, "epoch") == [1, 2, 3]
    assert fitted.best_epoch == 1
    assert np.array_equal(kernel(model), kernel(one_epoch))


def test_patience_begins_anew_in_a_phase_and_the_best_epoch_is_that_of_all(tmp_path: Path) -> None:
    stopping = {"monitor": "loss", "patience": 2, "min_delta": 1e6}
    phases = [{"name": "more", "epochs": 5}]
    _, fitted = run(trial(early_stopping=stopping, epochs=2, phases=phases), tmp_path)
    assert column(fitted, "epoch") == [1, 2, 3, 4]
    assert fitted.best_epoch == 1


def test_phase_goes_on_from_the_best_epoch_of_what_was_ended_early(tmp_path: Path) -> None:
    stopping = {"monitor": "loss", "patience": 2, "min_delta": 1e6}
    phases = [{"name": "fine_tune", "epochs": 1, "learning_rate": 1e-6}]
    _, fitted = run(trial(early_stopping=stopping, epochs=9, phases=phases), tmp_path)
    assert column(fitted, "epoch") == [1, 2, 3, 4]
    assert column(fitted, "learning_rate")[2:] == [pytest.approx(0.1), pytest.approx(1e-6)]
    losses = column(fitted, "loss")
    assert losses[3] < losses[0], "the phase began with the weights after the first epoch"
    assert losses[3] > losses[2], "not with those after the third"
    assert fitted.best_epoch == 1


def test_monitor_that_the_history_does_not_have_is_refused(tmp_path: Path) -> None:
    of = trial(early_stopping={"monitor": "val_auc"})
    message = r"training\.early_stopping\.monitor: .*\n  got 'val_auc'. There are loss, objective, accuracy, val_loss, "
    with pytest.raises(ValueError, match=message):
        run(of, tmp_path)


def test_plateau_multiplies_the_rate_after_its_patience_and_its_cooldown(tmp_path: Path) -> None:
    schedule = {
        "kind": "reduce_on_plateau",
        "monitor": "val_accuracy",
        "factor": 0.1,
        "patience": 2,
        "min_delta": 10.0,
        "cooldown": 1,
        "min_learning_rate": 0.002,
    }
    _, fitted = run(trial(schedule=schedule, epochs=8), tmp_path)
    assert column(fitted, "learning_rate") == pytest.approx([0.1] * 3 + [0.01] * 2 + [0.002] * 3)


def test_plateau_watches_the_columns_of_our_history_and_not_those_of_keras(tmp_path: Path) -> None:
    log, model = EpochLog(tmp_path, 3, lambda model: {}), Counter()
    model.compile(optimizer=keras.optimizers.SGD(0.5))
    spec = ReduceOnPlateau(kind="reduce_on_plateau", monitor="val_loss", patience=1)
    plateau = Plateau(spec, log, "training")
    plateau.set_model(model)
    plateau.on_train_begin()
    rates: list[float] = []
    for ours, of_keras in ((1.0, 9.0), (0.5, 9.0), (0.5, 1.0)):
        log.history.append({"val_loss": ours})
        plateau.on_epoch_end(len(rates), {"val_loss": of_keras})
        rates.append(float(model.optimizer.learning_rate))
    assert rates == pytest.approx([0.5, 0.5, 0.05])


@pytest.mark.parametrize("where", ["schedule", "phases"])
def test_plateau_of_a_metric_that_the_history_does_not_have_is_refused(tmp_path: Path, where: str) -> None:
    schedule = {"kind": "reduce_on_plateau", "monitor": "val_auc"}
    phases = [{"name": "tune", "epochs": 1, "schedule": schedule}]
    of = trial(schedule=schedule) if where == "schedule" else trial(phases=phases)
    path = r"training\.schedule" if where == "schedule" else r"training\.phases\.tune\.schedule"
    with pytest.raises(ValueError, match=rf"{path}\.monitor: must be a metric of the history\n  got 'val_auc'"):
        run(of, tmp_path)


AVERAGED = {"kind": "sgd", "learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5}
ONE_STEP: dict[str, Any] = {"batch_size": "all", "metrics": ["auc"]}


def test_averaged_weights_are_those_of_the_trained_model_and_of_the_validation(tmp_path: Path) -> None:
    steps = [kernel(run(trial(epochs=epochs, **ONE_STEP), tmp_path)[0]) for epochs in (1, 2, 3)]
    model, fitted = run(trial(epochs=3, optimizer=AVERAGED, **ONE_STEP), tmp_path)
    assert kernel(model) == pytest.approx(((steps[0] + steps[1]) / 2 + steps[2]) / 2, abs=1e-6)
    of = Predictions(head(trial()), predict(model, prepared())["val"], prepared().validation.y)
    last = fitted.log.history[-1]
    assert measure(("loss", "auc"), of) == pytest.approx({"loss": last["val_loss"], "auc": last["val_auc"]}, rel=1e-6)


def test_training_goes_on_with_the_weights_and_not_with_their_average(tmp_path: Path) -> None:
    _, plain = run(trial(epochs=3, **ONE_STEP), tmp_path)
    _, averaged = run(trial(epochs=3, optimizer=AVERAGED, **ONE_STEP), tmp_path)
    assert column(averaged, "loss") == column(plain, "loss")
    assert column(averaged, "val_loss")[1:] != column(plain, "val_loss")[1:]


def test_best_epoch_of_averaged_weights_has_their_average(tmp_path: Path) -> None:
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 1e6}
    settings: dict[str, Any] = {"optimizer": AVERAGED, "batch_size": 10}
    model, fitted = run(trial(epochs=5, early_stopping=stopping, **settings), tmp_path)
    one_epoch, _ = run(trial(epochs=1, **settings), tmp_path)
    assert (len(fitted.log.history), fitted.best_epoch) == (2, 1)
    assert np.array_equal(kernel(model), kernel(one_epoch))

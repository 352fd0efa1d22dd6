from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ablation.data import Array
from ablation.model import build_model
from ablation.spec import ModelSpec, TrainingSpec, Trial
from ablation.training.fitting import fit
from ablation.training.folder import Folder
from ablation.training.stages import Freezing, Stage, stages_of

from .small import DENSE, built, head, kernel, prepared, trial

HIDDEN = {"kind": "dense", "name": "hidden", "units": 5, "activation": "tanh"}
ADAM = {"kind": "adam", "learning_rate": 0.05}


def run(of: Trial, directory: Path) -> tuple[keras.Model, list[dict[str, float]]]:
    model = built(of)
    return model, fit(model, of, prepared(), head(of), Folder(directory)).log.history


def weights(model: keras.Model) -> list[Array]:
    return [np.asarray(weight) for weight in model.weights]


def test_stages_are_the_training_and_its_enabled_phases_with_rates_that_go_on() -> None:
    spec = TrainingSpec.model_validate(
        {
            "optimizer": ADAM,
            "epochs": 2,
            "phases": [
                {"name": "a", "epochs": 3, "learning_rate": 0.01, "freeze": ["hidden"]},
                {"name": "off", "epochs": 9, "enabled": False, "learning_rate": 7.0},
                {"name": "b", "epochs": 4, "unfreeze": ["hid*"], "schedule": {"kind": "linear"}},
            ],
        }
    )
    found = [(each.path, each.first_epoch, each.epochs, each.learning_rate) for each in stages_of(spec)]
    assert found == [
        ("training", 0, 2, 0.05),
        ("training.phases.a", 2, 3, 0.01),
        ("training.phases.b", 5, 4, 0.01),
    ]
    assert [(each.unfreeze, each.freeze) for each in stages_of(spec)] == [((), ()), ((), ("hidden",)), (("hid*",), ())]
    assert [each.schedule.kind for each in stages_of(spec)] == ["constant", "constant", "linear"]


@pytest.mark.parametrize(
    "settings",
    [pytest.param(ADAM, marks=pytest.mark.slow), {**ADAM, "use_ema": True, "ema_momentum": 0.8}],
    ids=["adam", "ema"],
)
def test_phase_that_changes_nothing_is_the_same_as_more_epochs(tmp_path: Path, settings: dict[str, Any]) -> None:
    long, rows = run(trial([HIDDEN, DENSE], optimizer=settings, epochs=4), tmp_path)
    parts, rows_of_parts = run(
        trial([HIDDEN, DENSE], optimizer=settings, epochs=1, phases=[{"name": "more", "epochs": 3}]), tmp_path
    )
    assert rows_of_parts == rows
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert all(np.array_equal(a, b) for a, b in zip(weights(long), weights(parts), strict=True))


def test_phase_has_its_own_rate_and_its_schedule_counts_from_its_start(tmp_path: Path) -> None:
    # 30 samples in batches of 10: three steps an epoch.
    _, rows = run(
        trial(
            optimizer={"kind": "sgd", "learning_rate": 0.1},
            schedule={"kind": "exponential", "decay_rate": 0.5},
            epochs=2,
            batch_size=10,
            phases=[
                {
                    "name": "slow",
                    "epochs": 2,
                    "learning_rate": 0.01,
                    "schedule": {"kind": "piecewise", "boundaries": [3], "factors": [1.0, 0.5]},
                },
                {"name": "last", "epochs": 1},
            ],
        ),
        tmp_path,
    )
    found = [row["learning_rate"] for row in rows]
    assert found == pytest.approx([0.1 * 0.5**2, 0.1 * 0.5**5, 0.01, 0.005, 0.01], rel=1e-5)


@pytest.mark.slow
def test_frozen_layer_is_held_and_trained_again_when_unfrozen(tmp_path: Path) -> None:
    def kernels(epochs: int, *phases: dict[str, Any]) -> tuple[Array, Array]:
        model, _ = run(trial([HIDDEN, DENSE], optimizer=ADAM, epochs=epochs, phases=list(phases)), tmp_path)
        return kernel(model, "hidden"), kernel(model)

    freeze = {"name": "frozen", "epochs": 1, "freeze": ["hid*"]}
    start, held, again = (
        kernels(1),
        kernels(1, freeze),
        kernels(1, freeze, {"name": "b", "epochs": 1, "unfreeze": ["*"]}),
    )
    assert np.array_equal(start[0], held[0])
    assert not np.allclose(start[1], held[1], atol=1e-4)
    assert not np.allclose(held[0], again[0], atol=1e-4)


def test_pattern_that_matches_no_layer_is_refused_before_training(tmp_path: Path) -> None:
    of = trial(phases=[{"name": "tune", "epochs": 1, "unfreeze": ["backbone"]}])
    with pytest.raises(ValueError, match=r"training\.phases\.tune\.unfreeze: matches no layer\n  got 'backbone'"):
        run(of, tmp_path)
    assert list(tmp_path.iterdir()) == []


def stage(**patterns: tuple[str, ...]) -> Stage:
    spec = TrainingSpec.model_validate({"epochs": 1})
    return Stage("training", 0, 1, 0.1, spec.schedule, **patterns)


def test_layer_that_was_trained_in_part_is_so_again_when_unfrozen() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)], name="inner")
    inner.layers[0].trainable = False
    inputs = keras.Input((4,))
    model = keras.Model(inputs, inner(inputs))
    spec = ModelSpec.model_validate({"layers": [{**DENSE, "name": "inner"}]})
    freezing = Freezing(model, spec)
    counts = [len(model.trainable_variables)]
    for each in (stage(freeze=("inner",)), stage(freeze=("inner",)), stage(unfreeze=("inner",))):
        freezing.apply(each)
        counts.append(len(model.trainable_variables))
    assert counts == [2, 0, 0, 2]
    assert not inner.layers[0].trainable


def test_name_of_a_residual_block_stands_for_the_layers_in_it() -> None:
    block = {"kind": "residual", "name": "block", "layers": [{**HIDDEN, "name": "first"}, {**HIDDEN, "name": "second"}]}
    spec = ModelSpec.model_validate({"layers": [HIDDEN, block]})
    inputs = keras.Input((5,))
    layers = [keras.layers.Dense(5, name=name) for name in ("hidden", "first", "second")]
    outputs = inputs
    for layer in layers:
        outputs = layer(outputs)
    Freezing(keras.Model(inputs, outputs), spec).apply(stage(freeze=("block",)))
    assert [layer.trainable for layer in layers] == [True, False, False]


@pytest.mark.slow
def test_phase_unfreezes_only_the_last_layers_of_a_backbone_that_says_so() -> None:
    backbone = {"kind": "backbone", "name": "features", "network": "mobilenet_v2", "alpha": 0.35, "weights": "none"}
    layers = [backbone | {"trainable_layers": 4}, {"kind": "flatten", "name": "flat"}, DENSE]
    spec = ModelSpec.model_validate({"layers": layers})
    model = build_model(spec, input_shape=(32, 32, 3), seed=0)
    assert model.get_layer("features").trainable_variables == []
    Freezing(model, spec).apply(stage(unfreeze=("features",)))
    trained = [layer.name for layer in model.get_layer("features").layers if layer.trainable_variables]
    last = [layer.name for layer in model.get_layer("features").layers[-4:] if layer.weights]
    assert trained == last != []

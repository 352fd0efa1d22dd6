"""Checks of the training section: one fragment of a spec each, the place, the severity, what is said and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.evaluation import Head
from ablation.spec.checks.validation import ON_VALIDATION_ONLY
from ablation.spec.losses import CategoricalCrossentropy, Loss, MeanSquaredError
from ablation.training.compiling.metrics import streamed_metrics

from .checked import FLAT, TEN, Fields, Found, check_found, described, found_in, named

CONV = {"kind": "conv2d", "filters": 4, "kernel_size": 3}
ONE = {"kind": "dense", "units": 1}
TWO = {"kind": "dense", "units": 2}
BACKBONE = {"kind": "backbone", "network": "mobilenet_v2"}
MULTI_HOT = {"encode": {"kind": "multi_hot", "vocabulary_size": 100}}
SMALL_DATA = {"subset": {"train": 100}, "validation": {"fraction": 0.2}}
SQUARED = {"loss": {"kind": "mean_squared_error"}}
NUMBERS = {**SQUARED, "metrics": ["mae"]}
CIFAR10: dict[str, Any] = {"dataset": "cifar10"}

LOSSES = [CategoricalCrossentropy(kind="categorical_crossentropy"), MeanSquaredError(kind="mean_squared_error")]


def phase(**fields: Any) -> Fields:
    return {"phases": [{"name": "second", "epochs": 3, **fields}]}


FOUND: dict[str, Found] = {
    "nothing_trained": (
        [FLAT, {**TEN, "trainable": False}],
        {},
        "model.layers",
        "error",
        "every layer is frozen",
        "trainable: true",
    ),
    "class_loss_on_numbers": (
        [ONE],
        {"dataset": "diabetes", "training": {"metrics": ["r2"]}},
        "training.loss",
        "error",
        "categorical_crossentropy is for classes, but diabetes is a regression",
        "mean_squared_error, mean_absolute_error, huber, log_cosh",
    ),
    "penalty_on_outputs_of_16_bits": (
        [FLAT, {**TEN, "units": 4, "activity_regularizer": {"kind": "l2"}}, TEN],
        {"training": {"precision": "mixed_float16"}},
        "model.layers.dense.activity_regularizer",
        "error",
        "a penalty on the output cannot be computed with precision: mixed_float16",
        "training.precision: float32",
    ),
    "penalty_on_outputs_of_two_directions": (
        [{"kind": "bidirectional", "layer": {"kind": "lstm", "units": 3, "activity_regularizer": {"kind": "l1"}}}, TEN],
        {"training": {"precision": "mixed_bfloat16"}},
        "model.layers.bidirectional.layer.activity_regularizer",
        "error",
        "cannot be computed with precision: mixed_bfloat16",
        "put a penalty on the kernel",
    ),
    "class_metric_on_numbers": (
        [ONE],
        {"dataset": "diabetes", "training": {**SQUARED, "metrics": ["r2", "auc"]}},
        "training.metrics.1",
        "error",
        "auc is for classes, but diabetes is a regression",
        "mse, rmse, mae, r2",
    ),
    "top_k_of_fewer_classes": (
        [TWO],
        {"dataset": "imdb", "data": MULTI_HOT, "training": {"metrics": ["top_5_accuracy"]}},
        "training.metrics.0",
        "error",
        "top_5_accuracy is always 1: imdb has 2 classes",
        "Use accuracy",
    ),
    "top_k_of_as_many_classes": (
        None,
        {"training": {"metrics": ["top_10_accuracy"]}},
        "training.metrics.0",
        "warning",
        "top_10_accuracy is always 1: digits has 10 classes",
        "a smaller k",
    ),
    "class_weights_on_numbers": (
        [ONE],
        {"dataset": "diabetes", "training": {**NUMBERS, "class_weights": "balanced"}},
        "training.class_weights",
        "error",
        "diabetes is a regression",
        "Remove it",
    ),
    "class_weights_of_another_number": (
        None,
        {"training": {"class_weights": [1.0, 2.0]}},
        "training.class_weights",
        "error",
        "2 weights, but digits has 10 classes",
        "Give 10 weights, or write balanced.",
    ),
    "batch_larger_than_the_training_part": (
        None,
        {"data": SMALL_DATA, "training": {"batch_size": 81}},
        "training.batch_size",
        "warning",
        "is 81, but only 80 samples are trained on",
        "Write all",
    ),
    "final_decay_longer_than_the_training": (
        None,
        {"training": {"schedule": {"kind": "final_decay", "epochs": 3}}},
        "training.schedule.epochs",
        "error",
        "is 3, but there are only 2 epochs",
        "at most 2",
    ),
    "boundary_never_reached": (
        None,
        {
            "data": SMALL_DATA,
            "training": {
                "batch_size": 40,
                "schedule": {"kind": "piecewise", "boundaries": [3, 4], "factors": [1.0, 0.5, 0.1]},
            },
        },
        "training.schedule.boundaries.1",
        "warning",
        "step 4 is never reached: there are only 4 steps",
        "earlier boundaries",
    ),
    "warm_up_longer_than_a_phase": (
        None,
        {
            "training": {
                "batch_size": "all",
                **phase(schedule={"kind": "cosine", "warmup_steps": 3}, learning_rate=0.1),
            }
        },
        "training.phases.second.schedule.warmup_steps",
        "warning",
        "3 steps of warm-up, but there are only 3 steps",
        "fewer steps",
    ),
    "phase_of_an_unknown_layer": (
        None,
        {"training": phase(unfreeze=["dense*", "dens"], learning_rate=0.1)},
        "training.phases.second.unfreeze.1",
        "error",
        "'dens' matches no layer",
        "Did you mean dense?",
    ),
    "phase_of_layers_without_weights": (
        None,
        {"training": phase(unfreeze=["flat*"], learning_rate=0.1)},
        "training.phases.second.unfreeze.0",
        "error",
        "'flat*' matches only layers without weights: flatten",
        "dense",
    ),
    "phase_that_freezes_everything": (
        None,
        {"training": phase(freeze=["*"])},
        "training.phases.second.freeze",
        "error",
        "every layer is frozen: nothing is left to train",
        "Freeze fewer",
    ),
    "phase_that_changes_nothing": (
        None,
        {"training": phase(unfreeze=["dense"], learning_rate=1e-3)},
        "training.phases.second",
        "warning",
        "changes nothing: the same layers at the same rate",
        "another learning_rate",
    ),
    "monitor_unknown": (
        None,
        {"training": {"early_stopping": {"monitor": "val_acuracy"}}},
        "training.early_stopping.monitor",
        "error",
        "no metric of the history is named 'val_acuracy'",
        "Did you mean val_accuracy?",
    ),
    "monitor_not_measured": (
        None,
        {"training": {"metrics": ["mse"], "schedule": {"kind": "reduce_on_plateau", "monitor": "val_auc"}}},
        "training.schedule.monitor",
        "error",
        "named 'val_auc'",
        "val_",
    ),
    "monitor_measured_on_validation_only": (
        None,
        {"training": {"metrics": ["f1"], "early_stopping": {"monitor": "f1"}}},
        "training.early_stopping.monitor",
        "error",
        "no metric of the history is named 'f1'",
        "Write val_f1",
    ),
    "monitor_measured_on_request": (
        None,
        {"training": {"early_stopping": {"monitor": "clean_loss"}}},
        "training.early_stopping.monitor",
        "error",
        "no metric of the history is named 'clean_loss'",
        "diagnostics: {clean_metrics: true}",
    ),
    "monitor_of_a_phase_unknown": (
        None,
        {"training": phase(schedule={"kind": "reduce_on_plateau", "monitor": "test_loss"})},
        "training.phases.second.schedule.monitor",
        "error",
        "named 'test_loss'",
        "loss",
    ),
    "early_stopping_that_never_watches": (
        None,
        {"training": {"early_stopping": {"start_from_epoch": 2}}},
        "training.early_stopping.start_from_epoch",
        "warning",
        "it never watches: the training has 2 epochs",
        "a smaller number",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_fragment_is_found_at_its_place_and_nothing_else_is(case: str) -> None:
    check_found(FOUND[case])


# What an expert may do on purpose, and what looks like a mistake but is none.
RIGHT: dict[str, tuple[list[Fields] | None, Fields]] = {
    "balanced_classes": (None, {"training": {"class_weights": "balanced"}}),
    "weights_by_class": (None, {"training": {"class_weights": [1.0] * 10}}),
    "whole_training_part_as_a_batch": (None, {"data": SMALL_DATA, "training": {"batch_size": 80}}),
    "boundary_reached": (
        None,
        {
            "data": SMALL_DATA,
            "training": {
                "batch_size": 40,
                "schedule": {"kind": "piecewise", "boundaries": [3], "factors": [1.0, 0.5]},
            },
        },
    ),
    "boundary_of_unknown_steps": (
        None,
        {"training": {"schedule": {"kind": "piecewise", "boundaries": [30_000], "factors": [1.0, 0.5]}}},
    ),
    "final_decay": (None, {"training": {"schedule": {"kind": "final_decay", "epochs": 2}}}),
    "phase_that_fine_tunes": (
        [BACKBONE, FLAT, TEN],
        {**CIFAR10, "training": phase(unfreeze=["backbone"])},
    ),
    "phase_that_fine_tunes_the_last_layers_slowly": (
        [{**BACKBONE, "trainable_layers": 3, "learning_rate_factor": 0.1}, FLAT, TEN],
        {**CIFAR10, "training": phase(unfreeze=["backbone"])},
    ),
    "phase_that_trains_all_of_a_backbone": (
        [{**BACKBONE, "trainable": True, "trainable_layers": 3}, FLAT, TEN],
        {**CIFAR10, "training": phase(unfreeze=["backbone"])},
    ),
    "phase_that_freezes_a_block": (
        [FLAT, {"kind": "residual", "layers": named([{"kind": "dense", "units": 64}])}, {**TEN, "name": "output"}],
        {"training": phase(freeze=["residual"])},
    ),
    "phase_at_another_rate": (None, {"training": phase(learning_rate=1e-4)}),
    "phase_with_a_schedule": (None, {"training": phase(schedule={"kind": "cosine"})}),
    "phase_after_a_schedule": (None, {"training": {"schedule": {"kind": "cosine"}, **phase()}}),
    "monitors": (
        None,
        {
            "training": {
                "early_stopping": {"monitor": "accuracy"},
                "schedule": {"kind": "reduce_on_plateau", "monitor": "val_objective"},
            }
        },
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_nothing_is_found_in_a_spec_that_is_right(case: str) -> None:
    layers, settings = RIGHT[case]
    assert found_in(layers, **settings) == []


@pytest.mark.parametrize("name", ON_VALIDATION_ONLY)
@pytest.mark.parametrize(
    "loss", [CategoricalCrossentropy(kind="categorical_crossentropy"), MeanSquaredError(kind="mean_squared_error")]
)
def test_metric_on_validation_only_is_no_metric_of_batches(name: str, loss: Loss) -> None:
    assert streamed_metrics((name,), Head(loss=loss, activation="linear", classes=10)) == []


def test_stopping_by_the_test_part_is_warned_of_where_it_stands() -> None:
    training = {
        "early_stopping": {"monitor": "val_accuracy"},
        "schedule": {"kind": "reduce_on_plateau", "monitor": "loss"},
        **phase(schedule={"kind": "reduce_on_plateau"}),
    }
    findings = found_in(data={"validation": {"use": "test"}}, training=training)
    assert [described(finding) for finding in findings] == [
        ("data.validation.use", "warning"),
        ("training.early_stopping.monitor", "warning"),
        ("training.phases.second.schedule.monitor", "warning"),
    ]
    assert "the test part steers the training it is to judge" in findings[1].message


def test_all_findings_come_in_one_report_errors_first() -> None:
    findings = found_in(
        [{"kind": "max_pooling2d"}, FLAT, {"kind": "dense", "units": 9, "activation": "relu"}],
        data={"validation": {"use": "test"}, "labels": {"noise": 0.1}},
        training={"early_stopping": {"monitor": "val_acc"}, "class_weights": [1.0, 1.0]},
    )
    assert [described(finding) for finding in findings] == [
        ("model.layers.max_pooling2d", "error"),
        ("training.class_weights", "error"),
        ("training.early_stopping.monitor", "error"),
        ("model.layers.dense.activation", "warning"),
        ("data.validation.use", "warning"),
        ("training.early_stopping.monitor", "warning"),
    ]


def test_phases_follow_each_other() -> None:
    phases = [
        {"name": "head", "epochs": 1, "freeze": ["body"]},
        {"name": "same", "epochs": 1, "freeze": ["body"]},
        {"name": "all", "epochs": 1, "unfreeze": ["bo*"], "learning_rate": 0.01},
        {"name": "again", "epochs": 1, "unfreeze": ["body"], "learning_rate": 0.01},
    ]
    layers: list[Fields] = [FLAT, {"kind": "dense", "units": 4, "name": "body"}, TEN]
    findings = found_in(layers, training={"phases": phases})
    assert [described(finding) for finding in findings] == [
        ("training.phases.same", "warning"),
        ("training.phases.again", "warning"),
    ]


def test_penalty_on_the_outputs_of_the_model_is_computed_in_float32() -> None:
    ten = {**TEN, "activity_regularizer": {"kind": "l2"}}
    assert found_in([FLAT, ten], training={"precision": "mixed_float16"}) == []

"""What the pre-flight says of models that are broken in one way, and that it says nothing of sound ones."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.data import Prepared
from ablation.spec import Trial
from tests.conftest import some
from tests.training.preflight.looked_at import (
    ADAM,
    FAR_BELOW_0,
    HIDDEN,
    ONE_NUMBER,
    OUTPUT,
    ZEROS,
    found,
    look_at,
    regression,
    reshaped,
    small,
)
from tests.training.small import prepared

SGD = {"kind": "sgd", "learning_rate": 0.5}
NUMBERS = {"loss": {"kind": "mean_squared_error"}, "metrics": ["mae"]}
FLAT = {"kind": "flatten", "name": "flat"}
NORM = {"kind": "batch_normalization", "name": "norm"}

BROKEN: dict[str, tuple[Trial, set[tuple[str, str | None]], str]] = {
    "weights_of_zero": (
        small({**HIDDEN, **ZEROS}, {**OUTPUT, **ZEROS}),
        {("warning", "hidden"), ("warning", "output"), ("error", None)},
        "it cannot learn 3 samples by heart",
    ),
    "relu_that_is_off": (
        small({**HIDDEN, **FAR_BELOW_0}, OUTPUT),
        {("warning", "hidden"), ("warning", "output"), ("error", None)},
        "100% of its units are off for all of 30 samples",
    ),
    "probabilities_taken_for_logits": (
        small(HIDDEN, {**OUTPUT, "activation": "softmax"}, FLAT),
        {("error", None)},
        "it cannot learn 3 samples by heart",
    ),
    "outputs_that_are_never_above_0": (
        small(HIDDEN, {**OUTPUT, "activation": "relu", **FAR_BELOW_0}),
        {("warning", "hidden"), ("warning", "output"), ("error", None)},
        "the gradient of kernel is 0 everywhere in the first step",
    ),
    "rate_too_high": (
        small(HIDDEN, OUTPUT, optimizer={"kind": "sgd", "learning_rate": 1e6}),
        {("warning", None)},
        "Lower the learning rate",
    ),
    "rate_too_low": (
        small(HIDDEN, OUTPUT, optimizer={"kind": "sgd", "learning_rate": 1e-12}),
        {("warning", None)},
        ". Raise the learning rate",
    ),
    "penalty_that_is_not_finite": (
        small({**HIDDEN, "activity_regularizer": {"kind": "l2", "factor": 3e38}}, OUTPUT),
        {("error", None)},
        "the objective or a gradient, penalties included, is not finite",
    ),
}


@pytest.mark.parametrize(("of", "expected", "message"), some(BROKEN, 2), ids=BROKEN)
def test_broken_model_is_found_with_its_reason(of: Trial, expected: set[tuple[str, str | None]], message: str) -> None:
    findings = look_at(of).findings
    assert {(each.severity, each.layer) for each in findings} == expected
    assert any(message in f"{each.message}. {each.hint}" for each in findings)
    assert {each.variant for each in findings} == {"plain"}


def test_inputs_of_another_scale_are_found_by_the_loss_at_the_start() -> None:
    findings = look_at(small(HIDDEN, OUTPUT), reshaped(prepared(), (4,), scale=1e4)).findings
    assert any("1.1 is expected of 3 classes" in each.message for each in findings)
    assert all(each.severity == "warning" for each in findings)


@pytest.mark.slow
def test_outputs_that_cannot_reach_the_targets_are_found() -> None:
    of = small(HIDDEN, {**ONE_NUMBER, "activation": "tanh"}, **NUMBERS)
    assert ("error", None) in found(of, regression(scale=10.0, offset=150.0), classes=None)


def test_loss_that_is_not_a_number_is_found() -> None:
    of = small({**HIDDEN, "activation": "exponential"}, OUTPUT)
    findings = look_at(of, reshaped(prepared(), (4,), scale=1e6)).findings
    assert any(each.severity == "error" and "the loss starts at" in each.message for each in findings)


def test_reshape_that_tears_neighbours_apart_is_found() -> None:
    of = small({"kind": "reshape", "name": "turned", "target_shape": [6, 4]}, FLAT, HIDDEN, OUTPUT)
    (finding,) = look_at(of, reshaped(prepared(), (4, 6))).findings
    assert (finding.severity, finding.layer) == ("warning", "turned")
    assert "reshapes (4, 6) to (6, 4)" in finding.message


SOUND: dict[str, Trial] = {
    "dense": small(HIDDEN, OUTPUT),
    "one_linear_layer": small(OUTPUT),
    "two_units": small({**HIDDEN, "units": 2, "activation": "tanh"}, OUTPUT),
    "slow_but_steady": small(HIDDEN, OUTPUT, optimizer={"kind": "sgd", "learning_rate": 0.02}),
    "batch_normalization": small({**HIDDEN, "use_bias": False}, NORM, OUTPUT),
    "strong_dropout": small(HIDDEN, {"kind": "dropout", "name": "drop", "rate": 0.95}, OUTPUT),
    "strong_penalty": small({**HIDDEN, "kernel_regularizer": {"kind": "l2", "factor": 10.0}}, OUTPUT),
    "strong_weight_decay": small(HIDDEN, OUTPUT, optimizer={**ADAM, "weight_decay": 10.0}),
    "label_smoothing": small(HIDDEN, OUTPUT, loss={"kind": "categorical_crossentropy", "label_smoothing": 0.9}),
    "focal": small(HIDDEN, OUTPUT, loss={"kind": "categorical_focal_crossentropy"}),
    "numbers_for_classes": small(HIDDEN, OUTPUT, loss={"kind": "mean_squared_error"}),
    "probabilities": small(HIDDEN, {**OUTPUT, "activation": "softmax"}),
    "yes_or_no_each": small(HIDDEN, OUTPUT, loss={"kind": "binary_crossentropy"}),
    "single_samples": small(HIDDEN, OUTPUT, batch_size=1),
    "whole_set": small(HIDDEN, OUTPUT, batch_size="all"),
    "class_weights": small(HIDDEN, OUTPUT, class_weights="balanced"),
    "warm_up": small(HIDDEN, OUTPUT, schedule={"kind": "cosine", "warmup_steps": 1000}),
    "constraint": small({**HIDDEN, "kernel_constraint": {"kind": "max_norm", "max_value": 3.0}}, OUTPUT),
    "held_layer": small({**HIDDEN, "trainable": False}, OUTPUT),
    "nothing_to_train": small({**OUTPUT, "trainable": False}),
}


@pytest.mark.parametrize("of", some(SOUND, 2), ids=SOUND)
def test_sound_model_has_no_findings(of: Trial) -> None:
    assert look_at(of).findings == ()


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber", "log_cosh"])
def test_sound_regression_has_no_findings(loss: str) -> None:
    of = small(HIDDEN, ONE_NUMBER, **{**NUMBERS, "loss": {"kind": loss}})
    assert found(of, regression(), classes=None) == set()


@pytest.mark.parametrize("data", [regression(), regression(scale=1e5, offset=1e6)], ids=["units", "dollars"])
def test_linear_model_that_cannot_hold_a_batch_has_no_errors(data: Prepared) -> None:
    assert ("error", None) not in found(small(ONE_NUMBER, **NUMBERS), data, classes=None)


NOISY_INSIDE: dict[str, list[dict[str, Any]]] = {
    "lstm": [{"kind": "lstm", "name": "steps", "units": 8, "dropout": 0.9, "recurrent_dropout": 0.9}],
    "bidirectional": [{"kind": "bidirectional", "name": "both", "layer": {"kind": "gru", "units": 8, "dropout": 0.9}}],
    "residual": [
        FLAT,
        {
            "kind": "residual",
            "name": "block",
            "shortcut": "projection",
            "layers": [HIDDEN, {"kind": "dropout", "name": "drop", "rate": 0.95}],
        },
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("layers", NOISY_INSIDE.values(), ids=NOISY_INSIDE)
def test_noise_inside_layers_does_not_keep_a_model_from_learning_by_heart(layers: list[dict[str, Any]]) -> None:
    assert found(small(*layers, OUTPUT), reshaped(prepared(), (6, 2))) == set()


def test_embedding_is_looked_at_though_a_batch_uses_some_of_its_rows() -> None:
    embedding = {"kind": "embedding", "name": "words", "input_dim": 50, "output_dim": 8}
    whole = reshaped(prepared(), (6,), scale=10.0)
    words = Prepared(*(type(s)(abs(s.x) // 1, s.y) for s in (whole.train, whole.validation, whole.test)), normalizer=())
    assert found(small(embedding, FLAT, HIDDEN, OUTPUT), words) == set()


def test_samples_of_one_label_leave_it_open_whether_a_model_can_learn() -> None:
    data = prepared()
    one = Prepared(type(data.train)(data.train.x, data.train.y * 0), data.validation, data.test, normalizer=())
    of = small({**HIDDEN, **ZEROS}, {**OUTPUT, **ZEROS}, optimizer={"kind": "sgd", "learning_rate": 1e-12})
    assert ("note", None) in found(of, one)


def test_samples_with_contradicting_labels_do_not_make_an_error() -> None:
    data = prepared()
    same = Prepared(type(data.train)(data.train.x * 0, data.train.y), data.validation, data.test, normalizer=())
    assert "error" not in {severity for severity, _ in found(small(HIDDEN, OUTPUT, optimizer=SGD), same)}


@pytest.mark.parametrize("precision", [pytest.param("mixed_bfloat16", marks=pytest.mark.slow), "mixed_float16"])
def test_model_of_16_bits_is_looked_at_in_its_precision(precision: str) -> None:
    hidden = {"kind": "dense", "name": "hidden", "units": 16, "activation": "tanh"}
    assert found(small(hidden, OUTPUT, precision=precision)) == set()
    large = {**hidden, "activation": "exponential", "kernel_initializer": {"kind": "constant", "value": 30.0}}
    assert ("error", None) in found(small(large, OUTPUT, precision="mixed_float16"))

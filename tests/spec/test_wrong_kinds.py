"""Kinds that are unknown, missing, or written as something else than a mapping; and words out of a choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import Wrong, assert_reported, changed, problems

INITIALIZER = "model.layers.hidden.kernel_initializer"
A_KIND = "must be a mapping with a kind"


def initializer(text: str, hint: str, message: str = A_KIND, below: str = "") -> Wrong:
    return Wrong("units: 8", f"units: 8, kernel_initializer: {text}", 9, INITIALIZER + below, message, hint)


def regularizer(text: str, hint: str) -> Wrong:
    new, path = f"units: 8, kernel_regularizer: {text}", "model.layers.hidden.kernel_regularizer.kind"
    return Wrong("units: 8", new, 9, path, "needs a kind", hint)


def layer(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("{kind: flatten, name: flat}", text, 8, f"model.layers.{path}", message, hint)


def optimizer(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("{kind: sgd, learning_rate: 0.1}", text, 13, f"training.optimizer{path}", message, hint)


WRONG_KINDS = {
    "name_of_a_kind": initializer("he_uniform", "got 'he_uniform'. Write {kind: he_uniform}. Start of the kernel."),
    "name_near_a_kind": initializer("he_unifrm", "got 'he_unifrm'. Did you mean {kind: he_uniform}?"),
    "name_of_a_kind_in_a_list": initializer("[he_uniform]", "Write {kind: he_uniform}."),
    "kind_in_a_list": initializer("[{kind: zeros}]", "Write it without the list: {kind: zeros}."),
    "number": initializer("3", "got 3. Write {kind: ...}, one of zeros, ones, glorot_uniform,"),
    "nothing": initializer("", "got nothing. Write {kind: ...}, one of zeros,"),
    "kind_as_a_key": initializer("{he_uniform: {}}", "Write {kind: he_uniform}.", "needs a kind", ".kind"),
    "kind_as_a_list": initializer("{kind: [a]}", "Choose from: zeros,", "unknown kind [a]", ".kind"),
    "kind_as_a_mapping": initializer("{kind: {a: 1}}", "Choose from: zeros,", "unknown kind {a: 1}", ".kind"),
    "kind_left_empty": initializer("{kind: }", "Write {kind: ...}, one of zeros,", "needs a kind", ".kind"),
    "kind_in_capitals": initializer("{kind: He_Uniform}", "mean he_uniform?", "unknown kind 'He_Uniform'", ".kind"),
    "value_inside": initializer("{kind: constant, value: x}", "got 'x'. The value", "must be a number", ".value"),
    "key_inside": initializer("{kind: constant, vlaue: 3}", "Did you mean value?", "unknown key", ".vlaue"),
    "kind_as_a_key_with_its_setting": regularizer("{l2: 0.01}", "Write {kind: l2, factor: 0.01}."),
    "kind_told_by_the_keys": regularizer("{l1: 0.01, l2: 0.01}", "Add `kind: l1_l2`."),
    "kind_of_several_that_fit": regularizer("{factor: 0.1}", "one of l1, l2, l1_l2, orthogonal."),
    "layer_by_its_kind_alone": layer("flatten", "0", A_KIND, "got 'flatten'. Write {kind: flatten, name: ...}."),
    "layer_near_a_kind": layer("flaten", "0", A_KIND, "Did you mean {kind: flatten, name: ...}?"),
    "layer_misspelt": layer("{kind: dropuot, name: a}", "a.kind", "unknown kind 'dropuot'", "Did you mean dropout?"),
    "layer_as_keras_calls_it": layer("{kind: Conv2D, name: a}", "a.kind", "unknown kind 'Conv2D'", "mean conv2d?"),
    "layer_by_its_initials": layer("{kind: bn, name: a}", "a.kind", "unknown kind 'bn'", "Did you mean batch_norm"),
    "layer_without_a_kind": layer("{name: flat}", "flat.kind", "needs a kind", "one of dense, embedding, conv1d,"),
    "cell_by_its_kind_alone": layer(
        "{kind: bidirectional, name: b, layer: lstm}", "b.layer", A_KIND, "Write {kind: lstm, units: ...}."
    ),
    "cell_with_a_wrong_value": layer(
        "{kind: bidirectional, name: b, layer: {kind: lstm, units: '3'}}", "b.layer.units", "whole number", "quotes"
    ),
    "step_by_its_kind_alone": Wrong(
        "[{kind: rescale, scale: 0.0625}]",
        "rescale",
        5,
        "data.normalize",
        "must be a list",
        "got 'rescale'. Write [{kind: rescale, scale: ...}].",
    ),
    "step_without_its_list": Wrong(
        "[{kind: rescale, scale: 0.0625}]",
        "{kind: rescale, scale: 0.0625}",
        5,
        "data.normalize",
        "must be a list",
        "Write [{kind: rescale, scale: 0.0625}].",
    ),
    "optimizer_unknown": optimizer("{kind: sgdm}", ".kind", "unknown kind 'sgdm'", "Did you mean sgd?"),
    "optimizer_far_from_any": optimizer(
        "{kind: lbfgs}",
        ".kind",
        "unknown kind 'lbfgs'",
        "Choose from: sgd, rmsprop, adam, adamw, nadam, adamax, adagrad, adadelta, lion.",
    ),
    "optimizer_as_a_list": optimizer("[sgd]", "", A_KIND, "got [sgd]. Write {kind: sgd}. The update rule."),
    "optimizer_with_a_setting_of_another": optimizer(
        "{kind: sgd, beta_1: 0.9}", ".beta_1", "unknown key", "Choose from: weight_decay,"
    ),
    "optimizer_clipped_twice": optimizer(
        "{kind: sgd, clipnorm: 1.0, clipvalue: 1.0}", "", "not by clipnorm and clipvalue", "got {kind: sgd,"
    ),
    "loss_by_an_abbreviation": Wrong(
        "epochs: 2", "epochs: 2\n  loss: mse", 15, "training.loss", A_KIND, "Did you mean {kind: mean_squared_error}?"
    ),
    "word_misspelt": Wrong(
        "activation: relu",
        "activation: rely",
        9,
        "model.layers.hidden.activation",
        "is none of the words that are allowed here",
        "got 'rely'. Did you mean relu? Applied to the output.",
    ),
    "word_as_a_kind": Wrong(
        "activation: relu", "activation: {kind: relu}", 9, "model.layers.hidden.activation", "is none", "Write relu."
    ),
    "word_in_a_key_named_like_its_kind": layer(
        "{kind: activation, name: act, activation: rely}", "act.activation", "is none of the words", "mean relu? The"
    ),
    "word_of_few": layer(
        "{kind: conv2d, name: c, filters: 1, kernel_size: 1, padding: sam}", "c.padding", "valid or same", "mean same?"
    ),
    "word_or_a_file": layer(
        "{kind: backbone, name: b, network: vgg16, weights: imagenett}", "b.weights", "imagenet or none", "imagenet?"
    ),
    "network_unknown": layer("{kind: backbone, name: b, network: vgg20}", "b.network", "is none of", "mean vgg19?"),
    "metric_unknown": Wrong(
        "epochs: 2", "epochs: 2\n  metrics: [acuracy]", 15, "training.metrics.0", "is none of", "Did you mean accuracy?"
    ),
    "dataset_unknown": Wrong("digits", "digit", 3, "data.dataset", "no dataset is named 'digit'", "mean digits?"),
}


@pytest.mark.parametrize("name", WRONG_KINDS)
def test_kind_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_KINDS[name])


def test_layers_inside_a_residual_block_are_reported_by_their_own_names(tmp_path: Path) -> None:
    inside = (
        "[{kind: dense, name: a, units: x}, {kind: dens, name: b}, {kind: residual, name: c, layers: [{kind: elu}]}]"
    )
    text = changed("{kind: flatten, name: flat}", f"{{kind: residual, name: block, layers: {inside}}}")
    assert [(found.mark.line, found.path, found.message) for found in problems(tmp_path, text)] == [
        (8, "model.layers.block.layers.a.units", "must be a whole number"),
        (8, "model.layers.block.layers.b.kind", "unknown kind 'dens'"),
        (8, "model.layers.block.layers.c.layers.0.name", "is missing"),
    ]

"""Variants: their changes, the names that refer to them, and mistakes that only some of them have."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import Wrong, assert_reported, changed, load, problems

SET = "model.layers.drop.enabled: true"
NOWHERE = "matches nothing"
NAMES = "beginning with a lower-case letter or digit; at most 63 characters"


def change(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong(SET, text, 18, path, message, hint)


def path(text: str, hint: str) -> Wrong:
    return Wrong(SET, f"{text}: 1", 18, f"variants.dropout.set.{text}", NOWHERE, hint)


def plain(text: str, below: str, message: str, hint: str) -> Wrong:
    return Wrong("plain: {}", f"plain: {text}", 17, f"variants.plain{below}", message, hint)


def compare(text: str, key: str, message: str, hint: str) -> Wrong:
    return Wrong("{metric: val_loss, baseline: plain}", text, 19, f"compare.{key}", message, hint)


def gates(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong("compare:", f"gates: {text}\ncompare:", 19, path, message, hint)


WRONG_VARIANTS = {
    "path_of_no_layer": path(
        "model.layers.drop_1.enabled", "nothing in model.layers matches 'drop_1'. Did you mean dr"
    ),
    "path_of_a_position": path("model.layers.0.units", "Choose from: drop, flat, hidden, output."),
    "path_below_a_number": path("training.epochs.first", "nothing in training.epochs matches 'first'."),
    "path_outside_of_a_trial": path("seeds", "a variant changes data, model, training."),
    "path_misspelt_at_its_start": path("modle.layers.drop.rate", "data, model, training. Did you mean model?"),
    "path_with_an_empty_step": path("model..enabled", "write it like model.layers.hidden_1.units"),
    "wildcard_that_matches_nothing": path("model.layers.dorp*.rate", "matches 'dorp*'. Did you mean drop?"),
    "path_unknown_at_its_end": change(
        "model.layers.drop.enable: true", "model.layers.drop.enable", "unknown key", "Did you mean enabled?"
    ),
    "path_unknown_in_the_middle": change(
        "model.layrs.drop.enabled: true", "model.layrs", "unknown key", "Did you mean layers?"
    ),
    "wildcard_that_reaches_too_much": change(
        "model.layers.h*.rate: 0.1", "model.layers.hidden.rate", "unknown key", "Choose from: name, enabled,"
    ),
    "value_of_a_wrong_type": change(
        "model.layers.hidden.units: '9'", "model.layers.hidden.units", "whole number", "got '9'. Remove the quotes."
    ),
    "value_out_of_range": change(
        "model.layers.hidden.kernel_regularizer: {kind: l2, factor: -1}",
        "model.layers.hidden.kernel_regularizer.factor",
        "must be at least 0",
        "got -1. Strength of the penalty.",
    ),
    "value_below_a_section_that_is_left_out": change(
        "training.loss.label_smoothing: 2", "training.loss.label_smoothing", "must be less than 1", "got 2."
    ),
    "value_without_its_kind": change(
        "model.layers.hidden.kernel_regularizer: l2",
        "model.layers.hidden.kernel_regularizer",
        "must be a mapping with a kind",
        "Write {kind: l2}.",
    ),
    "section_taken_away": change("model: ~", "model", "must be a mapping", "got nothing. Write its keys below it."),
    "layers_taken_away": change("model.layers: []", "model.layers", "must not be empty", "got []."),
    "dataset_unknown": change("data.dataset: mnits", "data.dataset", "no dataset is named 'mnits'", "mean mnist?"),
    "outputs_too_few": change("model.layers.output.units: 9", "model.layers.output.units", "10 outputs", "units: 10"),
    "variant_left_empty": plain(
        "", "", "must be a mapping", "got nothing. Write {} for nothing in it, or remove the key."
    ),
    "variant_as_a_list": plain("[]", "", "must be a mapping", "with the keys set, description."),
    "variant_with_a_wrong_key": plain("{est: {}}", ".est", "unknown key", "Did you mean set?"),
    "changes_as_a_list": plain("{set: [a]}", ".set", "must be a mapping", "got [a]. Write `key: value`. New values by"),
    "description_as_a_number": plain("{description: 3}", ".description", "must be text", "got 3. Put it in quotes."),
    "variant_equal_to_the_baseline": Wrong(
        "enabled: true",
        "enabled: false",
        18,
        "variants.dropout",
        "is equal to the baseline plain",
        "it would train the baseline under another name",
    ),
    "variants_none": Wrong(
        f"  plain: {{}}\n  dropout: {{set: {{{SET}}}}}\ncompare: {{metric: val_loss, baseline: plain}}",
        "  {}",
        16,
        "variants",
        "must not be empty",
        "got {}.",
    ),
    "baseline_unknown": compare("{baseline: plan}", "baseline", "no variant is named 'plan'", "Did you mean plain?"),
    "metric_unknown": compare("{metric: val_los}", "metric", "no metric is named 'val_los'", "Did you mean val_loss?"),
    "direction_unknown": compare(
        "{direction: up}", "direction", "must be min or max", "got 'up'. Choose from: min, max."
    ),
    "margin_zero": compare("{margin: 0}", "margin", "must be greater than 0", "got 0. The smallest difference"),
    "gate_without_bounds": gates(
        "[{name: g, metric: val_loss}]", "gates.g", "needs a minimum, a maximum, or both", "got"
    ),
    "gate_of_an_unknown_metric": gates(
        "[{name: g, metric: test_accurcy, minimum: 0.9}]", "gates.g.metric", "'test_accurcy'", "mean test_accuracy?"
    ),
    "gate_of_an_unknown_variant": gates(
        "[{name: g, metric: val_loss, maximum: 1, variant: dropot}]", "gates.g.variant", "no variant", "mean dropout?"
    ),
    "gate_relative_to_an_unknown_variant": gates(
        "[{name: g, metric: val_loss, maximum: 1, relative_to: x}]", "gates.g.relative_to", "'x'", "plain, dropout."
    ),
    "gate_without_its_list": gates("{name: g, metric: a}", "gates", "must be a list", "begin each item with `- `"),
    "gate_repeated": gates(
        "[{name: g, metric: val_loss, maximum: 1}, {name: g, metric: val_loss, minimum: 0}]",
        "gates.g.name",
        "more than one gate is named g",
        "give each its own",
    ),
}


@pytest.mark.parametrize("name", WRONG_VARIANTS)
def test_variant_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_VARIANTS[name])


def test_name_of_a_variant_that_is_wrong_is_reported_with_a_right_one(tmp_path: Path) -> None:
    text = changed("  dropout:", "  Drop Out:")
    (problem,) = problems(tmp_path, text)
    assert (problem.mark.line, problem.path) == (18, "variants.Drop Out")
    assert NAMES in problem.message
    assert problem.hint.startswith("got 'Drop Out'. Write drop-out.")


def test_problem_that_one_variant_has_without_changing_its_place_names_the_variant(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, changed(SET, "model.layers.*.enabled: false"))
    assert (problem.mark.line, problem.path) == (7, "model.layers")
    assert problem.message == "every layer is disabled"
    assert problem.hint == "Enable at least the output layer. In variant dropout."


def test_compared_metric_that_is_not_watched_is_reported(tmp_path: Path) -> None:
    text = changed("val_loss", "val_accuracy", changed("epochs: 2", "epochs: 2\n  metrics: []"))
    (problem,) = problems(tmp_path, text)
    assert (problem.mark.line, problem.path) == (20, "compare.metric")
    assert problem.hint == "Choose from: train_loss, val_loss, test_loss."


def test_only_of_an_unknown_variant_names_the_nearest(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, only=("dropuot",))
    assert str(problem) == "--only dropuot: no such variant\n  Did you mean dropout?"


def test_variant_equal_to_another_but_not_to_the_baseline_is_warned_of(tmp_path: Path) -> None:
    text = changed("compare:", f"  again: {{set: {{{SET}}}}}\ncompare:")
    (warning,) = load(tmp_path, text).warnings
    assert str(warning) == (
        f"{tmp_path}/spec.yaml:19: variants.again: warning: is equal to dropout\n"
        "  It is trained once and stands for both."
    )

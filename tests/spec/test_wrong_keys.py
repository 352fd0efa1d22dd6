"""Keys that are misspelt, missing, twice there, or in the wrong section."""

from __future__ import annotations

from pathlib import Path

import pytest

from .documents import Wrong, assert_reported, changed, problems

UNKNOWN = "unknown key"

WRONG_KEYS = {
    "misspelt_at_the_top": Wrong("seeds:", "sedes:", 15, "sedes", UNKNOWN, "Did you mean seeds?"),
    "misspelt_in_a_section": Wrong(
        "  dataset:", "  sbset: {}\n  dataset:", 3, "data.sbset", UNKNOWN, "Did you mean subset?"
    ),
    "misspelt_in_a_layer": Wrong(
        "activation: relu",
        "activaton: relu",
        9,
        "model.layers.hidden.activaton",
        UNKNOWN,
        "Did you mean activation?",
    ),
    "in_camel_case": Wrong(
        "units: 8", "units: 8, kernelInitializer: 3", 9, "model.layers.hidden.kernelInitializer", UNKNOWN, "kernel_i"
    ),
    "with_hyphens": Wrong("epochs: 2", "epochs: 2\n  batch-size: 3", 15, "training.batch-size", UNKNOWN, "batch_size?"),
    "british": Wrong("  optimizer:", "  optimiser:", 13, "training.optimiser", UNKNOWN, "Did you mean optimizer?"),
    "initials": Wrong("0.1}", "0.1, lr: 0.1}", 13, "training.optimizer.lr", UNKNOWN, "Did you mean learning_rate?"),
    "part_of_a_name": Wrong(
        "units: 8", "units: 8, regularizer: 3", 9, "model.layers.hidden.regularizer", UNKNOWN, "_regularizer?"
    ),
    "far_from_any": Wrong(
        "epochs: 2",
        "epochs: 2\n  colour: red",
        15,
        "training.colour",
        UNKNOWN,
        "Choose from: optimizer, schedule, loss, metrics, class_weights, epochs, batch_size, precision, "
        "sparse_inputs, share_features, phases, early_stopping, diagnostics.",
    ),
    "of_a_section_below": Wrong(
        "epochs: 2", "epochs: 2\n  learning_rate: 1", 15, "training.learning_rate", UNKNOWN, "It belongs in optimizer."
    ),
    "of_a_section_at_the_top": Wrong("seeds:", "batch_size: 3\nseeds:", 15, "batch_size", UNKNOWN, "in training."),
    "of_another_section": Wrong(
        "seeds:", "runtime: {precision: mixed_float16}\nseeds:", 15, "runtime.precision", UNKNOWN, "training.precision?"
    ),
    "missing_in_a_layer": Wrong(
        "name: hidden, units: 8,",
        "name: hidden,",
        9,
        "model.layers.hidden.units",
        "is missing",
        "Add `units:`. Number of outputs.",
    ),
    "missing_name_of_a_layer": Wrong(
        "kind: flatten, name: flat", "kind: flatten", 8, "model.layers.0.name", "is missing", "Add `name:`. Unique"
    ),
    "missing_in_a_section": Wrong("  dataset: digits\n", "", 2, "data.dataset", "is missing", "Add `dataset:`."),
    "missing_at_the_top": Wrong("study: small\n", "", 1, "study", "is missing", "Add `study:`. Name of the study"),
    "twice": Wrong("epochs: 2", "epochs: 2\n  epochs: 3", 15, "training.epochs", "duplicate key", "set in line 14."),
    "twice_in_a_layer": Wrong(
        "units: 8",
        "units: 8, units: 9",
        9,
        "model.layers.hidden.units",
        "duplicate key",
        "It is already set in line 9.",
    ),
    "number": Wrong("data:\n", "3: x\ndata:\n", 2, "", "a key must be text, got '3'", "Quote it."),
    "number_with_a_comma": Wrong(
        "units: 8", "units: 1,000", 9, "model.layers.hidden", "a key must be text, got '000'", "write 1000, not 1,000"
    ),
    "nothing": Wrong("data:\n", "~: x\ndata:\n", 2, "", "a key must be text, got '~'", "Quote it."),
    "list": Wrong("data:\n", "? [a]\n: x\ndata:\n", 2, "", "a key must be text, got a sequence", "Quote it."),
    "path_outside_of_set": Wrong(
        "{set: {model.layers.drop.enabled: true}}",
        "{model.layers.drop.enabled: true}",
        18,
        "variants.dropout.model.layers.drop.enabled",
        UNKNOWN,
        "Choose from: set, description.",
    ),
    "layer_name_repeated": Wrong(
        "name: output",
        "name: hidden",
        11,
        "model.layers.hidden.name",
        "more than one layer is named hidden",
        "give each its own",
    ),
}


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_key_that_is_wrong_is_reported_at_its_place(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_KEYS[name])


def test_key_misspelt_where_it_is_needed_is_both_missing_and_unknown(tmp_path: Path) -> None:
    found = problems(tmp_path, changed("epochs: 2", "epoch: 2"))
    assert [(problem.mark.line, problem.path, problem.message) for problem in found] == [
        (12, "training.epochs", "is missing"),
        (14, "training.epoch", "unknown key"),
    ]


def test_every_section_that_is_missing_is_reported_once(tmp_path: Path) -> None:
    found = problems(tmp_path, "study: small\n")
    assert [(problem.mark.line, problem.path, problem.message) for problem in found] == [
        (1, "data", "is missing"),
        (1, "model", "is missing"),
        (1, "training", "is missing"),
    ]


def test_same_mistake_twice_in_one_line_is_reported_twice(tmp_path: Path) -> None:
    layers = "  layers: [{kind: dense, name: a, units: x}, {kind: dense, name: b, units: x}]\n"
    text = changed("model:\n", "model:\n" + layers).replace("  layers:\n", "  other:\n")
    wrong = [problem.path for problem in problems(tmp_path, text) if problem.message == "must be a whole number"]
    assert wrong == ["model.layers.a.units", "model.layers.b.units"]

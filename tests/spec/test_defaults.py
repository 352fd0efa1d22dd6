"""`model.defaults`: what layers of a kind share."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec.layers import Dense, Residual
from ablation.spec.regularizers import L1, L2

from .documents import SMALL, Wrong, assert_reported, changed, load, problems

MODEL = "model:\n"


def with_defaults(text: str, spec: str = SMALL) -> str:
    return changed(MODEL, f"{MODEL}  defaults: {text}\n", spec)


def dense(directory: Path, text: str, variant: int = 0) -> dict[str, Dense]:
    """Return the dense layers of a variant, those inside residual blocks included, by name."""
    layers = load(directory, text).variants[variant].spec.model.all_layers
    return {layer.name: layer for layer in layers if isinstance(layer, Dense)}


def test_default_reaches_every_layer_of_its_kind(tmp_path: Path) -> None:
    layers = dense(tmp_path, with_defaults("{dense: {kernel_regularizer: {kind: l2, factor: 0.5}}}"))
    assert [layer.kernel_regularizer for layer in layers.values()] == [L2(kind="l2", factor=0.5)] * 2


def test_setting_of_a_layer_itself_comes_before_the_default(tmp_path: Path) -> None:
    layers = dense(tmp_path, with_defaults("{dense: {activation: tanh}}"))
    assert {name: layer.activation for name, layer in layers.items()} == {"hidden": "relu", "output": "tanh"}


def test_null_of_a_layer_itself_comes_before_the_default(tmp_path: Path) -> None:
    text = changed(
        "units: 10", "units: 10, kernel_regularizer: ~", with_defaults("{dense: {kernel_regularizer: {kind: l1}}}")
    )
    layers = dense(tmp_path, text)
    assert (layers["hidden"].kernel_regularizer, layers["output"].kernel_regularizer) == (L1(kind="l1"), None)


def test_default_gives_a_layer_what_it_needs(tmp_path: Path) -> None:
    text = with_defaults("{dense: {units: 10}}", changed("units: 8, ", ""))
    assert dense(tmp_path, text)["hidden"].units == 10


def test_default_reaches_layers_inside_a_residual_block(tmp_path: Path) -> None:
    block = "{kind: residual, name: block, layers: [{kind: dense, name: inner, units: 64}]}"
    text = with_defaults(
        "{dense: {use_bias: false}}",
        changed("{kind: flatten, name: flat}", f"{{kind: flatten, name: flat}}\n    - {block}"),
    )
    model = load(tmp_path, text).variants[0].spec.model
    (residual,) = [layer for layer in model.layers if isinstance(layer, Residual)]
    assert [layer.use_bias for layer in residual.layers if isinstance(layer, Dense)] == [False]


def test_variant_changes_a_default_of_all_layers(tmp_path: Path) -> None:
    change = "model.defaults.dense.kernel_regularizer: {kind: l2, factor: 0.25}"
    layers = dense(tmp_path, changed("model.layers.drop.enabled: true", change), variant=1)
    assert [layer.kernel_regularizer for layer in layers.values()] == [L2(kind="l2", factor=0.25)] * 2


def test_variant_changes_one_layer_before_the_default(tmp_path: Path) -> None:
    text = with_defaults("{dense: {use_bias: false}}", changed("drop.enabled: true", "output.use_bias: true"))
    assert [layer.use_bias for layer in dense(tmp_path, text, variant=1).values()] == [False, True]


def test_defaults_are_not_shared_between_layers_or_variants(tmp_path: Path) -> None:
    text = with_defaults(
        "{dense: {kernel_regularizer: {kind: l2}}}",
        changed("drop.enabled: true", "output.kernel_regularizer: {kind: l1}"),
    )
    assert [str(layer.kernel_regularizer) for layer in dense(tmp_path, text).values()] == ["kind='l2' factor=0.01"] * 2


def default(text: str, path: str, message: str, hint: str) -> Wrong:
    return Wrong(MODEL, f"{MODEL}  defaults: {text}\n", 7, f"model.defaults{path}", message, hint)


WRONG_DEFAULTS = {
    "kind_unknown": default("{dens: {units: 3}}", ".dens", "unknown kind 'dens'", "Did you mean dense?"),
    "kind_of_no_layer": default(
        "{conv2d: {filters: 3}}", ".conv2d", "matches no layer", "Remove it, or add such a layer"
    ),
    "key_unknown": default(
        "{dense: {kernel: 3}}", ".dense.kernel", "unknown key", "Choose from: trainable, activation,"
    ),
    "key_misspelt": default(
        "{dense: {activaton: relu}}", ".dense.activaton", "unknown key", "Did you mean activation?"
    ),
    "key_of_one_layer": default("{dense: {name: a}}", ".dense.name", "is each layer's own", "Choose from: trainable,"),
    "switch_of_one_layer": default("{dropout: {enabled: true}}", ".dropout.enabled", "is each layer's own", "rate"),
    "value_of_a_wrong_type": default(
        "{dense: {units: '8'}}", ".dense.units", "must be a whole number", "Remove the quotes."
    ),
    "value_out_of_range": default("{dropout: {rate: 2}}", ".dropout.rate", "must be less than 1", "got 2."),
    "word_unknown": default("{dense: {activation: rely}}", ".dense.activation", "is none of the words", "mean relu?"),
    "kind_alone": default(
        "{dense: {kernel_initializer: he_uniform}}",
        ".dense.kernel_initializer",
        "with a kind",
        "Write {kind: he_uniform}.",
    ),
    "value_far_below": default(
        "{dense: {kernel_initializer: {kind: constant, value: x}}}",
        ".dense.kernel_initializer.value",
        "number",
        "got 'x'.",
    ),
    "key_missing_below": default(
        "{dense: {kernel_regularizer: {l2: 0.1}}}",
        ".dense.kernel_regularizer.kind",
        "needs a kind",
        "{kind: l2, factor: 0.1}",
    ),
    "settings_as_a_number": default("{dense: 3}", ".dense", "must be a mapping of keys to values", "got 3."),
    "settings_left_empty": default("{dense: }", ".dense", "must be a mapping of keys to values", "got nothing."),
    "defaults_as_a_list": default("[a]", "", "must be a mapping of keys to values", "got [a]."),
}


@pytest.mark.parametrize("name", WRONG_DEFAULTS)
def test_default_that_is_wrong_is_reported_once_where_it_stands(tmp_path: Path, name: str) -> None:
    assert_reported(tmp_path, WRONG_DEFAULTS[name])


def test_default_that_is_wrong_in_a_variant_is_reported_at_its_change(tmp_path: Path) -> None:
    text = changed("model.layers.drop.enabled: true", "model.defaults.dense.activation: rely")
    (problem,) = problems(tmp_path, text)
    assert (problem.mark.line, problem.path) == (18, "model.defaults.dense.activation")

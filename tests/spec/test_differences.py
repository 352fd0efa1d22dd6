from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ablation.spec import differences

from .documents import SMALL, load

L2 = {"kind": "l2", "factor": 0.003}
# What a variant sets, and what that changes in the resolved spec.
CHANGES: dict[str, tuple[str, list[tuple[str, str, Any, Any]]]] = {
    "number": ("{training.epochs: 5}", [("training.epochs", "changed", 2, 5)]),
    "setting of one layer": (
        "{model.layers.hidden.units: 4}",
        [("model.layers.hidden.units", "changed", 8, 4)],
    ),
    "regulariser where there was none": (
        "{model.layers.hidden.kernel_regularizer: {kind: l2, factor: 3e-3}}",
        [("model.layers.hidden.kernel_regularizer", "changed", None, L2)],
    ),
    "setting of the same kind": (
        "{training.optimizer: {kind: sgd, learning_rate: 0.5, nesterov: true}}",
        [
            ("training.optimizer.learning_rate", "changed", 0.1, 0.5),
            ("training.optimizer.nesterov", "changed", False, True),
        ],
    ),
    "other kind, with what is written of it": (
        "{training.optimizer: {kind: adam}}",
        [("training.optimizer", "changed", {"kind": "sgd", "learning_rate": 0.1}, {"kind": "adam"})],
    ),
    "layer switched on": (
        "{model.layers.drop.enabled: true}",
        [("model.layers.drop", "added", None, {"kind": "dropout", "rate": 0.5})],
    ),
    "layer switched off": (
        "{model.layers.hidden.enabled: false}",
        [("model.layers.hidden", "removed", {"kind": "dense", "activation": "relu", "units": 8}, None)],
    ),
    "steps of a list without names": (
        "{data.normalize: [{kind: standardize}]}",
        [("data.normalize", "changed", [{"kind": "rescale", "scale": 0.0625}], [{"kind": "standardize"}])],
    ),
    "two places": (
        "{training.epochs: 5, data.validation: {fraction: 0.5}}",
        [("data.validation.fraction", "changed", 0.25, 0.5), ("training.epochs", "changed", 2, 5)],
    ),
}


@pytest.mark.parametrize(("set_", "expected"), CHANGES.values(), ids=CHANGES)
def test_differences_name_every_place_once(
    tmp_path: Path, set_: str, expected: list[tuple[str, str, Any, Any]]
) -> None:
    text = SMALL.replace("  dropout: {set: {model.layers.drop.enabled: true}}", f"  other: {{set: {set_}}}")
    plain, other = load(tmp_path, text).variants
    found = [(each.path, each.change, each.before, each.after) for each in differences(plain.spec, other.spec)]
    assert found == expected


def test_differences_of_equal_specs_are_none(tmp_path: Path) -> None:
    plain, _ = load(tmp_path).variants
    assert differences(plain.spec, plain.spec) == ()


def test_differences_of_layers_in_another_order_say_the_orders(tmp_path: Path) -> None:
    before, after = "[flat, hidden, output]", "[hidden, flat, output]"
    layers = "{model.layers: [{kind: dense, name: hidden, units: 8, activation: relu}, {kind: flatten, name: flat}, "
    layers += "{kind: dense, name: output, units: 10}]}"
    text = SMALL.replace("{model.layers.drop.enabled: true}", layers)
    plain, other = load(tmp_path, text).variants
    (found,) = differences(plain.spec, other.spec)
    assert (found.path, found.change) == ("model.layers", "changed")
    assert [f"[{', '.join(order)}]" for order in (found.before, found.after)] == [before, after]


def test_differences_inside_a_block_have_the_path_of_a_variant(tmp_path: Path) -> None:
    block = "{kind: residual, name: block, shortcut: projection, layers: [{kind: dense, name: inner, units: 8}]}"
    text = SMALL.replace("{kind: dropout, name: drop, rate: 0.5, enabled: false}", block)
    text = text.replace("model.layers.drop.enabled: true", "model.layers.block.layers.inner.units: 4")
    plain, other = load(tmp_path, text).variants
    assert [each.path for each in differences(plain.spec, other.spec)] == ["model.layers.block.layers.inner.units"]

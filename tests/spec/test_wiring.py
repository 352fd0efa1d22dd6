"""Which layer feeds which: `inputs`, disabled layers, merges, residual blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.spec import ModelSpec, Problem
from ablation.spec.layers import Residual

from .documents import changed, load, problems

HEAD = "study: wires\ndata: {dataset: digits}\nmodel:\n  layers:\n    - {kind: flatten, name: flat}\n"
TAIL = "    - {kind: dense, name: output, units: 10}\ntraining: {epochs: 1}\n"
A, B = "{kind: dense, name: a, units: 8}", "{kind: dense, name: b, units: 8}"


def spec(*layers: str) -> str:
    """Write a spec with these layers between a flatten layer, in line 5, and the output."""
    return HEAD + "".join(f"    - {layer}\n" for layer in layers) + TAIL


def model(directory: Path, *layers: str) -> ModelSpec:
    return load(directory, spec(*layers)).variants[0].spec.model


def wires(found: ModelSpec) -> dict[str, tuple[str, ...] | None]:
    """Return the inputs of every layer but the first, None for the layer before it."""
    return {layer.name: layer.inputs for layer in found.layers[1:]}


def wrong(directory: Path, *layers: str) -> list[tuple[int | None, str, str]]:
    return [_row(problem) for problem in problems(directory, spec(*layers))]


def _row(problem: Problem) -> tuple[int | None, str, str]:
    return problem.mark.line, problem.path, problem.message


ADD = "{kind: add, name: sum, inputs: [a, b]}"

CONNECTED = {
    "in_a_row": ((A, B), {"a": None, "b": None, "output": None}),
    "disabled_layer": (
        (A, "{kind: dropout, name: d, rate: 0.5, enabled: false}", B),
        {"a": None, "b": None, "output": None},
    ),
    "inputs_written_out": ((A, B.replace("8}", "8, inputs: [a]}")), {"a": None, "b": None, "output": None}),
    "skip": ((A, B, ADD), {"a": None, "b": None, "sum": ("a", "b"), "output": None}),
    "branch": (
        (A, B.replace("8}", "8, inputs: [flat]}"), ADD),
        {"a": None, "b": ("flat",), "sum": ("a", "b"), "output": None},
    ),
    "branch_disabled": (
        (A.replace("8}", "64}"), B.replace("8}", "8, inputs: [flat], enabled: false}"), ADD),
        {"a": None, "sum": ("a", "flat"), "output": None},
    ),
    "merge_disabled_passes_its_first_input": (
        (A, B, ADD.replace("]}", "], enabled: false}")),
        {"a": None, "output": None},
    ),
    "merge_disabled_of_a_branch": (
        (A, B.replace("8}", "8, inputs: [flat]}"), "{kind: add, name: sum, inputs: [b, a], enabled: false}"),
        {"b": None, "output": None},
    ),
    "merge_disabled_leaves_out_all_that_led_to_it": (
        (
            A,
            "{kind: relu, name: r}",
            B.replace("8}", "8, inputs: [flat]}"),
            "{kind: add, name: s, inputs: [b, r], enabled: false}",
        ),
        {"b": None, "output": None},
    ),
    "samples": (
        (
            A.replace("8}", "64}"),
            "{kind: flatten, name: again, inputs: [INPUT]}",
            "{kind: add, name: s, inputs: [a, again]}",
        ),
        {"a": None, "again": ("INPUT",), "s": ("a", "again"), "output": None},
    ),
    "chain_of_disabled_layers": (
        (
            A,
            "{kind: relu, name: r, enabled: false}",
            "{kind: elu, name: e, inputs: [r], enabled: false}",
            B.replace("8}", "8, inputs: [e]}"),
        ),
        {"a": None, "b": None, "output": None},
    ),
}


@pytest.mark.parametrize("name", CONNECTED)
def test_layers_are_connected(tmp_path: Path, name: str) -> None:
    layers, expected = CONNECTED[name]
    assert wires(model(tmp_path, *layers)) == expected


def test_first_layer_that_is_disabled_passes_the_samples_on(tmp_path: Path) -> None:
    text = changed("name: flat}", "name: flat, enabled: false}\n    - {kind: flatten, name: again}", spec())
    found = load(tmp_path, text).variants[0].spec.model.layers
    assert [(layer.name, layer.inputs) for layer in found] == [("again", None), ("output", None)]


def test_layers_of_a_residual_block_are_connected_among_themselves(tmp_path: Path) -> None:
    off = "{kind: relu, name: j, enabled: false}"
    inside = f"[{{kind: dense, name: i, units: 64}}, {off}, {{kind: add, name: k, inputs: [i, INPUT]}}]"
    (residual,) = [
        layer
        for layer in model(tmp_path, f"{{kind: residual, name: block, layers: {inside}}}").layers
        if isinstance(layer, Residual)
    ]
    assert [(layer.name, layer.inputs) for layer in residual.layers] == [("i", None), ("k", ("i", "INPUT"))]


def test_residual_block_inside_another_is_connected(tmp_path: Path) -> None:
    inner = "{kind: residual, name: inner, layers: [{kind: relu, name: r, enabled: false}, {kind: elu, name: e}]}"
    (outer,) = [
        layer
        for layer in model(tmp_path, f"{{kind: residual, name: outer, layers: [{inner}]}}").layers
        if isinstance(layer, Residual)
    ]
    (found,) = outer.layers
    assert isinstance(found, Residual)
    assert [layer.name for layer in found.layers] == ["e"]


def block(inside: str) -> str:
    return f"{{kind: residual, name: block, layers: [{inside}]}}"


NOWHERE = "leads nowhere: no layer takes its output"

WRONG_WIRES = {
    "input_unknown": (
        ("{kind: add, name: s, inputs: [flat, aa]}",),
        (6, "model.layers.s.inputs", "no layer is named 'aa'"),
    ),
    "input_that_comes_later": (
        ("{kind: relu, name: r, inputs: [output]}",),
        (6, "model.layers.r.inputs", "'output' comes after it"),
    ),
    "input_of_itself": (("{kind: relu, name: r, inputs: [r]}",), (6, "model.layers.r.inputs", "'r' comes after it")),
    "inputs_of_a_layer_of_one": (
        (A, "{kind: relu, name: r, inputs: [flat, a]}"),
        (7, "model.layers.r.inputs", "takes one input, not 2"),
    ),
    "inputs_of_a_disabled_layer_of_one": (
        (A, "{kind: relu, name: r, inputs: [flat, a], enabled: false}"),
        (7, "model.layers.r.inputs", "takes one input, not 2"),
    ),
    "dead_end": ((A, B.replace("8}", "8, inputs: [flat]}")), (6, "model.layers.a", NOWHERE)),
    "dead_end_beside_a_disabled_merge": (
        (A, B.replace("8}", "8, inputs: [flat]}"), "{kind: add, name: s, inputs: [b, flat], enabled: false}"),
        (6, "model.layers.a", NOWHERE),
    ),
    "dead_end_in_a_block": (
        (block("{kind: relu, name: r}, {kind: elu, name: e, inputs: [INPUT]}"),),
        (6, "model.layers.block.layers.r", NOWHERE),
    ),
    "input_from_outside_of_a_block": (
        (block("{kind: relu, name: r, inputs: [flat]}"),),
        (6, "model.layers.block.layers.r.inputs", "no layer is named 'flat'"),
    ),
    "input_inside_of_a_block": (
        (block("{kind: relu, name: r}"), "{kind: relu, name: q, inputs: [r]}"),
        (7, "model.layers.q.inputs", "no layer is named 'r'"),
    ),
    "block_of_disabled_layers": (
        (block("{kind: relu, name: r, enabled: false}"),),
        (6, "model.layers.block.layers", "every layer is disabled"),
    ),
}


@pytest.mark.parametrize("name", WRONG_WIRES)
def test_wire_that_is_wrong_is_reported_at_its_layer(tmp_path: Path, name: str) -> None:
    layers, expected = WRONG_WIRES[name]
    assert wrong(tmp_path, *layers) == [expected]


def test_unknown_input_names_the_nearest_layer(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, spec("{kind: relu, name: r, inputs: [flta]}"))
    assert problem.hint == "Did you mean flat?"

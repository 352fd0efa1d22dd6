"""What changed between two runs."""

from __future__ import annotations

from typing import Any

import pytest

from ablation.provenance import origin_changes, variant_changes
from tests.summaries import summary

LAYERS = [{"kind": "dense", "name": "hidden", "units": 8}, {"kind": "dense", "name": "output", "units": 10}]
DEEPER = [LAYERS[0], {"kind": "dropout", "name": "drop", "rate": 0.5}, LAYERS[1]]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, {"settings": {"training": {"epochs": 30}}}, ["training.epochs: 20 -> 30"]),
        ({}, {"seeds": (0, 1)}, ["seeds: [0, 1, 2] -> [0, 1]"]),
        ({}, {"datasets": {"imdb": "f" * 64}}, ["data imdb: 000000000000 -> ffffffffffff"]),
        (
            {},
            {"datasets": {"mnist": "f" * 64}},
            ["data imdb: removed, 000000000000", "data mnist: added, ffffffffffff"],
        ),
        ({}, {"code_sha256": "f" * 64}, ["code that trains: 000000000000 -> ffffffffffff"]),
        ({}, {"versions": {"keras": "3.15.1"}}, ["keras: 3.15.0 -> 3.15.1"]),
        ({}, {"margin": None}, ["compare.margin: 0.01 -> null"]),
        (
            {"settings": {"model": {"layers": LAYERS}}},
            {"settings": {"model": {"layers": DEEPER}}},
            ["model.layers.drop: added, {kind: dropout, rate: 0.5}"],
        ),
        (
            {"settings": {"model": {"layers": LAYERS}}},
            {"settings": {"model": {"layers": LAYERS[::-1]}}},
            ["model.layers: [hidden, output] -> [output, hidden]"],
        ),
        (
            {"settings": {"optimizer": {"kind": "sgd", "momentum": 0.9}}},
            {"settings": {"optimizer": {"kind": "adam", "beta": 0.9}}},
            ["optimizer: {kind: sgd, momentum: 0.9} -> {kind: adam, beta: 0.9}"],
        ),
    ],
)
def test_changes_name_what_a_result_comes_from(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    assert [str(change) for change in origin_changes(summary(**before), summary(**after))] == expected


def test_changes_of_a_variant_are_those_of_what_it_sets() -> None:
    path = "model.layers.hidden.kernel_regularizer"
    after = summary(changes={"l2": {path: {"kind": "l2", "factor": 0.01}}})
    assert [str(change) for change in variant_changes(summary(), after, "l2")] == [f"{path}.factor: 0.001 -> 0.01"]
    assert variant_changes(summary(), after, "dropout") == ()

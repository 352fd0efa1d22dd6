"""Studies that add seeds until their comparisons are precise enough."""

from __future__ import annotations

import pytest

from tests.conftest import TINY, Project
from tests.flows.test_ablation import statuses

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

ADDING = TINY.replace("seeds: [0, 1]", "seeds: {until: {ci_width: 0.03}, max: 7}")
# Trained at a rate that scatters its losses widely, beside one that hardly differs from the baseline.
WIDE = "  wild: {set: {training.optimizer.learning_rate: 2}}\n"


def seeds_of(result: dict[str, object], variant: str) -> list[int]:
    return sorted(seed for name, seed in statuses(result) if name == variant)


def test_seeds_are_added_to_the_open_comparison_alone_and_the_same_ones_again(project: Project) -> None:
    spec = project.write(ADDING + WIDE)

    code, first = project.run_json("run", spec)

    assert code == 0
    assert seeds_of(first, "wild") == seeds_of(first, "baseline") == [0, 1, 2, 3, 4, 5, 6]
    assert seeds_of(first, "l2") == [0, 1, 2, 3, 4]
    assert set(statuses(first).values()) == {"trained"}
    order = [(trial["variant"], trial["seed"]) for trial in first["trials"]]
    assert order == sorted(order, key=lambda trial: (("baseline", "l2", "wild").index(trial[0]), trial[1]))

    code, second = project.run_json("run", spec)

    assert code == 0
    assert statuses(second) == dict.fromkeys(statuses(first), "cached")
    assert second["effects"] == first["effects"]


def test_study_whose_comparisons_are_precise_at_once_adds_nothing(project: Project) -> None:
    spec = project.write(ADDING.replace("0.03", "1"))

    code, result = project.run_json("run", spec)

    assert code == 0
    assert seeds_of(result, "l2") == seeds_of(result, "baseline") == [0, 1, 2, 3, 4]

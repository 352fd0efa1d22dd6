"""A trial that takes more than its limit: it alone is ended, and the same command with a larger one completes it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.conftest import TINY, Project
from tests.faults.test_runs import assert_clean

pytestmark = [
    pytest.mark.faults,
    pytest.mark.xdist_group("prefect"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is looked at on Linux"),
]

# 15 million weights and two moments of each: 180 MB for as long as it trains.
LARGE = TINY + "  large: {set: {model.layers.hidden.units: 200000, training.optimizer: {kind: adam}}}\n"
LIMIT = "runtime.memory_gb"


def test_trial_over_its_memory_limit_fails_alone_and_is_trained_with_a_larger_one(project: Project) -> None:
    project.write(LARGE)
    code, result = project.run_json("run", "study.yaml", "--set", "seeds=[0]", "--set", f"{LIMIT}=0.12")
    assert code == 1
    assert statuses(result) == {"baseline": "trained", "l2": "trained", "large": "failed"}
    (error,) = (trial["error"] for trial in result["trials"] if trial["error"])
    assert error.startswith("over its memory limit of 0.12 GB (runtime.memory_gb): it used 0.")
    assert error.endswith("Lower training.batch_size, or raise the limit")
    assert_clean(project, result)

    code, last = project.run_json("run", "study.yaml", "--set", "seeds=[0]", "--set", f"{LIMIT}=2")
    assert code == 0
    assert statuses(last) == {"baseline": "cached", "l2": "cached", "large": "trained"}
    assert_clean(project, last)


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {trial["variant"]: trial["status"] for trial in result["trials"]}

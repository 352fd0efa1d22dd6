"""Which devices a trial's process sees and what it draws, in processes that are forked as those of trials are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ablation.processes import Limits, ProcessEnd, run_isolated

WORK = "tests.processes.works:configure_devices"


@pytest.mark.parametrize(
    ("devices", "visible", "order"),
    [
        (None, os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("CUDA_DEVICE_ORDER")),
        ([], "-1", "PCI_BUS_ID"),
        (["1"], "1", "PCI_BUS_ID"),
        (["0", "2"], "0,2", "PCI_BUS_ID"),
        (["MIG-11"], "MIG-11", "PCI_BUS_ID"),
    ],
)
def test_process_shows_its_backend_the_chosen_devices_alone(
    tmp_path: Path, devices: list[str] | None, visible: str | None, order: str | None
) -> None:
    end = run_isolated(WORK, json.dumps(devices), tmp_path, limits=Limits(120))
    assert end == ProcessEnd("done"), (tmp_path / "log.txt").read_text()
    found = json.loads((tmp_path / "found.json").read_text())
    assert (found["CUDA_VISIBLE_DEVICES"], found["CUDA_DEVICE_ORDER"]) == (visible, order)
    assert found["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert all(found["growth"])


def test_every_generator_of_a_process_depends_on_the_trials_seed(tmp_path: Path) -> None:
    first, again, other = (drawn(tmp_path / name, seed) for name, seed in (("first", 3), ("again", 3), ("other", 4)))
    assert list(first) == ["python", "numpy", "keras", "split_layer"]
    assert again == first
    assert [name for name in first if other[name] == first[name]] == []


def drawn(directory: Path, seed: int) -> dict[str, float]:
    end = run_isolated("tests.processes.works:draw_numbers", json.dumps(seed), directory, limits=Limits(120))
    assert end == ProcessEnd("done"), (directory / "log.txt").read_text()
    found: dict[str, float] = json.loads((directory / "drawn.json").read_text())
    return found

"""One trial on several devices, which are virtual ones of the processor; and devices that are not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ablation.training.backend import AcceleratorUnusable
from ablation.training.devices import check_shares, data_parallel, is_parallel, names_of
from tests.conftest import ROOT

BACKENDS = [
    pytest.param("tensorflow", marks=pytest.mark.slow),
    pytest.param("jax", marks=pytest.mark.slow),
]
TWO = ("CPU:0", "CPU:1")


@pytest.fixture(scope="module", params=BACKENDS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a training gave on one device, on two, and on two when it was interrupted."""
    directory = tmp_path_factory.mktemp(request.param)
    environment = os.environ | {
        "KERAS_BACKEND": request.param,
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.training.parallel", str(directory)]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert completed.returncode == 0, completed.stderr
    outcomes: dict[str, Any] = json.loads((directory / "found.json").read_text())
    return outcomes


def test_two_devices_learn_what_one_learns(found: dict[str, Any]) -> None:
    assert (found["one"]["is_parallel"], found["two"]["is_parallel"]) == (False, True)
    for one, two in zip(found["one"]["weights"], found["two"]["weights"], strict=True):
        assert np.allclose(one, two, rtol=0, atol=1e-5)
    for before, after in zip(found["one"]["history"], found["two"]["history"], strict=True):
        assert before == pytest.approx(after, abs=1e-5)


def test_every_sample_is_predicted_once_and_the_saved_model_says_the_same(found: dict[str, Any]) -> None:
    assert found["two"]["shapes"] == {"train": [30, 3], "val": [20, 3], "test": [10, 3]}
    assert found["two"]["loads"]


def test_training_on_two_devices_goes_on_to_the_same_bits(found: dict[str, Any]) -> None:
    assert (found["two"]["resumed_from"], found["resumed"]["resumed_from"]) == (None, 1)
    assert found["resumed"]["weights"] == found["two"]["weights"]
    assert found["resumed"]["history"] == found["two"]["history"]


@pytest.mark.parametrize("devices", [None, (), ("0",)])
def test_trial_of_one_device_is_not_divided(devices: tuple[str, ...] | None) -> None:
    assert names_of(devices) == ()
    with data_parallel(names_of(devices)):
        assert not is_parallel()


def test_more_gpus_than_the_backend_sees_are_said_at_once() -> None:
    with pytest.raises(AcceleratorUnusable, match=r"runtime.gpus: 99 GPUs are the trial's, tensorflow sees \d+\n"):
        names_of([str(number) for number in range(99)])


def test_tpu_that_tensorflow_cannot_use_is_said_at_once() -> None:
    with pytest.raises(AcceleratorUnusable, match=r"accelerator: tpu, but tensorflow cannot use one here: .+\n"):
        names_of(("tpu",))


@pytest.mark.parametrize(
    ("samples", "batch_size", "message"),
    [(9, 8, "the last batch of an epoch must .*\n  got 1 of 9"), (9, 1, "a batch must .*\n  got 1 of 9")],
)
def test_batch_without_a_sample_for_each_device_is_refused(samples: int, batch_size: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"training.batch_size: {message} samples"):
        check_shares(samples, batch_size, TWO)


@pytest.mark.parametrize(("samples", "batch_size", "names"), [(8, 8, TWO), (10, 8, TWO), (11, 8, TWO), (9, 8, ())])
def test_batch_that_devices_can_share_is_accepted(samples: int, batch_size: int, names: tuple[str, ...]) -> None:
    check_shares(samples, batch_size, names)

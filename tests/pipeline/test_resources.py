"""What a spec asks of a machine, beside what the machine has; GPUs are those of a script called nvidia-smi."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.machine import read_memory
from ablation.pipeline import ResourcesMissing, limits_of, open_slots, threads_of, workers_of
from ablation.pipeline.planning.resources import devices_of_one_trial
from ablation.processes import Limits, Slots
from ablation.settings import Settings, usable_cores
from ablation.spec import RuntimeSpec

CORES = usable_cores()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CUDA_VISIBLE_DEVICES", "ABLATION_WORKERS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def two_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text("#!/bin/sh\necho 'GPU 0: A (UUID: GPU-a)'\necho 'GPU 1: B (UUID: GPU-b)'\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.fixture
def no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


def devices(slots: Slots) -> tuple[str, ...] | None:
    with slots.occupy(0, "baseline") as found:
        return found


def runtime(**settings: object) -> RuntimeSpec:
    return RuntimeSpec.model_validate(settings)


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"accelerator": "cpu"}, ()),
        ({"accelerator": "gpu"}, ("0",)),
        ({"gpus": 1}, ("0",)),
        ({"accelerator": "gpu", "gpus": 2}, ("0", "1")),
    ],
)
def test_trial_has_the_devices_its_spec_asks_for(settings: dict[str, object], expected: tuple[str, ...] | None) -> None:
    assert devices(open_slots(runtime(**settings), workers=1)) == expected
    assert devices_of_one_trial(runtime(**settings)) == expected


@pytest.mark.usefixtures("two_gpus")
def test_hidden_gpus_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert devices(open_slots(runtime(accelerator="gpu"), workers=2)) == ("1",)


@pytest.mark.usefixtures("two_gpus")
def test_more_gpus_than_there_are_is_said_at_once() -> None:
    with pytest.raises(ResourcesMissing, match=r"runtime.gpus: a trial needs 3, but 2 GPUs are visible here\n  Lower"):
        open_slots(runtime(gpus=3), workers=1)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accelerator": "gpu"}, r"runtime.accelerator: gpu, but no GPU is visible here\n  See what `nvidia-smi -L`"),
        ({"gpus": 1}, "runtime.gpus: a trial needs 1, but no GPU is visible here"),
        ({"accelerator": "gpu", "gpus": 2}, "`accelerator: auto` and `gpus: 0` train with what there is"),
    ],
)
def test_gpu_that_is_not_there_is_said_at_once(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ResourcesMissing, match=message):
        open_slots(runtime(**settings), workers=1)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(("accelerator", "expected"), [("auto", None), ("cpu", ())])
def test_machine_without_gpu_trains_what_asks_for_none(accelerator: str, expected: tuple[str, ...] | None) -> None:
    assert devices(open_slots(runtime(accelerator=accelerator), workers=1)) == expected


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_tpu_that_is_not_there_is_said_at_once(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)
    message = r"runtime.accelerator: tpu, but no TPU is attached to this machine\n  .*set KERAS_BACKEND=jax"
    with pytest.raises(ResourcesMissing, match=message):
        open_slots(runtime(accelerator="tpu"), workers=4)


def test_trials_have_the_tpu_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ablation.pipeline.planning.resources.has_tpu", lambda: True)
    slots = open_slots(runtime(accelerator="tpu"), workers=4)
    assert devices(slots) == ("tpu",)
    assert devices_of_one_trial(runtime(accelerator="tpu")) == ("tpu",)


def test_more_memory_than_the_machine_has_is_said_at_once() -> None:
    total_gb = read_memory().total / 10**9
    with pytest.raises(
        ResourcesMissing, match=r"runtime.memory_gb: a trial needs 1e\+06 GB, this machine has [\d.]+ GB\n"
    ):
        open_slots(runtime(memory_gb=1e6), workers=1)
    open_slots(runtime(memory_gb=0.99 * total_gb), workers=1)


@pytest.mark.parametrize(
    ("settings", "variable", "asked", "workers"),
    [
        ({}, None, None, CORES),
        ({}, "7", None, 7),
        ({"workers": 3}, "7", None, 3),
        ({"workers": 3}, "7", 5, 5),
        ({"threads": 1}, None, None, CORES),
        ({"threads": CORES}, None, None, 1),
        ({"threads": 2 * CORES}, None, None, 1),
        ({"threads": CORES}, "7", None, 7),
        ({"threads": CORES, "workers": 3}, None, None, 3),
    ],
)
def test_workers_are_as_asked_else_as_the_cores_suffice_for_their_threads(
    settings: dict[str, object],
    variable: str | None,
    asked: int | None,
    workers: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if variable:
        monkeypatch.setenv("ABLATION_WORKERS", variable)
    assert workers_of(runtime(**settings), Settings(), asked) == workers


@pytest.mark.parametrize(
    ("settings", "workers", "threads"), [({}, 1, CORES), ({}, 10 * CORES, 1), ({"threads": 5}, 2, 5)]
)
def test_threads_of_a_trial_are_declared_or_its_share_of_the_cores(
    settings: dict[str, object], workers: int, threads: int
) -> None:
    assert threads_of(runtime(**settings), workers) == threads


@pytest.mark.parametrize(("memory_gb", "memory_bytes"), [(0.5, 500_000_000), (None, None)])
def test_trial_may_take_what_its_spec_declares(memory_gb: float | None, memory_bytes: int | None) -> None:
    told = runtime(memory_gb=memory_gb, timeout_min=2)
    assert limits_of(told) == Limits(timeout_s=120, memory_bytes=memory_bytes)

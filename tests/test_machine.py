"""Memory, GPUs and TPUs of machines and containers that are written down as files and as a script."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from ablation.machine import Memory, Processor, find_gpus, has_tpu, read_memory, read_processor

MEMINFO = "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    9000 kB\nHugePages_Total:       0\n"
MACHINE = Memory(16000 * 1024, 9000 * 1024)
UNLIMITED = str(2**63 - 4096)

TWO_GPUS = "GPU 0: NVIDIA A100 (UUID: GPU-aa)\nGPU 1: NVIDIA A100 (UUID: GPU-bb)\n"
DIVIDED = (
    "GPU 0: NVIDIA H100 (UUID: GPU-aa)\n  MIG 1g.10gb     Device  0: (UUID: MIG-11)\n"
    "  MIG 1g.10gb     Device  1: (UUID: MIG-22)\nGPU 1: NVIDIA H100 (UUID: GPU-bb)\n"
)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def version_2(folder: str, limit: str, usage: int, cache: int = 0) -> dict[str, str]:
    texts = {
        "memory.max": f"{limit}\n",
        "memory.current": f"{usage}\n",
        "memory.stat": f"anon 5\ninactive_file {cache}\n",
    }
    return {f"sys/fs/cgroup/{folder}{name}": text for name, text in texts.items()}


def version_1(folder: str, limit: str, usage: int, cache: int = 0) -> dict[str, str]:
    stat = f"inactive_file 1\ntotal_inactive_file {cache}\n"
    texts = {"memory.limit_in_bytes": f"{limit}\n", "memory.usage_in_bytes": f"{usage}\n", "memory.stat": stat}
    return {f"sys/fs/cgroup/memory/{folder}{name}": text for name, text in texts.items()}


GROUPS = {
    "no_group": ({}, MACHINE),
    "no_limit": ({"proc/self/cgroup": "0::/job\n", **version_2("job/", "max", 50)}, MACHINE),
    "limit": ({"proc/self/cgroup": "0::/job\n", **version_2("job/", "1000", 600)}, Memory(1000, 400)),
    "cache_is_available": ({"proc/self/cgroup": "0::/job\n", **version_2("job/", "1000", 600, 500)}, Memory(1000, 900)),
    "limit_of_an_outer_group": (
        {"proc/self/cgroup": "0::/a/job\n", **version_2("a/", "1000", 900), **version_2("a/job/", "5000", 1)},
        Memory(1000, 100),
    ),
    "group_outside_of_the_container": (
        {"proc/self/cgroup": "0::/../../docker\n", **version_2("", "3000", 1000)}, Memory(3000, 2000),
    ),
    "limit_above_the_machine": ({"proc/self/cgroup": "0::/job\n", **version_2("job/", str(10**12), 0)}, MACHINE),
    "usage_above_the_limit": ({"proc/self/cgroup": "0::/job\n", **version_2("job/", "1000", 1200)}, Memory(1000, 0)),
    "version_1": (
        {"proc/self/cgroup": "4:cpu,cpuacct:/x\n3:memory:/docker/abc\n", **version_1("docker/abc/", "2000", 500, 100)},
        Memory(2000, 1600),
    ),
    "version_1_in_a_container": (
        {"proc/self/cgroup": "3:memory:/docker/abc\n0::/\n", **version_1("", "2000", 500)}, Memory(2000, 1500),
    ),
    "version_1_without_limit": ({"proc/self/cgroup": "3:memory:/a\n", **version_1("a/", UNLIMITED, 500)}, MACHINE),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
def test_memory_is_the_least_of_machine_and_control_groups(name: str, tmp_path: Path) -> None:
    files, expected = GROUPS[name]
    assert read_memory(write(tmp_path, {"proc/meminfo": MEMINFO, **files})) == expected


def test_memory_of_this_machine_is_known() -> None:
    memory = read_memory()
    assert memory.total > 10**8
    assert 0 <= memory.available <= memory.total


def test_memory_without_proc_is_what_the_system_says(tmp_path: Path) -> None:
    memory = read_memory(tmp_path)
    assert memory.total == memory.available > 10**8


@pytest.mark.parametrize(
    ("listing", "environ", "gpus"),
    [
        ("", {}, ()),
        ("", {"CUDA_VISIBLE_DEVICES": "0"}, ()),
        (TWO_GPUS, {}, ("0", "1")),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": ""}, ()),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": "-1"}, ()),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": "1"}, ("1",)),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": "1, 0"}, ("1", "0")),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": "0,5,1"}, ("0",)),
        (TWO_GPUS, {"CUDA_VISIBLE_DEVICES": "GPU-bb"}, ("GPU-bb",)),
        (DIVIDED, {}, ("MIG-11", "MIG-22", "1")),
    ],
)
def test_gpus_are_those_listed_and_not_hidden(
    tmp_path: Path, listing: str, environ: dict[str, str], gpus: tuple[str, ...]
) -> None:
    script = tmp_path / "nvidia-smi"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{listing}END\n", encoding="utf-8")
    script.chmod(0o755)
    assert find_gpus(environ, command=(str(script), "-L")) == gpus


@pytest.mark.parametrize("command", [("no-such-nvidia-smi", "-L"), ("false",)])
def test_machine_whose_driver_does_not_answer_has_no_gpu(command: tuple[str, ...]) -> None:
    assert find_gpus({}, command=command) == ()


@pytest.mark.parametrize(
    ("file", "is_there"), [("dev/accel0", True), ("dev/vfio/0", True), ("dev/vfio/vfio", False), ("dev/null", False)]
)
def test_tpu_is_known_by_its_device(tmp_path: Path, file: str, is_there: bool) -> None:
    assert has_tpu(write(tmp_path, {file: ""})) is is_there


PROCESSORS = {
    "x86": (
        "processor : 0\nmodel name\t: AMD  EPYC 9554\nflags\t\t: fpu sse2 avx2 fma avx512_bf16 amx_tile hypervisor\n",
        Processor("AMD EPYC 9554", ("amx_tile", "avx2", "avx512_bf16", "fma")),
    ),
    "two_cores": ("model name : A\nflags : fma\n\nmodel name : A\nflags : fma\n", Processor("A", ("fma",))),
    "arm_has_no_name": (
        "processor : 0\nFeatures : fp asimd aes asimddp sve bf16\n",
        Processor(platform.machine(), ("asimd", "asimddp", "bf16", "sve")),
    ),
    "nothing": ("", Processor(platform.machine())),
}


@pytest.mark.parametrize(("cpuinfo", "expected"), PROCESSORS.values(), ids=PROCESSORS.keys())
def test_processor_is_named_with_the_instructions_of_its_arithmetic(
    tmp_path: Path, cpuinfo: str, expected: Processor
) -> None:
    assert read_processor(write(tmp_path, {"proc/cpuinfo": cpuinfo})) == expected


def test_processor_of_a_system_without_proc_is_its_architecture(tmp_path: Path) -> None:
    assert read_processor(tmp_path) == Processor(platform.machine())

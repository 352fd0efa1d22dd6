"""What this machine has for trials: memory, processor, GPUs, a TPU. Nothing here runs a backend, nor imports one."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

NVIDIA_SMI = ("nvidia-smi", "-L")
PATIENCE_S = 20.0
TPU = "tpu"  # stands among a trial's devices for the machine's TPU, all cores of it
# A control group without a limit states one that no machine has.
_NO_LIMIT = 2**60
# What libraries choose the code of their sums by; another choice adds in another order.
_ARITHMETIC = re.compile(r"fma|avx\w*|amx_\w+|asimd\w*|bf16|i8mm|sve\w*")


@dataclass(frozen=True)
class Memory:
    """Main memory in bytes.

    Args:
        total: What this process could have at most, alone on the machine or in its container.
        available: What of it is not in use now; a page that only caches a file is not in use.
    """

    total: int
    available: int


@dataclass(frozen=True)
class Processor:
    """What computes, apart from GPUs.

    Args:
        name: As the processor says, e.g. AMD EPYC 9554; else its architecture.
        instructions: Of its arithmetic, in alphabetical order, e.g. avx2, fma.
    """

    name: str
    instructions: tuple[str, ...] = ()


def read_processor(root: Path = Path("/")) -> Processor:
    """Return the processor of this machine.

    Args:
        root: Where proc is found.
    """
    try:
        lines = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # macOS, which says no more than this
        return Processor(platform.machine())
    facts: dict[str, str] = dict(re.findall(r"^(model name|flags|Features)\s*: (.*)$", lines, re.MULTILINE))
    known = facts.get("flags", facts.get("Features", "")).split()
    name = " ".join(facts.get("model name", platform.machine()).split())
    return Processor(name, tuple(sorted(flag for flag in known if _ARITHMETIC.fullmatch(flag))))


def read_memory(root: Path = Path("/")) -> Memory:
    """Return the memory of this process: the machine's, or less where a control group says so.

    Args:
        root: Where proc and sys are found.

    Source: proc_meminfo(5); the kernel's documentation of memory controllers, versions 1 and 2.
    """
    found = [_machine(root), *_version_2(root), *_version_1(root)]
    return Memory(total=min(each.total for each in found), available=min(each.available for each in found))


def find_gpus(environ: Mapping[str, str] = os.environ, *, command: Sequence[str] = NVIDIA_SMI) -> tuple[str, ...]:
    """Return the GPUs of NVIDIA that this process may use, each as CUDA_VISIBLE_DEVICES names it.

    Args:
        environ: Where CUDA_VISIBLE_DEVICES, if it is set, says which of the machine's GPUs may be used: those before
            the first that there is not, as CUDA reads it.
        command: Lists the GPUs; the driver brings it.
    """
    there = _listed_gpus(command)
    allowed = environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is None or not there:
        return there
    names = (name.strip() for name in allowed.split(","))
    return tuple(takewhile(lambda name: name.startswith(("GPU-", "MIG-")) or name in _indices(there), names))


def has_tpu(root: Path = Path("/")) -> bool:
    """Whether a TPU is attached to this machine."""
    return any((root / "dev").glob("accel[0-9]*")) or any((root / "dev" / "vfio").glob("[0-9]*"))


def _indices(gpus: tuple[str, ...]) -> set[str]:
    return {str(index) for index in range(len(gpus))}


def _machine(root: Path) -> Memory:
    try:
        lines = (root / "proc/meminfo").read_text(encoding="ascii")
    except OSError:  # macOS, which says no more than this
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return Memory(total, total)
    kibibytes = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB$", lines, re.MULTILINE)}
    total = kibibytes["MemTotal"] * 1024
    return Memory(total, kibibytes.get("MemAvailable", kibibytes["MemTotal"]) * 1024)


def _version_2(root: Path) -> Iterator[Memory]:
    for group in _groups(root, root / "sys/fs/cgroup", ""):
        yield from _limited(group, ("memory.max", "memory.current", "inactive_file"))


def _version_1(root: Path) -> Iterator[Memory]:
    for group in _groups(root, root / "sys/fs/cgroup/memory", "memory"):
        yield from _limited(group, ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))


def _groups(root: Path, mount: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of the group that this process is in, and of all groups around it.

    In a container the named group may lie outside of what is mounted; the mount itself is then the container's.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            group = mount / path.lstrip("/")
            while group != mount:
                yield group
                group = group.parent
            yield mount


def _limited(group: Path, names: tuple[str, str, str]) -> Iterator[Memory]:
    """Yield what a group may have, if it is limited: of the files `names`, and of memory.stat the field named last."""
    limit_name, usage_name, cache_name = names
    try:
        limit = (group / limit_name).read_text(encoding="ascii").strip()
        usage = int((group / usage_name).read_text(encoding="ascii"))
        statistics = (group / "memory.stat").read_text(encoding="ascii")
    except OSError:
        return
    if limit == "max" or int(limit) >= _NO_LIMIT:
        return
    cached = re.search(rf"^{cache_name} (\d+)$", statistics, re.MULTILINE)
    yield Memory(int(limit), max(0, int(limit) - usage + (int(cached[1]) if cached else 0)))


def _listed_gpus(command: Sequence[str]) -> tuple[str, ...]:
    """Return the index of every GPU; of one that is divided (MIG), the identifiers of its parts instead."""
    try:
        listing = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    gpus: list[tuple[str, ...]] = []
    for line in listing.splitlines():
        if found := re.match(r"GPU (\d+):", line):
            gpus.append((found[1],))
        elif gpus and (found := re.match(r"\s+MIG .*\(UUID: (MIG-[^)]+)\)", line)):
            parts = gpus[-1] if gpus[-1][0].startswith("MIG-") else ()
            gpus[-1] = (*parts, found[1])
    return tuple(name for names in gpus for name in names)

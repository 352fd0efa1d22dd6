"""The machine and the versions that figures belong to: no host name, no user, no path."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from ablation.machine import read_memory
from ablation.provenance import installed_versions
from ablation.settings import usable_cores
from benchmarks.figures import Machine

_SHOWN = ("ablation", "keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "prefect")


def describe(cpuinfo: Path = Path("/proc/cpuinfo")) -> Machine:
    """Return processor, cores, memory and versions."""
    return Machine(
        processor=_processor(cpuinfo),
        cores=usable_cores(),
        memory_bytes=read_memory().total,
        versions={"python": platform.python_version()}
        | {name: version for name, version in installed_versions().items() if name in _SHOWN},
    )


def _processor(cpuinfo: Path) -> str:
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()

"""The machine and the versions that figures belong to: no host name, no user, no path."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from ablation.machine import read_memory
from ablation.provenance import describe_machine
from ablation.settings import usable_cores
from benchmarks.figures import Machine

_NOT_VERSIONS = ("system", "machine", "cores", "commit", "dirty")


def describe(cpuinfo: Path = Path("/proc/cpuinfo")) -> Machine:
    """Return processor, cores, memory and versions."""
    return Machine(
        processor=_processor(cpuinfo),
        cores=usable_cores(),
        memory_bytes=read_memory().total,
        versions={name: text for name, text in describe_machine().items() if name not in _NOT_VERSIONS},
    )


def _processor(cpuinfo: Path) -> str:
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()

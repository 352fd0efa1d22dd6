"""Where a result was made: versions, machine, commit. No user, no host name, no path, no environment variable."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

from ablation.settings import usable_cores

_LIBRARIES = ("ablation", "keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "prefect")


@cache
def describe_machine() -> dict[str, str]:
    """Return versions, machine and commit as text."""
    facts = {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": str(usable_cores()),
    }
    facts.update({name: version for name in _LIBRARIES if (version := _version(name))})
    return facts | _commit()


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> dict[str, str]:
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return {}
    commit = _git(root, "rev-parse", "HEAD")
    return {"commit": commit, "dirty": str(bool(_git(root, "status", "--porcelain"))).lower()} if commit else {}


def _git(root: Path, *arguments: str) -> str:
    try:
        completed = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return completed.stdout.strip() if completed.returncode == 0 else ""

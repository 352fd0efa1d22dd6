"""Which packages are installed, and how far they are those of a lock file."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from ablation.records import LockFile

LOCKS = ("cpu", "gpu", "tpu")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;]+)(?: ; (.*?))?(?: \\)?$", re.MULTILINE)
_INSTALLED = re.compile(r"(.+?)-(\d[^-]*)\.dist-info")


@cache
def installed_versions() -> Mapping[str, str]:
    """Return the version of every installed package, by its name in lower case with dashes.

    The names of their folders say it: reading the metadata of 200 packages would take 100 times as long.

    Source: Recording installed projects, packaging.python.org.
    """
    return _versions_in(sys.path)


def read_lock(folder: Path, installed: Mapping[str, str]) -> LockFile | None:
    """Return the lock file of a folder that the installed packages agree with best; None where there is none.

    Args:
        folder: Holds cpu.txt, gpu.txt or tpu.txt.
        installed: Versions by name.
    """
    found = [_compared(folder / f"{name}.txt", installed) for name in LOCKS if (folder / f"{name}.txt").is_file()]
    return min(found, key=lambda lock: len(lock.differing), default=None)


def _versions_in(folders: Iterable[str]) -> dict[str, str]:
    versions: dict[str, str] = {}
    for folder in folders:
        for path in sorted(Path(folder or ".").glob("*.dist-info")):
            if found := _INSTALLED.fullmatch(path.name):
                versions.setdefault(canonicalize_name(found[1]), found[2])
    return versions


def _compared(path: Path, installed: Mapping[str, str]) -> LockFile:
    content = path.read_bytes()
    differing = []
    for name, locked, marker in _PIN.findall(content.decode()):
        got = installed.get(canonicalize_name(name), "not installed")
        if got != locked and (not marker or Marker(marker).evaluate()):
            differing.append(f"{name} {got}, locked {locked}")
    return LockFile(name=path.stem, sha256=hashlib.sha256(content).hexdigest(), differing=tuple(differing))

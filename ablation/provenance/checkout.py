"""The state of a Git checkout, told by digests: what was changed in it is read, and kept nowhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from ablation.records import Checkout

TIMEOUT_S = 10.0
# What somebody's own Git configuration says of diffs would change the digest.
_AS_EVERYWHERE = (
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.context=3",
    "diff.interHunkContext=0",
    "diff.algorithm=default",
    "diff.indentHeuristic=true",
    "diff.submodule=short",
    "diff.suppressBlankEmpty=false",
    "core.quotePath=true",
)
_DIFF = (
    *(word for setting in _AS_EVERYWHERE for word in ("-c", setting)),
    *("diff", "HEAD", "--full-index", "--no-renames", "-O/dev/null", "--no-color", "--no-ext-diff", "--no-textconv"),
)
_UNTRACKED = ("ls-files", "--others", "--exclude-standard", "-z", "--", "*.py", "*.j2", "*.toml", "requirements/*.txt")


class _GitFailed(Exception):
    """Git is not there, or cannot read the checkout."""


def read_checkout(root: Path) -> Checkout | None:
    """Return the state of the checkout whose top is `root`; None where there is none, or Git cannot be asked."""
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD").decode().strip()
        changes = _changes(root)
    except _GitFailed:
        return None
    return Checkout(commit=commit, is_dirty=changes is not None, diff_sha256=changes)


def _changes(root: Path) -> str | None:
    """Return the SHA-256 of the diff and of the untracked source files' names and digests; None: there is nothing."""
    diff = _git(root, *_DIFF)
    untracked = sorted(name for name in _git(root, *_UNTRACKED).split(b"\0") if name)
    if not diff and not untracked:
        return None
    digest = hashlib.sha256(diff)
    for name in untracked:
        digest.update(b"\0" + name + b"\0" + _file_digest(root / os.fsdecode(name)))
    return digest.hexdigest()


def _file_digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest().encode()
    except OSError as error:  # it went away meanwhile
        raise _GitFailed from error


def _git(root: Path, *arguments: str) -> bytes:
    # GIT_DIR and the like would lead to another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True, env=environment).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise _GitFailed from error

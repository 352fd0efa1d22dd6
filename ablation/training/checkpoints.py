"""A trial's state in one file: written whole or not at all, and read back to the bit.

A state is made of JSON values and arrays, in lists and mappings of any depth.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ablation.data import Array

State = dict[str, Any]

_FACTS = "facts.json"
_ARRAY = "__array__"
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Replace a checkpoint at once: a reader, or a process killed at any moment, finds the old one or the new one.

    Raises:
        OSError: It cannot be written; the old one is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            _write(file, state)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> State | None:
    """Return what was written; None where nothing was, or where the file is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:  # verifies the checksum of each member it reads
            facts: State = _with_arrays(json.loads(archive.read(_FACTS)), archive)
            return facts
    except _DAMAGED:
        return None


def read_reached(path: Path) -> tuple[int, int] | None:
    """Return how far a trial had come, without reading its arrays; None where there is no whole state.

    Returns:
        Epochs that are over, and steps of the next one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            facts = json.loads(archive.read(_FACTS))
            return len(facts["rows"]), int(facts["step"])
    except (*_DAMAGED, TypeError):
        return None


def forget_checkpoint(path: Path) -> None:
    """Remove a checkpoint, and what processes left that were killed while they wrote one."""
    for each in (path, *(each for each in path.parent.glob(f".{path.name}-*-*") if not _is_being_written(each))):
        each.unlink(missing_ok=True)


def _is_being_written(temporary: Path) -> bool:
    """Whether the process that made a temporary file lives."""
    try:
        os.kill(int(temporary.name.split("-")[-2]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _write(file: io.BufferedWriter, state: Mapping[str, Any]) -> None:
    arrays: list[Array] = []
    facts = _without_arrays(state, arrays)
    with zipfile.ZipFile(file, "w") as archive:
        for number, array in enumerate(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(_member(number), content.getbuffer())
        archive.writestr(_FACTS, json.dumps(facts, allow_nan=True))


def _without_arrays(value: Any, arrays: list[Array]) -> Any:
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        return {key: _without_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(item, arrays) for item in value]
    return value


def _with_arrays(value: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(value, list):
        return [_with_arrays(item, archive) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {_ARRAY}:
        content = io.BytesIO(archive.read(_member(value[_ARRAY])))
        return np.lib.format.read_array(content, allow_pickle=False)
    return {key: _with_arrays(item, archive) for key, item in value.items()}


def _member(number: int) -> str:
    return f"{number}.npy"

"""Installed packages by name, and the lock file they agree with."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from ablation.provenance.installation import installed_versions, read_lock

CPU = """\
numpy==2.4.6 \\
    --hash=sha256:0000
    # via keras
async-timeout==5.0.1 ; python_full_version < '3.0' \\
    --hash=sha256:0000
SQLAlchemy[asyncio]==2.0.58 \\
    --hash=sha256:0000
tensorflow-cpu==2.21.0 ; python_full_version >= '3.0' \\
    --hash=sha256:0000
"""
GPU = CPU.replace("tensorflow-cpu==", "tensorflow==") + "nvidia-cudnn-cu12==9.1\n"
ALL = {"numpy": "2.4.6", "sqlalchemy": "2.0.58", "tensorflow-cpu": "2.21.0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cpu.txt").write_text(CPU)
    (tmp_path / "gpu.txt").write_text(GPU)
    return tmp_path


@pytest.mark.parametrize("name", ["keras", "numpy", "scikit-learn", "pydantic-core", "ml-dtypes", "boto3"])
def test_installed_version_is_what_the_metadata_says(name: str) -> None:
    assert installed_versions()[name] == metadata.version(name)


def test_lock_that_was_installed_agrees_and_is_told_by_its_digest(folder: Path) -> None:
    lock = read_lock(folder, ALL)
    assert lock is not None
    assert lock.model_dump() == {"name": "cpu", "sha256": hashlib.sha256(CPU.encode()).hexdigest(), "differing": ()}


def test_lock_of_a_gpu_is_found_by_its_packages(folder: Path) -> None:
    installed = {"numpy": "2.4.6", "sqlalchemy": "2.0.58", "tensorflow": "2.21.0", "nvidia-cudnn-cu12": "9.1"}
    lock = read_lock(folder, installed)
    assert lock is not None
    assert (lock.name, lock.differing) == ("gpu", ())


def test_packages_that_differ_are_named_with_both_versions(folder: Path) -> None:
    lock = read_lock(folder, {"numpy": "2.4.5", "tensorflow-cpu": "2.21.0"})
    assert lock is not None
    assert lock.differing == ("numpy 2.4.5, locked 2.4.6", "SQLAlchemy not installed, locked 2.0.58")


def test_package_that_the_lock_does_not_name_is_none_of_its_business(folder: Path) -> None:
    lock = read_lock(folder, ALL | {"onnx": "1.19.0"})
    assert lock is not None
    assert lock.differing == ()


def test_folder_without_lock_files_has_none(tmp_path: Path) -> None:
    assert read_lock(tmp_path, ALL) is None

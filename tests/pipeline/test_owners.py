from __future__ import annotations

import multiprocessing
import shutil
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ablation.pipeline.runs.owners import Owners


def hold(folder: Path, said: Connection) -> None:
    owners = Owners(folder)
    with owners.hold() as owner:
        said.send((owners.machine, owner))
        threading.Event().wait()


def test_owner_has_ended_once_its_process_is_killed(tmp_path: Path) -> None:
    owners, context = Owners(tmp_path), multiprocessing.get_context("fork")
    heard, said = context.Pipe()
    process = context.Process(target=hold, args=(tmp_path, said), daemon=True)
    process.start()
    machine, owner = heard.recv()
    assert machine == owners.machine
    assert not owners.has_ended(machine, owner)
    owners.remove_ended()
    assert not owners.has_ended(machine, owner)
    process.kill()
    process.join()
    assert owners.has_ended(machine, owner)
    assert list(tmp_path.glob("*.lock")) != []
    owners.remove_ended()
    assert list(tmp_path.glob("*.lock")) == []


def test_owner_has_ended_with_its_block(tmp_path: Path) -> None:
    owners = Owners(tmp_path)
    with owners.hold() as owner:
        assert not owners.has_ended(owners.machine, owner)
    assert owners.has_ended(owners.machine, owner)


def test_owner_of_another_machine_is_never_known_to_have_ended(tmp_path: Path) -> None:
    here, there = Owners(tmp_path / "here"), Owners(tmp_path / "there")
    assert here.machine != there.machine
    assert not here.has_ended(there.machine, "any")


def test_machine_is_another_one_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Owners(tmp_path).machine
    assert Owners(tmp_path).machine == before
    (tmp_path / "boot_id").write_text("another start\n")
    monkeypatch.setattr("ablation.pipeline.runs.owners._BOOT_ID", tmp_path / "boot_id")
    assert Owners(tmp_path).machine != before


def test_machine_of_a_copy_is_another_one(tmp_path: Path) -> None:
    original = Owners(tmp_path / "original")
    assert original.machine == Owners(tmp_path / "original").machine
    shutil.copytree(original.folder, tmp_path / "copy")
    assert Owners(tmp_path / "copy").machine != original.machine


@pytest.mark.parametrize("owner", ["../escape", "", "x" * 5000, "a/b"], ids=["parent", "empty", "long", "folder"])
def test_owner_with_a_strange_name_has_ended_and_touches_no_other_file(tmp_path: Path, owner: str) -> None:
    owners = Owners(tmp_path)
    assert owners.has_ended(owners.machine, owner)
    assert [path.name for path in tmp_path.iterdir()] == ["machine"]

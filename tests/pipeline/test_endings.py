"""What a process leaves in words, before it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from ablation.pipeline.trials.endings import impersonal_end
from ablation.processes import LOG, ProcessEnd


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))
    monkeypatch.setenv("LOGNAME", "ada")
    return tmp_path / "ada"


def test_log_and_error_are_rewritten_byte_by_byte_but_for_folders_and_users(home: Path, tmp_path: Path) -> None:
    before = f"ada: epoch 1\r\nread {home}/.keras\r".encode() + b"\xff\xfe caf\xc3\xa9"
    (tmp_path / LOG).write_bytes(before)
    end = impersonal_end(ProcessEnd("failed", f"no file {home}/x"), tmp_path)
    assert end == ProcessEnd("failed", "no file <home>/x")
    assert (tmp_path / LOG).read_bytes() == b"<user>: epoch 1\r\nread <home>/.keras\r\xff\xfe caf\xc3\xa9"


def test_process_that_ended_before_it_could_log_ends_as_it_did(tmp_path: Path) -> None:
    assert impersonal_end(ProcessEnd("done"), tmp_path) == ProcessEnd("done")
    assert not (tmp_path / LOG).exists()


def test_log_that_cannot_be_read_is_told_and_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / LOG).mkdir()
    impersonal_end(ProcessEnd("done"), tmp_path)
    assert "a log is not published" in caplog.text

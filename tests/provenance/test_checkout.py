"""The state of a checkout: a commit, whether it was changed, and a digest of what was."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from ablation.provenance.checkout import read_checkout


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of one commit."""
    git(tmp_path, "init", "-q")
    (tmp_path / "trial.py").write_text("rate = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def changes(folder: Path) -> str | None:
    found = read_checkout(folder)
    assert found is not None
    assert found.is_dirty == (found.diff_sha256 is not None)
    return found.diff_sha256


def test_unchanged_checkout_is_its_commit(checkout: Path) -> None:
    found = read_checkout(checkout)
    assert found is not None
    assert found.model_dump() == {
        "commit": git(checkout, "rev-parse", "HEAD").strip(),
        "is_dirty": False,
        "diff_sha256": None,
    }


def test_changed_file_is_told_by_the_digest_of_the_diff(checkout: Path) -> None:
    (checkout / "trial.py").write_text("rate = 2\n")
    diff = git(checkout, "diff", "HEAD", "--full-index")
    assert "+rate = 2" in diff
    assert changes(checkout) == hashlib.sha256(diff.encode()).hexdigest()


def test_equal_changes_have_equal_digests_and_others_have_not(checkout: Path) -> None:
    seen = []
    for text in ("rate = 2\n", "rate = 3\n", "rate = 2\n"):
        (checkout / "trial.py").write_text(text)
        seen.append(changes(checkout))
    assert seen[0] == seen[2] != seen[1]


def test_untracked_source_file_counts_by_name_and_content(checkout: Path) -> None:
    seen = []
    for name, text in (("a.py", "x = 1\n"), ("b.py", "x = 1\n"), ("a.py", "x = 2\n")):
        (checkout / name).write_text(text)
        seen.append(changes(checkout))
        (checkout / name).unlink()
    assert None not in seen
    assert len(set(seen)) == 3


@pytest.mark.parametrize("name", ["notes.txt", "data.csv", "artifacts.bin"])
def test_untracked_file_that_is_no_source_does_not_count(checkout: Path, name: str) -> None:
    (checkout / name).write_text("1\n")
    assert changes(checkout) is None


def test_own_settings_of_git_do_not_change_the_digest(checkout: Path) -> None:
    (checkout / "trial.py").write_text("rate = 2\n")
    before = changes(checkout)
    for name, value in {"diff.noprefix": "true", "diff.context": "9", "color.ui": "always"}.items():
        git(checkout, "config", name, value)
    assert changes(checkout) == before


def test_variables_of_git_lead_to_no_other_repository(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(Path(__file__).parents[2] / ".git"))
    found = read_checkout(checkout)
    monkeypatch.delenv("GIT_DIR")
    assert found is not None
    assert found.commit == git(checkout, "rev-parse", "HEAD").strip()


def test_folder_that_is_no_checkout_has_no_state(tmp_path: Path) -> None:
    (tmp_path / "trial.py").write_text("rate = 1\n")
    assert read_checkout(tmp_path) is None


def test_checkout_that_git_cannot_read_has_no_state(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert read_checkout(tmp_path) is None

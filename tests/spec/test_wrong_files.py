"""Files that are no spec, as the command reports them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ablation.spec import SpecError, load_study
from tests.conftest import Project, new_project

from .documents import SMALL, changed, load, problems

NO_MAPPING = "a spec must be a mapping of keys to values, got"

WRONG_FILES = {
    "empty": (b"", 1, f"{NO_MAPPING} nothing", "Begin with `study: my-study`"),
    "comment": (b"# nothing\n", 1, f"{NO_MAPPING} nothing", "specs/quickstart.yaml"),
    "list": (b"- study: a\n", 1, f"{NO_MAPPING} a list", "Begin with"),
    "text": (b"study\n", 1, f"{NO_MAPPING} text", "Begin with"),
    "number": (b"3\n", 1, f"{NO_MAPPING} a single value", "Begin with"),
    "latin_1": (b"study: a\nquestion: \xfcber\n", 2, "not UTF-8", "Save the file as UTF-8."),
    "utf_16": ("study: a\n".encode("utf-16"), 1, "not UTF-8", "Save the file as UTF-8."),
    "null_character": (b"study: a\nquestion: a\0b\n", 2, "not allowed", "it may be invisible"),
    "binary": (bytes(range(9, 256)), 2, "not UTF-8", "Save the file as UTF-8."),
    "ten_megabytes": (b"study: " + b"x" * 10_000_000, None, "larger than 1,000,000 bytes", "a page of text"),
}


@pytest.fixture
def here(tmp_path: Path) -> Project:
    """A working directory for commands that need no server."""
    return new_project(tmp_path, "http://server.invalid/api")


@pytest.mark.parametrize("name", WRONG_FILES)
def test_file_that_is_no_spec_is_reported(tmp_path: Path, name: str) -> None:
    content, line, message, hint = WRONG_FILES[name]
    (problem,) = problems(tmp_path, content)
    assert (problem.mark.file, problem.mark.line) == (str(tmp_path / "spec.yaml"), line)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.yaml", "No such file or directory"), ("", "Is a directory"), ("a\0b", "embedded null byte")],
    ids=["missing", "directory", "null_character"],
)
def test_path_that_cannot_be_read_is_reported(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SpecError) as raised:
        load_study(tmp_path / name)
    (problem,) = raised.value.problems
    assert problem.mark.file == str(tmp_path / name)
    assert problem.message == f"cannot be read: {reason}"
    assert "ls specs" in problem.hint


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + SMALL.encode()).name == "small"


def test_file_with_windows_line_endings_is_read_and_counts_its_lines(tmp_path: Path) -> None:
    assert load(tmp_path, SMALL.replace("\n", "\r\n").encode()).name == "small"
    (problem,) = problems(tmp_path, changed("epochs: 2", "epochs: x").replace("\n", "\r\n").encode())
    assert problem.mark.line == 14


@pytest.mark.parametrize("name", WRONG_FILES)
def test_validate_of_a_wrong_file_exits_2_and_says_where(here: Project, name: str) -> None:
    content, line, message, _ = WRONG_FILES[name]
    (here.directory / "study.yaml").write_bytes(content)
    completed = here.call("validate", "study.yaml")
    said = " ".join((completed.stdout + completed.stderr).split())
    assert completed.returncode == 2
    assert f"study.yaml:{line}: " in said if line else "study.yaml: " in said
    assert message in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["missing.yaml", "folder"])
def test_validate_of_a_path_that_cannot_be_read_exits_2(here: Project, name: str) -> None:
    (here.directory / "folder").mkdir()
    status, found = here.call_json("validate", name)
    assert status == 2
    (said,) = found["problems"][name]
    assert said.startswith(f"{name}: cannot be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_validate_of_a_file_without_permission_exits_2(here: Project) -> None:
    (here.directory / "study.yaml").write_text(SMALL, encoding="utf-8")
    (here.directory / "study.yaml").chmod(0)
    status, found = here.call_json("validate", "study.yaml")
    assert status == 2
    assert "Permission denied" in found["problems"]["study.yaml"][0]


def test_validate_reports_every_problem_of_every_file(here: Project) -> None:
    here.write(changed("rate: 0.5", "rate: 1.4", changed("epochs: 2", "epochs: two")), "first.yaml")
    here.write(changed("drop.enabled: true", "drop.enabled: yes", SMALL), "second.yaml")
    here.write(SMALL, "third.yaml")
    status, found = here.call_json("validate", "first.yaml", "second.yaml", "third.yaml")
    assert (status, found["valid"]) == (2, False)
    assert {name: [said.splitlines()[0] for said in each] for name, each in found["problems"].items()} == {
        "first.yaml": [
            "first.yaml:10: model.layers.drop.rate: must be less than 1",
            "first.yaml:14: training.epochs: must be a whole number",
        ],
        "second.yaml": ["second.yaml:18: model.layers.drop.enabled: must be true or false"],
        "third.yaml": [],
    }

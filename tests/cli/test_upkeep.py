"""verify, pull, pin, unpin and gc: as a user runs them, over the store of a finished run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import FinishedRun, Project, embedded_store, new_project
from tests.store.upkeep.published import X, Y, commit, long_ago, train


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose store has two runs, the older one 40 days old."""
    directory = tmp_path_factory.mktemp("filled")
    with embedded_store(directory) as store:
        with long_ago(store):
            commit(store, "20261001-041200-7f3a1c", train(store, X, b"own"))
        commit(store, "20261121-041200-7f3a1c", train(store, Y, b"newer"))
    return directory


@pytest.fixture
def published(filled: Path, tmp_path: Path) -> Project:
    """A working directory with that store, for this test alone."""
    shutil.copytree(filled / "artifacts", tmp_path / "artifacts")
    return new_project(tmp_path, "http://127.0.0.1:9/api")


def test_verify_of_a_whole_run_says_what_was_read(published: Project) -> None:
    completed = published.call("verify", "latest")
    assert completed.returncode == 0
    assert completed.stdout == "demo 20261121-041200-7f3a1c: whole (5 files, 1 trial with 2 blobs, 197 B)\n"


def test_verify_of_a_damaged_run_names_the_files_and_ends_with_1(published: Project) -> None:
    folder = published.published("20261121-041200-7f3a1c", "demo")
    (folder / "index.html").write_bytes(b"<q>")
    (folder / "effects.json").unlink()
    (folder / "notes.txt").write_bytes(b"hi")
    code, found = published.call_json("verify", "20261121")
    assert code == 1
    assert not found["is_whole"]
    assert [(each["kind"], each["key"].rpartition("/")[2]) for each in found["findings"]] == [
        ("missing", "effects.json"),
        ("wrong", "index.html"),
        ("foreign", "notes.txt"),
    ]


def test_verify_with_repair_says_what_it_did_and_what_to_run_next(published: Project) -> None:
    folder = published.published("20261121-041200-7f3a1c", "demo")
    model = folder / "variants/l2/seed-0/model.keras"
    model.write_bytes(b"NEWER")
    (folder / "plan.json").unlink()
    completed = published.call("verify", "20261121", "--repair")
    assert completed.returncode == 1
    assert model.read_bytes() == b"newer"
    first, second, *actions, verdict, staying, following = completed.stdout.splitlines()
    assert [line.split(": ")[0] for line in (first, second)] == ["missing", "wrong"]
    assert actions[0] == (
        "left: studies/demo/20261121-041200-7f3a1c/plan.json: "
        "nothing in the store has its bytes; a new run of the study publishes its own"
    )
    assert actions[1].startswith("restored: studies/demo/20261121-041200-7f3a1c/variants/l2/seed-0/model.keras: from b")
    assert verdict.startswith("demo 20261121-041200-7f3a1c: 2 findings, 1 left, 1 restored (5 files, ")
    assert staying == "This run stays damaged: its own pages and tables cannot be made again."
    assert following == (
        "Next: run the study demo again, which publishes another run. "
        "`ablate gc --older-than DAYS --apply` removes this one, unless it is pinned or the newest."
    )


def test_verify_with_repair_ends_with_0_where_everything_is_restored(published: Project) -> None:
    (published.published("20261121-041200-7f3a1c", "demo") / "variants/l2/seed-0/model.keras").unlink()
    code, document = published.call_json("verify", "latest", "--repair")
    assert (code, document["is_whole"], document["command"]) == (0, True, "")
    assert [repair["action"] for repair in document["repairs"]] == ["restored"]
    assert published.call("verify", "latest").returncode == 0


def test_pull_copies_the_run_and_goes_on(published: Project) -> None:
    assert published.call("pull", "latest", "copy").returncode == 0
    (published.directory / "copy" / "index.html").unlink()
    completed = published.call("pull", "latest", "copy")
    assert completed.stdout.splitlines() == [
        "demo 20261121-041200-7f3a1c: 1 file, 3 B; 4 files there already",
        "Page: copy/index.html",
    ]
    assert (published.directory / "copy" / "index.html").read_bytes() == b"<p>"


def test_pull_of_a_run_that_names_evil_paths_is_one_report(published: Project) -> None:
    manifest = published.published("20261121-041200-7f3a1c", "demo") / "manifest.json"
    document = json.loads(manifest.read_bytes())
    document["files"][0]["path"] = "../../out.txt"
    manifest.write_text(json.dumps(document))
    completed = published.call("pull", "latest", "copy")
    assert completed.returncode == 2
    assert "'../../out.txt' leaves the folder by `..`" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert not (published.directory / "copy").exists()


@pytest.mark.slow
def test_pull_of_a_damaged_run_ends_with_1_and_no_manifest(published: Project) -> None:
    (published.published("20261121-041200-7f3a1c", "demo") / "index.html").write_bytes(b"<q>")
    code, document = published.call_json("pull", "latest", "copy")
    assert code == document["exit_code"] == 1
    assert "index.html: its bytes were changed" in document["error"]
    assert not (published.directory / "copy" / "manifest.json").exists()


def files_of(project: Project) -> set[Path]:
    return {path for path in (project.directory / "artifacts").rglob("*") if path.is_file()}


def test_gc_says_what_why_and_how_much_and_removes_only_with_apply(published: Project) -> None:
    before = files_of(published)
    printed = published.call("gc", "--older-than", "30").stdout
    assert "old run: 1, " in printed
    assert "    studies/demo/20261001-041200-7f3a1c/  " in printed
    assert "it is 40 days old" in printed
    assert "Nothing was removed. `ablate gc --apply` with the same options removes 8 objects, " in printed
    assert files_of(published) == before
    code, removed = published.call_json("gc", "--older-than", "30", "--apply")
    assert code == 0
    assert removed["applied"]
    assert removed["objects"] == 8
    assert len(before - files_of(published)) == 8
    assert "20261001" not in (published.directory / "artifacts" / "index.html").read_text()
    assert published.call("verify", "latest").returncode == 0
    assert published.call("gc").stdout == "There is nothing to remove.\n"


def test_pinned_run_is_kept_and_marked_until_it_is_unpinned(published: Project) -> None:
    assert published.call("pin", "20261001").stdout == "demo 20261001-041200-7f3a1c: pinned\n"
    _, found = published.call_json("gc", "--older-than", "30")
    assert found["garbage"] == []
    assert found["kept"] == [{"study": "demo", "run_id": "20261001-041200-7f3a1c", "why": "pinned"}]
    _, runs = published.call_json("list")
    assert [run["pinned"] for run in runs] == [True, False]
    assert published.call_json("unpin", "20261001")[1]["changed"]
    assert len(published.call_json("gc", "--older-than", "30")[1]["garbage"]) == 3


def test_list_says_when_how_many_trials_and_how_large(published: Project) -> None:
    published.call("pin", "latest")
    printed = published.call("list").stdout
    assert printed.splitlines()[3:] == [
        "20261121-041200-7f3a1c  demo  complete",
        "    2026-11-21 04:12 UTC · 1 trained in 1.5 s · 5 files, 175 B · pinned",
        "    l2 helps",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "nope"], "there is no run 'nope'"),
        (["gc", "--grace", "-1"], "--grace"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], message: str, published: Project) -> None:
    completed = published.call(*arguments)
    assert completed.returncode == 2
    assert message in completed.stderr


@pytest.mark.xdist_group("prefect")
def test_run_of_a_study_is_whole_and_nothing_of_it_is_garbage(finished_run: FinishedRun, tmp_path: Path) -> None:
    shutil.copytree(finished_run.project.directory / "artifacts", tmp_path / "artifacts")
    project = Project(tmp_path, finished_run.project.environment)
    code, verified = project.call_json("verify", "latest")
    assert (code, verified["trials"], verified["findings"]) == (0, 4, [])
    assert verified["blobs"] > 8
    assert project.call_json("gc", "--grace", "0", "--older-than", "0")[1]["garbage"] == []

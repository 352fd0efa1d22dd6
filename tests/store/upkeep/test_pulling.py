"""Copying a run out of the store: whole, verified, resumable, and nowhere but into its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ablation.records import PublishedFile, RunManifest
from ablation.store import FolderTaken, FolderUnwritable, PathsRefused, PullIncomplete, Store, pull_run
from ablation.store.upkeep.occupying import occupied
from tests.conftest import rarely
from tests.store.upkeep.published import X, commit, train

MODEL = "variants/l2/seed-0/model.keras"


@pytest.fixture
def run(store: Store) -> RunManifest:
    return commit(store, "run-1", train(store, X))


def files_under(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def fetched_keys(store: Store, manifest: RunManifest, folder: Path) -> list[str]:
    """Pull a run, and return the paths of the run that were asked for."""
    asked: list[str] = []
    store.client.meta.events.register(
        "before-send.s3.GetObject",
        lambda request, **_: asked.append(request.url.partition("/run-1/")[2]),
        unique_id="x",
    )
    try:
        pull_run(store, manifest, folder)
    finally:
        store.client.meta.events.unregister("before-send.s3.GetObject", unique_id="x")
    return sorted(asked)


def test_pulled_run_is_a_folder_with_all_its_files(store: Store, run: RunManifest, tmp_path: Path) -> None:
    pulled = pull_run(store, run, tmp_path / "new" / "copy")
    expected = {file.path for file in run.files} | {"manifest.json"}
    assert files_under(tmp_path / "new" / "copy") == expected
    assert (tmp_path / "new" / "copy" / MODEL).read_bytes() == b"weights"
    assert RunManifest.model_validate_json((tmp_path / "new" / "copy" / "manifest.json").read_bytes()) == run
    assert (pulled.fetched, pulled.present) == (5, 0)


def test_pull_again_fetches_the_manifest_alone(store: Store, run: RunManifest, tmp_path: Path) -> None:
    pull_run(store, run, tmp_path)
    assert fetched_keys(store, run, tmp_path) == ["manifest.json"]


def test_interrupted_pull_goes_on_with_what_is_missing(store: Store, run: RunManifest, tmp_path: Path) -> None:
    store.delete(f"studies/demo/run-1/{MODEL}")
    with pytest.raises(PullIncomplete, match=rf"1 of 5 files were not copied:\n  {MODEL}: the store has lost it"):
        pull_run(store, run, tmp_path)
    assert files_under(tmp_path) == {file.path for file in run.files} - {MODEL}
    (tmp_path / "variants/l2/seed-0/.model.keras.0123456789ab.part").write_bytes(b"wei")  # as a kill -9 leaves it
    store.put(f"studies/demo/run-1/{MODEL}", b"weights")
    assert fetched_keys(store, run, tmp_path) == ["manifest.json", MODEL]
    assert files_under(tmp_path) == {file.path for file in run.files} | {"manifest.json"}


def test_file_that_changed_in_the_store_never_appears(store: Store, run: RunManifest, tmp_path: Path) -> None:
    store.put(f"studies/demo/run-1/{MODEL}", b"WEIGHTS")
    with pytest.raises(PullIncomplete, match=f"{MODEL}: its bytes were changed"):
        pull_run(store, run, tmp_path)
    assert files_under(tmp_path) == {file.path for file in run.files} - {MODEL}


def test_file_that_changed_in_the_copy_is_fetched_again(store: Store, run: RunManifest, tmp_path: Path) -> None:
    pull_run(store, run, tmp_path)
    (tmp_path / MODEL).write_bytes(b"WEIGHTS")
    assert pull_run(store, run, tmp_path).fetched == 1
    assert (tmp_path / MODEL).read_bytes() == b"weights"


def test_other_peoples_file_of_the_same_name_is_not_written_over(
    store: Store, run: RunManifest, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_bytes(b"my own page")
    with pytest.raises(FolderTaken, match=r"other files under these names.*\n  index\.html"):
        pull_run(store, run, tmp_path)
    assert files_under(tmp_path) == {"index.html"}
    assert (tmp_path / "index.html").read_bytes() == b"my own page"


def test_folder_of_another_run_is_refused(store: Store, run: RunManifest, tmp_path: Path) -> None:
    pull_run(store, commit(store, "run-2"), tmp_path)
    with pytest.raises(FolderTaken, match="holds demo/run-2"):
        pull_run(store, run, tmp_path)


def test_folder_in_which_another_copy_is_at_work_is_refused(store: Store, run: RunManifest, tmp_path: Path) -> None:
    with occupied(tmp_path), pytest.raises(FolderTaken, match="at this moment"):
        pull_run(store, run, tmp_path)


def with_paths(run: RunManifest, *paths: str) -> RunManifest:
    files = [PublishedFile(path=path, sha256=X, bytes=1, content_type="text/plain") for path in paths]
    return run.model_copy(update={"files": (*run.files, *files)})


EVIL = {
    "/etc/passwd": "is absolute",
    "../beside.txt": "leaves the folder by `..`",
    "variants/../../beside.txt": "leaves the folder by `..`",
    "a//b": "cannot be a file of a run",
    "./a": "cannot be a file of a run",
    "a\\b": "cannot be a file of a run",
    "manifest.json": "cannot be a file of a run",
    "": "cannot be a file of a run",
    "index.html": "is there 2 times",
    "index.html/x": "would have to be a file and a folder",
    "link/beside.txt": "leaves the folder by a symbolic link",
    "loop/x": "leaves the folder by a symbolic link",
    "leads_out.txt": "leaves the folder by a symbolic link",
}
OFTEN = ("/etc/passwd", "../beside.txt", "link/beside.txt", "index.html/x")


@pytest.mark.parametrize("path", rarely(EVIL, but=OFTEN))
def test_path_that_would_leave_the_folder_is_named_and_nothing_is_fetched(
    path: str, store: Store, run: RunManifest, tmp_path: Path
) -> None:
    why = EVIL[path]
    folder = tmp_path / "copy"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "leads_out.txt").symlink_to(tmp_path / "beside.txt")
    with pytest.raises(PathsRefused) as refused:
        pull_run(store, with_paths(run, path), folder)
    assert why in str(refused.value)
    assert repr(path.removesuffix("/x") if "file and a folder" in why else path) in str(refused.value)
    assert files_under(tmp_path) == set()


@pytest.mark.slow
def test_all_evil_paths_are_in_one_report(store: Store, run: RunManifest, tmp_path: Path) -> None:
    with pytest.raises(PathsRefused, match=r"'/a' is absolute\n.*'\.\./b' leaves the folder"):
        pull_run(store, with_paths(run, "/a", "../b"), tmp_path)


@pytest.mark.slow
def test_link_within_the_folder_and_a_link_as_the_folder_are_followed(
    store: Store, run: RunManifest, tmp_path: Path
) -> None:
    (tmp_path / "copy" / "elsewhere").mkdir(parents=True)
    (tmp_path / "copy" / "variants").symlink_to(tmp_path / "copy" / "elsewhere")
    (tmp_path / "link").symlink_to(tmp_path / "copy")
    pull_run(store, run, tmp_path / "link")
    assert (tmp_path / "copy" / "elsewhere" / "l2" / "seed-0" / "model.keras").read_bytes() == b"weights"


@pytest.mark.slow
def test_folder_that_is_a_file_is_told(store: Store, run: RunManifest, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"")
    with pytest.raises(FolderUnwritable, match=r"copy: File exists"):
        pull_run(store, run, tmp_path / "copy")


def test_folder_that_cannot_take_a_file_is_told(store: Store, run: RunManifest, tmp_path: Path) -> None:
    (tmp_path / "variants").write_bytes(b"a file where a folder must be")
    with pytest.raises(FolderUnwritable, match=r"cannot write .*variants/l2/seed-0/"):
        pull_run(store, run, tmp_path)
    assert not os.path.lexists(tmp_path / "manifest.json")

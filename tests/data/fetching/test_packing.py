"""A folder as one file: its digest is that of its files' names and content."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ablation.catalogue import DatasetFile
from ablation.data import DataError
from ablation.data.fetching import fetch_file, path_digest
from ablation.data.fetching.packing import pack
from tests.data.conftest import Cache

NAMES = ["a b.txt", "cat/1.jpg", "cat/\u00e9.jpg", "dog/1.jpg", f"dog/{'x' * 150}.jpg"]


def folder_in(directory: Path) -> Path:
    folder = directory / "photos"
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_in(tmp_path)


def test_archive_has_the_files_in_the_order_of_their_names_and_nothing_else(folder: Path) -> None:
    output = io.BytesIO()
    pack(folder, output)
    output.seek(0)
    with tarfile.open(fileobj=output) as archive:
        members = archive.getmembers()
        assert [member.name for member in members] == ["a b.txt", "cat/1.jpg", "cat/é.jpg", "dog/1.jpg", NAMES[4]]
        assert {(each.mtime, each.mode, each.uid, each.gid, each.uname, each.gname) for each in members} == {
            (0, 0o644, 0, 0, "", "")
        }
        content = archive.extractfile("cat/1.jpg")
        assert content is not None
        assert content.read() == b"cat/1.jpg" * 100


def test_digest_of_a_folder_is_that_of_its_archive(folder: Path) -> None:
    output = io.BytesIO()
    pack(folder, output)
    assert path_digest(folder) == hashlib.sha256(output.getvalue()).hexdigest()


def test_digest_of_a_folder_stays_what_it_is_on_every_machine(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.jpg").write_bytes(b"cat")
    assert path_digest(tmp_path) == "b38ad44401fb5c7062df7ba23de147672fe20c24e7f23a6489289793db0a7823"


def test_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x,y\n")
    assert path_digest(tmp_path / "a.csv") == "9c6536d38fa37da58fac066342747e6d20fdace12ab5b287cf04506f2afe95b0"


def touch(folder: Path) -> None:
    os.utime(folder / "cat/1.jpg", (1, 1))


def lock(folder: Path) -> None:
    (folder / "cat/1.jpg").chmod(0o600)


def hide(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"?")
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_bytes(b"?")


def add_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


@pytest.mark.parametrize("change", [touch, lock, hide, add_folder])
def test_digest_stays_whatever_else_is_of_a_folder(folder: Path, change: Callable[[Path], None]) -> None:
    before = path_digest(folder)
    change(folder)
    assert path_digest(folder) == before


def write(folder: Path) -> None:
    (folder / "cat/1.jpg").write_bytes(b"another")


def rename(folder: Path) -> None:
    (folder / "cat/1.jpg").rename(folder / "cat/2.jpg")


def add(folder: Path) -> None:
    (folder / "cat/2.jpg").write_bytes(b"")


@pytest.mark.parametrize("change", [write, rename, add])
def test_digest_changes_with_names_and_content(folder: Path, change: Callable[[Path], None]) -> None:
    before = path_digest(folder)
    change(folder)
    assert path_digest(folder) != before


def test_digest_does_not_depend_on_where_the_folder_lies(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert path_digest(link) == path_digest(folder_in(tmp_path / "elsewhere")) == path_digest(folder)


def link_file(folder: Path) -> str:
    (folder / "cat/2.jpg").symlink_to(folder / "cat/1.jpg")
    return "cat/2.jpg is a link; put the file itself there"


def link_folder(folder: Path) -> str:
    (folder / "bird").symlink_to(folder / "cat")
    return "bird is a link; put the file itself there"


def make_pipe(folder: Path) -> str:
    os.mkfifo(folder / "cat/pipe.jpg")
    return "cat/pipe.jpg is neither a file nor a folder"


def name_in_latin(folder: Path) -> str:
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xe9.jpg"))).write_bytes(b"")
    return r"has the name '\udce9.jpg', which is not UTF-8; rename it"


def empty(folder: Path) -> str:
    for name in NAMES:
        (folder / name).unlink()
    return "photos holds no file"


@pytest.mark.parametrize("spoil", [link_file, link_folder, make_pipe, name_in_latin, empty])
def test_folder_that_cannot_be_packed_is_refused(folder: Path, spoil: Callable[[Path], str]) -> None:
    message = spoil(folder)
    with pytest.raises(DataError) as raised:
        path_digest(folder)
    assert message in str(raised.value)


def own(uri: str, sha256: str) -> DatasetFile:
    return DatasetFile(name=Path(uri).name, url=uri, sha256=(sha256,), is_own=True)


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_folder_is_fetched_as_one_file(folder: Path, cache: Cache, prefix: str) -> None:
    digest = path_digest(folder)
    path = fetch_file(own(f"{prefix}{folder}", digest), cache.settings())
    assert cache.files() == [f"files/{digest}/photos"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    write(folder)
    assert fetch_file(own(str(folder), digest), cache.settings()) == path


def test_folder_on_the_mirror_is_fetched_as_one_file(folder: Path, cache: Cache) -> None:
    file = own("https://example.invalid/photos", path_digest(folder))
    assert fetch_file(file, cache.settings(str(folder.parent))).is_file()


def test_folder_with_a_link_is_not_fetched(folder: Path, cache: Cache) -> None:
    file = own(str(folder), path_digest(folder))
    link_file(folder)
    with pytest.raises(DataError, match=r"photos cannot be fetched:\n.*cat/2\.jpg is a link"):
        fetch_file(file, cache.settings())
    assert cache.files() == []

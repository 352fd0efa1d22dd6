from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from ablation.data import DataError
from ablation.data.formats import archives
from ablation.data.formats.archives import plain_files

from .small import archive


def special(path: Path, kind: bytes, name: str = "a") -> Path:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "elsewhere"
    with tarfile.open(path, "w") as tar:
        tar.addfile(member)
    return path


def test_files_come_in_the_archives_order_and_folders_are_passed_over(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar.gz", {"b/2": b"two", "a/1": b"one"})
    assert [(str(name), content.read()) for name, content in plain_files(path)] == [("b/2", b"two"), ("a/1", b"one")]
    assert list(plain_files(special(tmp_path / "folder.tar", tarfile.DIRTYPE))) == []


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b"])
def test_member_outside_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"a\.tar: the member .* lies outside of the archive"):
        list(plain_files(archive(tmp_path / "a.tar", {name: b"1"})))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_link_or_device_is_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(DataError, match="is a link or a device"):
        list(plain_files(special(tmp_path / "a.tar", kind)))


def test_more_files_than_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 1)
    with pytest.raises(DataError, match="has more than 1 files"):
        list(plain_files(archive(tmp_path / "a.tar", {"a": b"1", "b": b"2"})))


@pytest.mark.parametrize(("limit", "bytes_"), [("MAX_FILE_BYTES", 3), ("MAX_BYTES", 7)])
def test_more_bytes_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, bytes_: int
) -> None:
    monkeypatch.setattr(archives, limit, bytes_)
    with pytest.raises(DataError, match=r"has 4 bytes"):
        list(plain_files(archive(tmp_path / "a.tar", {"a": b"1234", "b": b"5678"})))


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(io.BytesIO(b"text" * 1000).getvalue())
    with pytest.raises(DataError, match=r"a\.tar: cannot be read as a tar archive"):
        list(plain_files(path))

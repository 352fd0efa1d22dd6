from __future__ import annotations

import io
import random
import re
import stat
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from ablation.data import DataError
from ablation.data.formats import archives
from ablation.data.formats.archives import MAX_FILE_BYTES, plain_files

from .small import BROKEN_ZIPS, archive, broken_zip


def special(path: Path, kind: bytes, name: str = "a") -> Path:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "elsewhere"
    with tarfile.open(path, "w") as tar:
        tar.addfile(member)
    return path


@pytest.mark.parametrize("file", ["a.tar", "a.tar.gz", "a.tgz", "a.zip", "a.without_suffix"])
def test_files_come_in_the_archives_order_and_folders_are_passed_over(tmp_path: Path, file: str) -> None:
    path = archive(tmp_path / file, {"b/": b"", "b/2": b"two", "a/1": b"one"})
    assert [(str(name), content.read()) for name, content in plain_files(path)] == [("b/2", b"two"), ("a/1", b"one")]


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "a\\..\\b"])
@pytest.mark.parametrize("file", ["a.tar", "a.tar.gz", "a.zip"])
def test_member_outside_of_the_archive_is_refused(tmp_path: Path, name: str, file: str) -> None:
    with pytest.raises(DataError, match=rf"{re.escape(file)}: the member .* lies outside of the archive"):
        list(plain_files(archive(tmp_path / file, {name: b"1"})))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_link_or_device_is_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(DataError, match="is a link, a device or encrypted"):
        list(plain_files(special(tmp_path / "a.tar", kind)))


@pytest.mark.parametrize("file", ["a.tar", "a.zip"])
@pytest.mark.parametrize("second", ["b", "b/"])
def test_more_members_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, second: str
) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 1)
    with pytest.raises(DataError, match="has more than 1 files"):
        list(plain_files(archive(tmp_path / file, {"a": b"1", second: b""})))


@pytest.mark.parametrize("file", ["a.tar", "a.tar.gz", "a.zip"])
@pytest.mark.parametrize(("limit", "bytes_"), [("MAX_FILE_BYTES", 3), ("MAX_BYTES", 7)])
def test_more_bytes_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, limit: str, bytes_: int
) -> None:
    monkeypatch.setattr(archives, limit, bytes_)
    with pytest.raises(DataError, match=r"has 4 bytes"):
        list(plain_files(archive(tmp_path / file, {"a": b"1234", "b": b"5678"})))


@pytest.mark.parametrize("file", ["bomb.tar.gz", "bomb.zip"])
def test_bomb_of_many_bytes_is_refused_before_it_is_unpacked(tmp_path: Path, file: str) -> None:
    path = archive(tmp_path / file, {"a": bytes(MAX_FILE_BYTES + 1)})
    assert path.stat().st_size < MAX_FILE_BYTES / 500
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=rf"{file}: 'a' has 268,435,457 bytes"):
            list(plain_files(path))
        assert tracemalloc.get_traced_memory()[1] < MAX_FILE_BYTES / 50
    finally:
        tracemalloc.stop()


def test_zip_bomb_that_states_fewer_bytes_than_it_has_is_refused_unread(tmp_path: Path) -> None:
    size = 50_000_000
    path = archive(tmp_path / "bomb.zip", {"a": bytes(size)})
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (5).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"bomb\.zip: cannot be read as a zip archive: Bad CRC-32"):
            list(plain_files(path))
        assert tracemalloc.get_traced_memory()[1] < size / 50
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_tar_with_a_header_of_many_bytes_is_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("a")
    member.type, member.size = kind, 1 << 17
    path = tmp_path / "a.tar"
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 18))
    with pytest.raises(DataError, match="has a header of 131,072 bytes"):
        list(plain_files(path))


def test_tar_with_a_long_name_is_read(tmp_path: Path) -> None:
    name = "/".join(["folder" * 10] * 5)
    path = archive(tmp_path / "a.tar", {name: b"1"})
    assert [str(name) for name, _ in plain_files(path)] == [name]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_link_or_device_in_a_zip_is_refused(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("a")
    member.create_system, member.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(member, "/etc/passwd")
    with pytest.raises(DataError, match=r"a\.zip: the member 'a' is a link, a device or encrypted"):
        list(plain_files(tmp_path / "a.zip"))


def test_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a": b"1"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="is a link, a device or encrypted"):
        list(plain_files(path))


@pytest.mark.parametrize("file", ["a.tar.gz", "a.zip"])
def test_archive_that_is_cut_off_is_refused(tmp_path: Path, file: str) -> None:
    path = archive(tmp_path / file, {"a": random.Random(0).randbytes(50_000)})
    path.write_bytes(path.read_bytes()[:-30_000])
    with pytest.raises(DataError, match=rf"{file}: cannot be read as a"):
        for _, content in plain_files(path):
            content.read()


@pytest.mark.parametrize("damage", ["unknown", "deflate", "bzip2", "lzma"])
def test_zip_with_a_member_that_cannot_be_unpacked_is_refused(tmp_path: Path, damage: str) -> None:
    path = broken_zip(tmp_path / "a.zip", damage, {"a": bytes(1000)})
    with pytest.raises(DataError, match=rf"a\.zip: cannot be read as a zip archive: .*{BROKEN_ZIPS[damage][1]}"):
        list(plain_files(path))


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(io.BytesIO(b"text" * 1000).getvalue())
    with pytest.raises(DataError, match=r"a\.tar: cannot be read as a tar archive"):
        list(plain_files(path))

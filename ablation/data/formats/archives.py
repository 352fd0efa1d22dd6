"""Tar and zip archives, read member by member in memory: nothing is ever extracted to the disk."""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Self

from ablation.data.errors import DataError

MAX_FILES = 500_000
MAX_FILE_BYTES = 1 << 28
MAX_BYTES = 1 << 33
MAX_HEADER_BYTES = 1 << 16

Member = tuple[PurePosixPath, IO[bytes] | None]
"""Name and content of a file; None instead of the content of a folder."""

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# Whatever reading a damaged zip archive raises; RuntimeError is an encrypted member or an unknown compression.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    RuntimeError,
    KeyError,
    ValueError,
    EOFError,
    OSError,
    lzma.LZMAError,
    zlib.error,
)
_ENCRYPTED = 0x1
_LONG_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


def plain_files(path: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    """Yield name and content of every file of an archive, in the archive's order.

    Raises:
        DataError: A member is a link or a device, its name leaves the archive, or there is more than could be right.
    """
    for name, content in members(path):
        if content is not None:
            yield name, content


def members(path: Path) -> Iterator[Member]:
    """Yield every file and every folder of a tar archive, compressed or not, or a zip archive, in its order.

    Raises:
        DataError: A member is a link or a device, its name leaves the archive, or there is more than could be right.
    """
    with path.open("rb") as file:
        is_zip = file.read(4) in ZIP_MAGIC
    return _zip_members(path) if is_zip else _tar_members(path)


def _tar_members(path: Path) -> Iterator[Member]:
    limits = _Limits(path.name)
    try:
        with tarfile.open(path, "r|*", tarinfo=_Header) as archive:
            for member in archive:
                name = _inside(member.name, path.name)
                if not (member.isfile() or member.isdir()):
                    raise _not_plain(member.name, path.name)
                limits.add(member.name, 0 if member.isdir() else member.size)
                content = archive.extractfile(member)
                # Read here, so that a file that breaks off is this reader's error and not its caller's.
                yield name, None if content is None else io.BytesIO(content.read())
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(f"{path.name}: cannot be read as a tar archive: {error}") from error


class _Header(tarfile.TarInfo):
    """A header of a tar archive, refused before a long name or an attribute of gigabytes is read into memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        if header.type in _LONG_HEADERS and header.size > MAX_HEADER_BYTES:
            raise DataError(f"the archive has a header of {header.size:,} bytes; it is not read.")
        return header


def _zip_members(path: Path) -> Iterator[Member]:
    limits = _Limits(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = _inside(member.filename, path.name)
                if not _is_plain(member):
                    raise _not_plain(member.filename, path.name)
                limits.add(member.filename, member.file_size)
                yield name, None if member.is_dir() else io.BytesIO(_unpacked(archive, member))
    except ZIP_ERRORS as error:
        raise DataError(f"{path.name}: cannot be read as a zip archive: {error}") from error


def _is_plain(member: zipfile.ZipInfo) -> bool:
    # The upper half is the mode of Unix, 0 where another system wrote the archive.
    kind = stat.S_IFMT(member.external_attr >> 16)
    return kind in (0, stat.S_IFREG, stat.S_IFDIR) and not member.flag_bits & _ENCRYPTED


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as content:
        # Reading without a number unpacks everything before it is cut to the stated size.
        return content.read(member.file_size + 1)


class _Limits:
    """What an archive had so far."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._members = 0
        self._bytes = 0

    def add(self, name: str, size: int) -> None:
        """Count a member; `size` is what is read of it at most, whatever it unpacks to."""
        self._members += 1
        self._bytes += size
        if self._members > MAX_FILES:
            raise DataError(f"{self._archive}: has more than {MAX_FILES:,} files; it is not read.")
        if size > MAX_FILE_BYTES or self._bytes > MAX_BYTES:
            raise DataError(
                f"{self._archive}: {name!r} has {size:,} bytes, {self._bytes:,} with those before it; "
                f"at most {MAX_FILE_BYTES:,} and {MAX_BYTES:,} are read."
            )


def _inside(name: str, archive: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise DataError(f"{archive}: the member {name!r} lies outside of the archive; it is not read.")
    return path


def _not_plain(name: str, archive: str) -> DataError:
    return DataError(f"{archive}: the member {name!r} is a link, a device or encrypted; the archive is not read.")

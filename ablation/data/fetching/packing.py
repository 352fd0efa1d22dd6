"""A folder as one file: a tar archive that depends on the names and the content of its files, and on nothing else.

So a folder has a digest, and what was fetched of it can be kept, verified and handed on like any other file.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ablation.data.errors import DataError

MODE = 0o644


class _Output(Protocol):
    def write(self, data: bytes, /) -> object: ...


def pack(folder: Path, output: _Output) -> None:
    """Write a folder as an uncompressed tar archive: its files in the order of their names, without times and owners.

    Hidden files and folders are left out: computers make them by themselves, and no reader looks at them.

    Raises:
        DataError: It holds no file, or something that is neither a file nor a folder.
        OSError: It cannot be read.
    """
    names = sorted(_names(folder, ""), key=os.fsencode)
    if not names:
        raise DataError(f"the folder {folder} holds no file")
    # Written as a stream, so that the archive may be as well measured as kept.
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        for name in names:
            _add(archive, folder, name)


def path_digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder as `pack` writes it, in hex.

    Raises:
        DataError: As `pack` does.
        OSError: It cannot be read.
    """
    if not path.is_dir():
        return file_digest(path)
    digest = _Digest()
    pack(path, digest)
    return digest.sha256.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Digest:
    """Takes an archive for the sake of its digest."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes, /) -> object:
        self.sha256.update(data)
        return len(data)


def _names(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _names(Path(entry.path), f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield _readable(f"{prefix}{entry.name}", folder)
            else:
                kind = "a link" if entry.is_symlink() else "neither a file nor a folder"
                raise DataError(f"{entry.path} is {kind}; put the file itself there, for only files are packed")


def _readable(name: str, folder: Path) -> str:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"a file in {folder} has the name {name!a}, which is not UTF-8; rename it") from error
    return name


def _add(archive: tarfile.TarFile, folder: Path, name: str) -> None:
    descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{folder / name} is no longer a file")
        member = tarfile.TarInfo(name)
        member.size, member.mode = status.st_size, MODE
        archive.addfile(member, file)

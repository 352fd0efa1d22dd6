"""Tar archives, read member by member in memory: nothing is ever extracted to the disk."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from ablation.data.errors import DataError

MAX_FILES = 500_000
MAX_FILE_BYTES = 1 << 28
MAX_BYTES = 1 << 33


def plain_files(path: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    """Yield name and content of every file of an archive, in the archive's order.

    Raises:
        DataError: A member is a link or a device, its name leaves the archive, or there is more than could be right.
    """
    files = total = 0
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                name = _checked(member, path.name)
                if member.isdir():
                    continue
                files, total = files + 1, total + member.size
                _check_limits(files, total, member, path.name)
                content = archive.extractfile(member)
                assert content is not None  # a plain file has content
                yield name, content
    except (tarfile.TarError, EOFError) as error:
        raise DataError(f"{path.name}: cannot be read as a tar archive: {error}") from error


def _checked(member: tarfile.TarInfo, archive: str) -> PurePosixPath:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise DataError(f"{archive}: the member {member.name!r} lies outside of the archive; it is not read.")
    if not (member.isfile() or member.isdir()):
        raise DataError(f"{archive}: the member {member.name!r} is a link or a device; the archive is not read.")
    return name


def _check_limits(files: int, total: int, member: tarfile.TarInfo, archive: str) -> None:
    if files > MAX_FILES:
        raise DataError(f"{archive}: has more than {MAX_FILES:,} files; it is not read.")
    if member.size > MAX_FILE_BYTES or total > MAX_BYTES:
        raise DataError(
            f"{archive}: {member.name!r} has {member.size:,} bytes, {total:,} with those before it; "
            f"at most {MAX_FILE_BYTES:,} and {MAX_BYTES:,} are read."
        )

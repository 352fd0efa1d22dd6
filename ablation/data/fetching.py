"""A dataset's files on this machine: from the cache, the mirror, or the published address; verified before use."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx

from ablation.catalogue import DatasetFile
from ablation.data.errors import DataError, DataUnavailable
from ablation.settings import Settings

TIMEOUT_S = 30.0


def fetch_file(file: DatasetFile, settings: Settings) -> Path:
    """Return the path of a verified copy of `file` in the cache, fetching it if need be.

    Raises:
        DataUnavailable: It cannot be had, or what was got has another digest. The cache never holds a bad file.
    """
    if cached := cached_file(file, settings):
        return cached
    folder = _folder(settings)
    failures: list[str] = []
    is_temporary = False
    for source in _sources(file, settings):
        try:
            return _fetch_from(source, file, folder)
        except (OSError, httpx.HTTPError, httpx.InvalidURL, DataError) as error:
            failures.append(f"  {source}: {_reason(error)}")
            is_temporary |= _is_temporary(error)
    advice = f"  Put {file.name} into a folder and set ABLATION_DATASETS to that folder, or check the network."
    raise DataUnavailable("\n".join([f"{file.name} cannot be fetched:", *failures, advice]), is_temporary=is_temporary)


def cached_file(file: DatasetFile, settings: Settings) -> Path | None:
    """Return the path of the verified copy of `file` in the cache, if there is one."""
    paths = (_folder(settings) / digest / file.name for digest in file.sha256)
    return next((path for path in paths if path.is_file()), None)


def _folder(settings: Settings) -> Path:
    return settings.cache_dir / "files"


def _is_temporary(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500
    if isinstance(error, httpx.UnsupportedProtocol):
        return False
    return isinstance(error, httpx.TransportError) or getattr(error, "is_temporary", False)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code} {error.response.reason_phrase}".rstrip()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _sources(file: DatasetFile, settings: Settings) -> Iterator[str]:
    if settings.datasets:
        yield f"{settings.datasets.rstrip('/')}/{file.name}"
    if file.url:
        yield file.url


def _fetch_from(source: str, file: DatasetFile, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as temporary:
        partial = Path(temporary) / file.name
        _copy(source, partial)
        digest = file_digest(partial)
        if digest not in file.sha256:
            raise DataError(f"sha256 is {digest}, expected {' or '.join(file.sha256)}")
        target = folder / digest / file.name
        target.parent.mkdir(exist_ok=True)
        os.replace(partial, target)
    return target


def _copy(source: str, target: Path) -> None:
    if source.startswith(("http://", "https://")):
        _download(source, target)
    elif source.startswith("s3://"):
        _download_object(source, target)
    else:
        shutil.copyfile(Path(source.removeprefix("file://")), target)


def _download(url: str, target: Path) -> None:
    with httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT_S) as response, target.open("wb") as output:
        response.raise_for_status()
        for chunk in response.iter_bytes(1 << 20):
            output.write(chunk)


def _download_object(uri: str, target: Path) -> None:
    from ablation.store import StoreError, StoreLocation, connect

    prefix, _, key = uri.rpartition("/")
    try:
        connect(StoreLocation(uri=prefix)).download(key, target)
    except StoreError as error:
        raise DataError(str(error)) from error


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

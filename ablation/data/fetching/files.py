"""A dataset's files on this machine: from the cache, the mirror, the store or the published address; verified first."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import httpx

from ablation.catalogue import DatasetFile
from ablation.data.errors import DataError, DataUnavailable
from ablation.data.fetching.downloading import download, is_temporary
from ablation.data.fetching.packing import file_digest, pack
from ablation.data.fetching.sources import OnTransfer, Remote, Transfer
from ablation.data.fetching.work_folder import work_folder
from ablation.settings import Settings

_logger = logging.getLogger(__name__)
_USER = re.compile(r"(?<=://)[^/]*@")


class _OtherDigest(DataError):
    """What was got is another file."""


@dataclass(frozen=True)
class _Source:
    """One place of a file: its address, and how to write the file's bytes to a path."""

    address: str
    write: Callable[[Path], None]
    is_shared: bool = False

    @property
    def name(self) -> str:
        """The address for people, who may publish it: without user, password and parameters."""
        if "://" not in self.address or self.address.startswith("file://"):
            return self.address
        return re.split(r"[?#]", _USER.sub("", self.address))[0]


def fetch_file(
    file: DatasetFile, settings: Settings, *, remote: Remote | None = None, on_transfer: OnTransfer | None = None
) -> Path:
    """Return the path of a verified copy of `file` in the cache, fetching it if need be.

    Of processes that fetch it at once one does, and the others wait for it. A download that breaks off is gone on with
    by the next attempt. What the remote lacked is kept there.

    Args:
        file: What to fetch.
        settings: Where the cache and the mirror are.
        remote: Searched after the mirror, before the published address.
        on_transfer: Is told how far it is.

    Raises:
        DataUnavailable: It cannot be had, or what was got has another digest. The cache never holds a bad file.
    """
    if cached := cached_file(file, settings):
        return cached
    with work_folder(_folder(settings) / f".fetch-{_short_digest(*file.sha256)}") as folder:
        if cached := cached_file(file, settings):  # by whom this process waited for
            return cached
        watch = on_transfer or (lambda transfer: None)
        source, path = _fetch(file, list(_sources(file, settings, remote, watch)), folder)
        watch(Transfer(file.name, path.stat().st_size, path.stat().st_size))
    if remote is not None and not source.is_shared:
        _keep(remote, path)
    return path


def cached_file(file: DatasetFile, settings: Settings) -> Path | None:
    """Return the path of the verified copy of `file` in the cache, if there is one."""
    paths = (_folder(settings) / digest / file.name for digest in file.sha256)
    return next((path for path in paths if path.is_file()), None)


def local_path(address: str) -> Path | None:
    """Return the path that an address means on this machine; None for one elsewhere."""
    if address.startswith("file://"):
        return Path(unquote(address.removeprefix("file://")))
    return None if "://" in address else Path(address)


def _folder(settings: Settings) -> Path:
    return settings.cache_dir / "files"


def _short_digest(*names: str) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _fetch(file: DatasetFile, sources: list[_Source], folder: Path) -> tuple[_Source, Path]:
    failures: list[tuple[_Source, Exception]] = []
    for source in sources:
        try:
            return source, _fetch_from(source, file, folder)
        except (OSError, httpx.HTTPError, httpx.InvalidURL, DataError) as error:
            failures.append((source, error))
    reasons = [f"  {source.name}: {_reason(error)}" for source, error in failures]
    message = "\n".join([f"{file.name} cannot be fetched:", *reasons, f"  {_advice(file, failures)}"])
    raise DataUnavailable(message, is_temporary=any(is_temporary(error) for _, error in failures))


def _advice(file: DatasetFile, failures: list[tuple[_Source, Exception]]) -> str:
    if file.is_own and any(isinstance(error, _OtherDigest) for _, error in failures):
        return "If the file was meant to change, put its new sha256 into the spec: results are then of other data."
    if file.is_own and file.url and local_path(file.url):
        return f"Relative paths begin at the working directory, {Path.cwd()}. Or set ABLATION_DATASETS to its folder."
    return f"Put {file.name} into a folder and set ABLATION_DATASETS to that folder, or check the network."


def _fetch_from(source: _Source, file: DatasetFile, folder: Path) -> Path:
    path = folder / f"{_short_digest(source.address)}.part"
    source.write(path)
    digest = file_digest(path)
    if digest not in file.sha256:
        size = path.stat().st_size
        _empty(folder, path.stem)
        raise _OtherDigest(f"{_sizes(size, file)}sha256 is {digest}, expected {' or '.join(file.sha256)}")
    with path.open("rb") as written:
        os.fsync(written.fileno())
    target = folder.parent / digest / file.name
    target.parent.mkdir(exist_ok=True)
    path.replace(target)
    _empty(folder)
    return target


def _empty(folder: Path, stem: str = "*") -> None:
    for suffix in ("part", "validator"):
        for path in folder.glob(f"{stem}.{suffix}"):
            path.unlink()


def _sizes(got: int, file: DatasetFile) -> str:
    return "" if file.bytes in (None, got) else f"{got} bytes, expected {file.bytes}; "


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code} {error.response.reason_phrase}".rstrip()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _sources(
    file: DatasetFile, settings: Settings, remote: Remote | None, on_transfer: OnTransfer
) -> Iterator[_Source]:
    if settings.datasets:
        yield _source(f"{settings.datasets.rstrip('/')}/{file.name}", file, on_transfer)
    if remote is not None:
        yield _Source("the store", partial(_find, remote, file), is_shared=True)
    if file.url:
        yield _source(file.url, file, on_transfer)


def _source(address: str, file: DatasetFile, on_transfer: OnTransfer) -> _Source:
    if address.startswith(("http://", "https://")):
        return _Source(address, partial(_download, address, file, on_transfer))
    if address.startswith("s3://"):
        return _Source(address, partial(_download_object, address))
    return _Source(address, partial(_copy, local_path(address) or Path(address)))


def _copy(source: Path, path: Path) -> None:
    if not source.is_dir():
        shutil.copyfile(source, path)
        return
    with path.open("wb") as output:
        pack(source, output)


def _download(url: str, file: DatasetFile, on_transfer: OnTransfer, path: Path) -> None:
    expected = file.bytes if len(file.sha256) == 1 else None  # each accepted file has a size of its own

    def watch(done: int, total: int | None) -> None:
        on_transfer(Transfer(file.name, done, total))

    is_continued = download(url, path, watch, expected)
    if is_continued and file_digest(path) not in file.sha256:
        _empty(path.parent, path.stem)
        download(url, path, watch, expected)


def _download_object(uri: str, path: Path) -> None:
    from ablation.store import StoreError, StoreLocation, StoreUnreachable, connect

    prefix, _, key = uri.rpartition("/")
    try:
        connect(StoreLocation(uri=prefix)).download(key, path)
    except StoreError as error:
        raise DataError(str(error), is_temporary=isinstance(error, StoreUnreachable)) from error


def _find(remote: Remote, file: DatasetFile, path: Path) -> None:
    if not any(remote.find(digest, path) for digest in file.sha256):
        raise DataError("it is not there yet")


def _keep(remote: Remote, path: Path) -> None:
    try:
        remote.keep(path)
    except DataError as error:
        _logger.warning("%s is fetched, but cannot be kept for other machines: %s", path.name, error)

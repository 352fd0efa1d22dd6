"""Opens stores, and keeps the clients of the open ones: making one is slow, sharing one between threads is safe."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from ablation.settings import Settings
from ablation.store.embedded import BUCKET, embedded_server
from ablation.store.errors import KeyInvalid, StoreError, StoreUnreachable
from ablation.store.layout import INDEX, checked_key
from ablation.store.objects.store import Store, StoreLocation
from ablation.store.transport.client import (
    CHECKING,
    adopt_env_file,
    configured_endpoint,
    default_client,
    embedded_client,
)
from ablation.store.transport.patience import EMBEDDED_PATIENCE_S, PATIENCE_S, asked_for
from ablation.store.transport.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EMBEDDED_FOLDER: Final = Path("artifacts")
CHECK_S: Final = 14.0
# Of that, for a server that answers that it is busy or broken, or refuses the connection.
CHECK_PATIENCE_S: Final = 1.0

_USER = re.compile(r"(?<=://)[^/]*@")
_URI = re.compile(r"s3://([A-Za-z0-9._-]{3,255})(?:/(.*))?")


@dataclass(frozen=True)
class _Connection:
    client: S3Client
    root: Path | None = None


# By endpoint. Only the client of an embedded server holds its credentials, so they never leave this process.
_connections: dict[str | None, _Connection] = {}
_lock = Lock()


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open the store that the settings name: the embedded one under ./artifacts when they name none.

    Raises:
        StoreUnreachable: It cannot be used, known within 15 s; the message says what to do.
    """
    with _remote(settings.store) if settings.store else _embedded() as store:
        yield store


@contextmanager
def open_unchecked(settings: Settings) -> Iterator[Store]:
    """Open the store that the settings name without asking whether it is there; its client does not wait long.

    Raises:
        StoreUnreachable: The settings name no address of a store, or the embedded one, which is always there.
    """
    if settings.store is None:
        raise StoreUnreachable("the embedded store does not start. Set ABLATION_STORE to another one.")
    adopt_env_file()
    _parsed(settings.store)
    location = _location(settings.store)
    with translated(_named(location)):
        client = default_client(location.endpoint_url, CHECKING)
    with _lock:
        _connections[location.endpoint_url] = _Connection(client)
    try:
        yield connect(location)
    finally:
        _forget(location.endpoint_url)


def check_store(location: StoreLocation) -> None:
    """Ask whether a store that is open can be used now; its next connection is a new one.

    Raises:
        StoreUnreachable: It cannot, known within 15 s.
    """
    store = connect(location)
    if store.root is not None:
        store.exists(INDEX)
    else:
        _check(location)
        _forget(location.endpoint_url)


def store_name(store: Store) -> str:
    """Return what tells a store from every other one: its folder, or its address and endpoint without any secret."""
    if store.root is not None:
        return str(store.root)
    endpoint = store.location.endpoint_url
    return f"{store.uri} at {_USER.sub('', endpoint).rstrip('/') if endpoint else 'the AWS endpoint'}"


def connect(location: StoreLocation) -> Store:
    """Return the store at a location that an open store gave.

    An embedded store can be connected to only from the process that opened it, from any of its threads.

    Raises:
        StoreUnreachable: The location is none of a store, or no client can be made for it.
    """
    bucket, prefix = _parsed(location.uri)
    with _lock:
        if location.endpoint_url not in _connections:
            adopt_env_file()
            with translated(_named(location)):
                _connections[location.endpoint_url] = _Connection(default_client(location.endpoint_url))
        connection = _connections[location.endpoint_url]
    patience_s = PATIENCE_S if connection.root is None else EMBEDDED_PATIENCE_S
    return Store(location, bucket, prefix, connection.client, connection.root, patience_s)


def public_address(store: Store, key: str) -> str:
    """Return where a person finds an object: a path from the working directory, or the s3:// address."""
    checked_key(key)
    return store.uri_of(key) if store.root is None else os.path.relpath(store.root / key)


@contextmanager
def _embedded() -> Iterator[Store]:
    with embedded_server(EMBEDDED_FOLDER) as server:
        client = embedded_client(server.endpoint_url, server.credentials)
        with _lock:
            _connections[server.endpoint_url] = _Connection(client, server.root)
        try:
            yield connect(StoreLocation(uri=f"s3://{BUCKET}", endpoint_url=server.endpoint_url))
        finally:
            _forget(server.endpoint_url)


@contextmanager
def _remote(uri: str) -> Iterator[Store]:
    adopt_env_file()
    _parsed(uri)
    location = _location(uri)
    # The credentials in the environment may be others than when this endpoint was last opened.
    _forget(location.endpoint_url)
    _check(location)
    try:
        yield connect(location)
    finally:
        _forget(location.endpoint_url)


def _location(uri: str) -> StoreLocation:
    return StoreLocation(uri=uri.rstrip("/"), endpoint_url=configured_endpoint())


def _forget(endpoint_url: str | None) -> None:
    with _lock:
        _connections.pop(endpoint_url, None)


def _check(location: StoreLocation) -> None:
    # A thread, because name resolution and credential processes obey no timeout of boto3's.
    pool = ThreadPoolExecutor(1, thread_name_prefix="store-check")
    try:
        pool.submit(asked_for(CHECK_PATIENCE_S), _list_one, location).result(timeout=CHECK_S)
    except TimeoutError:
        raise StoreUnreachable(
            f"cannot use the store {_named(location)}: no answer within {CHECK_S:.0f} s. "
            "Check the network, AWS_ENDPOINT_URL_S3 and where the credentials come from."
        ) from None
    except StoreUnreachable:
        raise
    except StoreError as error:
        raise StoreUnreachable(
            f"cannot use the store {_named(location)}: {error} Check AWS_ENDPOINT_URL_S3."
        ) from error
    finally:
        pool.shutdown(wait=False)


def _list_one(location: StoreLocation) -> None:
    bucket, prefix = _parsed(location.uri)
    with translated(_named(location)):
        client = default_client(location.endpoint_url, CHECKING)
        # The delimiter keeps this cheap on servers that would otherwise walk the whole tree for one key.
        client.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=1)


def _parsed(uri: str) -> tuple[str, str]:
    found = _URI.fullmatch(uri.rstrip("/"))
    if found is None:
        raise StoreUnreachable(
            f"cannot use the store {uri!r}: it is no address of a bucket. Set ABLATION_STORE to s3://bucket/prefix."
        )
    return found[1], f"{_checked_prefix(uri, found[2])}/" if found[2] else ""


def _checked_prefix(uri: str, prefix: str) -> str:
    try:
        return checked_key(prefix)
    except KeyInvalid as error:
        raise StoreUnreachable(f"cannot use the store {uri!r}: {error}") from error


def _named(location: StoreLocation) -> str:
    return f"{location.uri} at {location.endpoint_url or 'the AWS endpoint'}"

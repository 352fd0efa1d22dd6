"""A store: named bytes under one prefix of one bucket."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pydantic import Field

from ablation.records import Record
from ablation.store.layout import checked_key
from ablation.store.objects.caching import cache_control_of
from ablation.store.objects.content_types import content_type_of
from ablation.store.objects.files import whole_file
from ablation.store.transport.patience import PATIENCE_S, patient
from ablation.store.transport.translation import translated

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

MULTIPART_FROM_BYTES: Final = 256 * 2**20
# For a file, not for bytes, boto3 first asks whether the server wants it at all: one more answer to wait for.
_READ_BELOW_BYTES: Final = 2**20
# Memory of one upload: parts at once times their size.
_PARTS_AT_ONCE: Final = 4
_PART_BYTES: Final = 16 * 2**20
PAGE_KEYS: Final = 1000  # S3 lists no more at once
_CHUNK_BYTES: Final = 2**20


class StoreLocation(Record):
    """Where a store is, without any secret: it may travel between processes and machines."""

    uri: str = Field(description="s3://bucket/prefix")
    endpoint_url: str | None = Field(default=None, description="The S3 server. None: as the AWS configuration says.")


@dataclass(frozen=True)
class StoredObject:
    """What a store knows of an object without reading it."""

    key: str
    bytes: int
    etag: str
    modified_at: datetime
    content_type: str | None = None


@dataclass(frozen=True)
class Store:
    """An open store. It may be shared by threads; keys are relative to the store's own prefix.

    Every method asks again while the store is away, raises StoreUnreachable when it cannot be used, and KeyInvalid for
    a key no store could keep.
    """

    location: StoreLocation
    bucket: str
    # Empty, or ends with a slash.
    prefix: str
    client: S3Client = field(repr=False)
    # The folder that holds the objects as plain files, when the store is embedded.
    root: Path | None = None
    # How long a method asks again while the store is away, in seconds.
    patience_s: float = PATIENCE_S

    @property
    def uri(self) -> str:
        """Return the store's address, s3://bucket/prefix."""
        return self.location.uri

    def uri_of(self, key: str) -> str:
        """Return the address of an object."""
        return f"s3://{self.bucket}/{self.prefix}{key}"

    @patient
    def put(
        self,
        key: str,
        data: bytes | Path,
        content_type: str | None = None,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> None:
        """Write an object.

        Args:
            key: Its key.
            data: Its bytes, or the file that holds them.
            content_type: By default as the key's suffix says.
            if_absent: Ask the endpoint to refuse when the key is taken. Some endpoints ignore that: see `conditional`.
            if_match: Ask the endpoint to refuse when the object no longer has this entity tag. The same holds.

        Raises:
            KeyTaken: The endpoint refused for one of these conditions.
            ConditionUnsupported: The endpoint refuses conditions.
        """
        headers: dict[str, Any] = _headers(key, content_type)
        if if_absent:
            headers["IfNoneMatch"] = "*"
        if if_match is not None:
            headers["IfMatch"] = if_match
        if isinstance(data, Path) and data.stat().st_size < _READ_BELOW_BYTES:
            data = data.read_bytes()
        with self._translated(key):
            if isinstance(data, bytes):
                self._send(key, data, _md5(data), headers)
            elif data.stat().st_size < MULTIPART_FROM_BYTES:
                with data.open("rb") as file:
                    self._send(key, file, _md5(file), headers)
            else:
                self._send_parts(key, data, headers)

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises:
            KeyMissing: There is none.
        """
        return self.read(key)[0]

    @patient
    def read(self, key: str) -> tuple[bytes, str]:
        """Return an object's bytes and its entity tag, both of the same moment.

        Raises:
            KeyMissing: There is none.
        """
        with self._translated(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=self._full(key))
            return answer["Body"].read(), answer["ETag"]

    @patient
    def stream(self, key: str, file: BinaryIO) -> str:
        """Write an object's bytes into an open file, from its beginning, and return their SHA-256.

        Raises:
            KeyMissing: There is no such object.
        """
        digest = hashlib.sha256()
        file.seek(0)
        file.truncate()
        with self._translated(key):
            for chunk in self.client.get_object(Bucket=self.bucket, Key=self._full(key))["Body"].iter_chunks(
                _CHUNK_BYTES
            ):
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()

    @patient
    def open(self, key: str, span: tuple[int, int] | None = None) -> StreamingBody:
        """Return an object's bytes to be read piece by piece; whoever reads them closes it.

        Args:
            key: Its key.
            span: The first and the last byte that are wanted, counted from 0; None: all.

        Raises:
            KeyMissing: There is no such object.
        """
        wanted: dict[str, Any] = {} if span is None else {"Range": f"bytes={span[0]}-{span[1]}"}
        with self._translated(key):
            return self.client.get_object(Bucket=self.bucket, Key=self._full(key), **wanted)["Body"]

    def download(self, key: str, path: Path) -> None:
        """Copy an object to a file, which appears whole or not at all.

        Raises:
            KeyMissing: There is no such object.
        """
        with whole_file(path) as file:
            self.stream(key, file)

    @patient
    def copy(self, source_key: str, target_key: str, content_type: str | None = None) -> None:
        """Copy an object inside the store, without its bytes passing through this machine.

        Raises:
            KeyMissing: There is no object with the source key.
        """
        with self._translated(source_key):
            self.client.copy_object(
                Bucket=self.bucket,
                Key=self._full(target_key),
                CopySource={"Bucket": self.bucket, "Key": self._full(source_key)},
                MetadataDirective="REPLACE",
                **_headers(target_key, content_type),
            )

    @patient
    def head(self, key: str) -> StoredObject | None:
        """Return what the store knows of an object, or None when there is none."""
        from botocore.exceptions import ClientError

        with self._translated(key):
            try:
                answer = self.client.head_object(Bucket=self.bucket, Key=self._full(key))
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
                    return None
                raise
        return StoredObject(key, answer["ContentLength"], answer["ETag"], answer["LastModified"], answer["ContentType"])

    def exists(self, key: str) -> bool:
        """Return whether there is an object with this key."""
        return self.head(key) is not None

    def keys(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield all objects whose keys begin with `prefix`, in the order of their keys."""
        for page in self._pages(prefix):
            yield from (self._listed(item) for item in page.get("Contents", []))

    def first_keys(self, prefix: str, count: int) -> tuple[list[StoredObject], bool]:
        """Return at most `count` objects whose keys begin with `prefix`, and whether these are all.

        One request for every 1,000 of them.
        """
        found: list[StoredObject] = []
        for page in self._pages(prefix, page_keys=min(count, PAGE_KEYS)):
            found += (self._listed(item) for item in page.get("Contents", []))
            if len(found) >= count:
                return found[:count], len(found) == count and not page.get("IsTruncated", False)
        return found, True

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the names of the folders directly under `prefix`, which ends with a slash."""
        for page in self._pages(prefix, delimiter="/"):
            for item in page.get("CommonPrefixes", []):
                yield item["Prefix"].removeprefix(self.prefix + prefix).rstrip("/")

    @patient
    def delete(self, key: str) -> None:
        """Delete an object; there need not be one."""
        with self._translated(key):
            self.client.delete_object(Bucket=self.bucket, Key=self._full(key))

    def _full(self, key: str) -> str:
        return self.prefix + checked_key(key)

    def _under(self, prefix: str) -> str:
        if prefix:
            checked_key(prefix.removesuffix("/"))
        return self.prefix + prefix

    def _translated(self, key: str) -> AbstractContextManager[None]:
        return translated(self.uri_of(key))

    def _send(self, key: str, body: bytes | BinaryIO, md5: str, headers: dict[str, Any]) -> None:
        # The digest lets the server refuse bytes that changed on their way.
        self.client.put_object(Bucket=self.bucket, Key=self._full(key), Body=body, ContentMD5=md5, **headers)

    def _send_parts(self, key: str, path: Path, headers: dict[str, Any]) -> None:
        """Upload a large file in parts; when that fails, boto3 aborts it, so that no parts are left and paid for."""
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(MULTIPART_FROM_BYTES, max_concurrency=_PARTS_AT_ONCE, multipart_chunksize=_PART_BYTES)
        self.client.upload_file(str(path), self.bucket, self._full(key), ExtraArgs=headers, Config=config)

    def _pages(
        self, prefix: str, delimiter: str = "", page_keys: int = PAGE_KEYS
    ) -> Iterator[ListObjectsV2OutputTypeDef]:
        page = self._page(prefix, Delimiter=delimiter, MaxKeys=page_keys)
        yield page
        while page.get("IsTruncated"):
            token = page["NextContinuationToken"]
            page = self._page(prefix, Delimiter=delimiter, MaxKeys=page_keys, ContinuationToken=token)
            yield page

    @patient
    def _page(self, prefix: str, **wanted: Any) -> ListObjectsV2OutputTypeDef:
        with self._translated(prefix):
            return self.client.list_objects_v2(Bucket=self.bucket, Prefix=self._under(prefix), **wanted)

    def _listed(self, item: Any) -> StoredObject:
        key = item["Key"].removeprefix(self.prefix)
        return StoredObject(key, item["Size"], item["ETag"], item["LastModified"])


def _headers(key: str, content_type: str | None) -> dict[str, Any]:
    return {"ContentType": content_type or content_type_of(key), "CacheControl": cache_control_of(key)}


def _md5(data: bytes | BufferedReader) -> str:
    if isinstance(data, bytes):
        digest = hashlib.md5(data, usedforsecurity=False)
    else:
        digest = hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False))
        data.seek(0)
    return base64.b64encode(digest.digest()).decode()

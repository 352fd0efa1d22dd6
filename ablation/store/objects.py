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
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from ablation.records import Record
from ablation.store.content_types import content_type_of
from ablation.store.errors import TransferBroken
from ablation.store.files import whole_file
from ablation.store.layout import checked_key
from ablation.store.translation import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

MULTIPART_FROM_BYTES: Final = 256 * 2**20
PAGE_KEYS: Final = 1000  # S3 lists no more at once
_CHUNK_BYTES: Final = 2**20

# botocore repeats a request that fails, but not the reading of a body that breaks off half way.
_read_again = retry(retry=retry_if_exception_type(TransferBroken), stop=stop_after_attempt(3), reraise=True)


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

    Every method raises StoreUnreachable when the store cannot be used, and KeyInvalid for a key no store could keep.
    """

    location: StoreLocation
    bucket: str
    # Empty, or ends with a slash.
    prefix: str
    client: S3Client = field(repr=False)
    # The folder that holds the objects as plain files, when the store is embedded.
    root: Path | None = None

    @property
    def uri(self) -> str:
        """Return the store's address, s3://bucket/prefix."""
        return self.location.uri

    def uri_of(self, key: str) -> str:
        """Return the address of an object."""
        return f"s3://{self.bucket}/{self.prefix}{key}"

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
        headers: dict[str, Any] = {"ContentType": content_type or content_type_of(key)}
        if if_absent:
            headers["IfNoneMatch"] = "*"
        if if_match is not None:
            headers["IfMatch"] = if_match
        with self._translated(key):
            if isinstance(data, bytes):
                self._send(key, data, _md5(data), headers)
            elif data.stat().st_size < MULTIPART_FROM_BYTES:
                with data.open("rb") as file:
                    self._send(key, file, _md5(file), headers)
            else:
                self.client.upload_file(str(data), self.bucket, self._full(key), ExtraArgs=headers)

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises:
            KeyMissing: There is none.
        """
        return self.read(key)[0]

    @_read_again
    def read(self, key: str) -> tuple[bytes, str]:
        """Return an object's bytes and its entity tag, both of the same moment.

        Raises:
            KeyMissing: There is none.
        """
        with self._translated(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=self._full(key))
            return answer["Body"].read(), answer["ETag"]

    @_read_again
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

    def download(self, key: str, path: Path) -> None:
        """Copy an object to a file, which appears whole or not at all.

        Raises:
            KeyMissing: There is no such object.
        """
        with whole_file(path) as file:
            self.stream(key, file)

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
                ContentType=content_type or content_type_of(target_key),
                MetadataDirective="REPLACE",
            )

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

    def _pages(
        self, prefix: str, delimiter: str = "", page_keys: int = PAGE_KEYS
    ) -> Iterator[ListObjectsV2OutputTypeDef]:
        pages = self.client.get_paginator("list_objects_v2")
        with self._translated(prefix):
            yield from pages.paginate(
                Bucket=self.bucket,
                Prefix=self._under(prefix),
                Delimiter=delimiter,
                PaginationConfig={"PageSize": page_keys},
            )

    def _listed(self, item: Any) -> StoredObject:
        key = item["Key"].removeprefix(self.prefix)
        return StoredObject(key, item["Size"], item["ETag"], item["LastModified"])


def _md5(data: bytes | BufferedReader) -> str:
    if isinstance(data, bytes):
        digest = hashlib.md5(data, usedforsecurity=False)
    else:
        digest = hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False))
        data.seek(0)
    return base64.b64encode(digest.digest()).decode()

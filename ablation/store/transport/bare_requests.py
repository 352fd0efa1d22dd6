"""The requests that publishing is made of, without most of what boto3 does around each.

boto3 takes longer for a small object than the server does: for every request it looks up the endpoint, checks the
parameters, asks the server whether it wants the bytes at all (`Expect: 100-continue`) and waits for the answer. Here
its own signer and connections (with their proxies, certificates and time limits) are used, and the rest is left out.
What does not go well at once is asked again through boto3, which tries three times, slows down for a busy server and
knows every error by its name.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

_DONE: Final = 200
_MISSING: Final = 404
_NAMES: Final = {"ContentType": "Content-Type", "CacheControl": "Cache-Control"}


def put_object(client: S3Client, bucket: str, key: str, data: bytes, headers: Mapping[str, Any]) -> None:
    """Write a small object.

    Args:
        client: Asks for objects by path, and signs with version 4.
        bucket: The object's.
        key: The object's, with the store's prefix.
        data: Its bytes.
        headers: ContentType and CacheControl, by boto3's names.

    Raises:
        ClientError: The server refused, each time.
        BotoCoreError: It did not answer, each time, or there are no credentials.
    """
    md5 = md5_of(data)
    answer = _ask(client, "PutObject", _path(bucket, key), _http(headers) | {"Content-MD5": md5}, data)
    if answer is None or answer.status_code != _DONE or answer.content:
        client.put_object(Bucket=bucket, Key=key, Body=data, ContentMD5=md5, **headers)


def copy_object(client: S3Client, bucket: str, source: str, target: str, headers: Mapping[str, Any]) -> None:
    """Copy an object inside a bucket; arguments and errors as of `put_object`."""
    how = {"x-amz-copy-source": quote(f"{bucket}/{source}"), "x-amz-metadata-directive": "REPLACE"}
    answer = _ask(client, "CopyObject", _path(bucket, target), _http(headers) | how)
    # A copy that fails while the server makes it has already been answered with 200.
    if answer is None or answer.status_code != _DONE or b"<CopyObjectResult" not in answer.content:
        origin: CopySourceTypeDef = {"Bucket": bucket, "Key": source}
        client.copy_object(Bucket=bucket, Key=target, CopySource=origin, MetadataDirective="REPLACE", **headers)


def head_object(client: S3Client, bucket: str, key: str) -> Mapping[str, Any] | None:
    """Return what a server tells of an object, by boto3's names, or None when there is none.

    Errors are those of `put_object`.
    """
    from botocore.exceptions import ClientError

    answer = _ask(client, "HeadObject", _path(bucket, key), {})
    if answer is not None and answer.status_code == _DONE:
        return _described(answer)
    if answer is not None and answer.status_code == _MISSING:
        return None
    try:
        return client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
            return None
        raise


def md5_of(data: bytes | BufferedReader) -> str:
    """Return the digest, Content-MD5, that lets a server refuse bytes that changed on their way; a file is rewound."""
    if isinstance(data, bytes):
        digest = hashlib.md5(data, usedforsecurity=False)
    else:
        digest = hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False))
        data.seek(0)
    return base64.b64encode(digest.digest()).decode()


def _ask(client: S3Client, operation: str, path: str, headers: dict[str, str], data: bytes = b"") -> AWSResponse | None:
    """Send one request, once, and return the answer, or None when there is none."""
    from botocore.exceptions import ConnectionError, HTTPClientError
    from botocore.hooks import first_non_none_response

    request = _signed(client, operation, path, headers, data)
    parts: Any = client
    try:
        # It holds requests back for a server that said it is busy.
        told = first_non_none_response(client.meta.events.emit(f"before-send.s3.{operation}", request=request))
        answer: AWSResponse = told or parts._endpoint.http_session.send(request)
    except (ConnectionError, HTTPClientError):
        return None
    if answer.status_code == _DONE:
        _count(client, operation, answer)
    return answer


def _count(client: S3Client, operation: str, answer: AWSResponse) -> None:
    """Tell what went well to that which holds requests back: it allows of twice as many as it knows of.

    What went wrong it hears of from boto3, which asks again.
    """
    client.meta.events.emit(
        f"needs-retry.s3.{operation}",
        response=(answer, {}),
        operation=client.meta.service_model.operation_model(operation),
        attempts=1,
        caught_exception=None,
        request_dict={"context": {}},
    )


def _signed(client: S3Client, operation: str, path: str, headers: dict[str, str], data: bytes) -> AWSPreparedRequest:
    from botocore.awsrequest import AWSRequest

    method = "HEAD" if operation == "HeadObject" else "PUT"
    config: Any = client.meta.config
    url = client.meta.endpoint_url.rstrip("/") + path
    request = AWSRequest(method, url, headers | {"User-Agent": config.user_agent}, data)
    # boto3's signer listens to this.
    client.meta.events.emit(f"request-created.s3.{operation}", request=request, operation_name=operation)
    return request.prepare()


def _path(bucket: str, key: str) -> str:
    return quote(f"/{bucket}/{key}", safe="/~")


def _http(headers: Mapping[str, Any]) -> dict[str, str]:
    return {_NAMES[name]: value for name, value in headers.items()}


def _described(answer: AWSResponse) -> dict[str, Any]:
    return {
        "ContentLength": int(answer.headers["Content-Length"]),
        "ETag": answer.headers["ETag"],
        "LastModified": parsedate_to_datetime(answer.headers["Last-Modified"]),
        "ContentType": answer.headers["Content-Type"],
    }

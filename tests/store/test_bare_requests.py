"""Requests that leave boto3 out: what they send, and that boto3 does what they cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from ablation.store import KeyMissing, Store, StoreUnreachable
from ablation.store.transport.bare_requests import put_object
from ablation.store.transport.client import configured_endpoint, default_client
from tests.store.upkeep.answers import on

REFUSED_COPY = b"<?xml version='1.0'?><Error><Code>InternalError</Code><Message>Try again.</Message></Error>"


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


def first(status: int, content: bytes = b"") -> tuple[list[Any], Callable[..., AWSResponse | None]]:
    """Return the requests that are seen from now on, and what gives the first of them an answer of its own."""
    seen: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        seen.append(request)
        return AWSResponse(request.url, status, {}, _Body(content)) if len(seen) == 1 else None  # type: ignore

    return seen, answer


def hurried(store: Store) -> Store:
    """Return the store without its own patience: what is asked again is asked again by boto3."""
    return replace(store, patience_s=0.0)


def test_put_is_one_request_that_does_not_wait_to_be_let_in(store: Store) -> None:
    seen: list[Any] = []
    with on(store, "before-send.s3.PutObject", lambda request, **_: seen.append(request)):
        store.put("a/table.csv", b"a,b\n")
    (request,) = seen
    assert "Expect" not in request.headers
    assert request.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert request.headers["Content-MD5"] == "9p9bcrx5qS3HDGPJqhQuNg=="
    assert request.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("status", [301, 403, 500, 503])
def test_put_that_is_refused_at_first_is_sent_again(status: int, store: Store) -> None:
    seen, answer = first(status)
    with on(store, "before-send.s3.PutObject", answer):
        store.put("a/b.txt", b"sent twice")
    assert len(seen) == 2
    assert store.get("a/b.txt") == b"sent twice"


def test_put_whose_answer_says_more_than_done_is_sent_again(store: Store) -> None:
    seen, answer = first(200, REFUSED_COPY)
    with on(store, "before-send.s3.PutObject", answer):
        store.put("a/b.txt", b"sent twice")
    assert len(seen) == 2
    assert store.get("a/b.txt") == b"sent twice"


@pytest.mark.parametrize("error", [ConnectionClosedError, EndpointConnectionError])
def test_request_whose_connection_breaks_is_sent_again(error: type[Exception], store: Store) -> None:
    store.put("a/b.txt", b"123")
    seen: list[Any] = []

    def broken(request: Any, **_: Any) -> None:
        seen.append(request)
        if len(seen) == 1:
            raise error(endpoint_url=request.url)

    with on(store, "before-send.s3.HeadObject", broken):
        head = hurried(store).head("a/b.txt")
    assert head is not None
    assert (head.bytes, len(seen)) == (3, 2)


def test_copy_that_fails_after_it_was_answered_is_made_again(store: Store) -> None:
    store.put("blobs/x", b"a,b\n")
    seen, answer = first(200, REFUSED_COPY)
    with on(store, "before-send.s3.CopyObject", answer):
        store.copy("blobs/x", "run/table.csv")
    assert len(seen) == 2
    assert store.get("run/table.csv") == b"a,b\n"


def test_copy_of_a_missing_object_is_no_object(store: Store) -> None:
    with pytest.raises(KeyMissing):
        store.copy("blobs/none", "run/table.csv")
    assert store.head("run/table.csv") is None


@pytest.mark.parametrize("status", [403, 503])
def test_head_that_is_refused_is_no_missing_object(status: int, store: Store) -> None:
    store.put("a/b.txt", b"123")

    def refuse(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, status, {}, _Body(b""))  # type: ignore

    with on(store, "before-send.s3.HeadObject", refuse), pytest.raises(StoreUnreachable, match=f"{status}"):
        hurried(store).head("a/b.txt")


def test_head_tells_the_same_as_boto3(store: Store) -> None:
    store.put("a/page.html", b"<p>")
    told = store.client.head_object(Bucket=store.bucket, Key=f"{store.prefix}a/page.html")
    head = store.head("a/page.html")
    assert head is not None
    assert (head.bytes, head.etag, head.modified_at, head.content_type) == (
        told["ContentLength"],
        told["ETag"],
        told["LastModified"],
        told["ContentType"],
    )


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"AWS_REGION": "eu-central-1"}, "https://s3.eu-central-1.amazonaws.com"),
        ({"AWS_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"}, "https://s3-fips.us-west-2.amazonaws.com"),
        (
            {"AWS_REGION": "eu-west-1", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
            "https://s3.dualstack.eu-west-1.amazonaws.com",
        ),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9/base/"}, "http://127.0.0.1:9/base"),
    ],
)
def test_put_goes_where_boto3_would_send_it_signed_for_the_same_region(
    environment: dict[str, str], address: str, aws: pytest.MonkeyPatch
) -> None:
    aws.delenv("AWS_ENDPOINT_URL_S3")
    for name, value in environment.items():
        aws.setenv(name, value)
    client = default_client(configured_endpoint())
    seen: list[tuple[str, str]] = []

    def accept(request: Any, **_: Any) -> AWSResponse:
        signed_for = str(request.headers["Authorization"]).split("SignedHeaders")[0].removeprefix("b'")
        seen.append((request.url, signed_for))
        return AWSResponse(request.url, 200, {}, _Body(b""))  # type: ignore

    client.meta.events.register("before-send.s3.PutObject", accept)
    client.put_object(Bucket="results", Key="a b/ü%+&~.txt", Body=b"x")
    put_object(client, "results", "a b/ü%+&~.txt", b"x", {})
    assert seen[0] == seen[1]
    assert seen[1][0] == f"{address}/results/a%20b/%C3%BC%25%2B%26~.txt"
    assert f"/{environment['AWS_REGION']}/s3/aws4_request" in seen[1][1]

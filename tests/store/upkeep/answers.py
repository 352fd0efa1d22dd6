"""A store that answers as a test wants: other times, or no to deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse

from ablation.store import Store

_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>"


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


@contextmanager
def on(store: Store, event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """Call a handler for each event of the client's for the length of the block."""
    store.client.meta.events.register(event, handler, unique_id=event)
    try:
        yield
    finally:
        store.client.meta.events.unregister(event, unique_id=event)


@contextmanager
def forbidding(store: Store, allowed: Callable[[str], bool] = lambda url: False) -> Iterator[None]:
    """Answer every delete as a bucket whose policy forbids it, but of what is allowed."""

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        return None if allowed(request.url) else AWSResponse(request.url, 403, {}, _Body(_DENIED))  # type: ignore

    with on(store, "before-send.s3.DeleteObject", answer):
        yield


@contextmanager
def dated(store: Store, date: str | None) -> Iterator[None]:
    """Let the store tell another date in its answers, or none."""

    def change(parsed: Any, **_: Any) -> None:
        headers = parsed["ResponseMetadata"]["HTTPHeaders"]
        headers.pop("date", None)
        if date is not None:
            headers["date"] = date

    with on(store, "after-call.s3.ListObjectsV2", change):
        yield

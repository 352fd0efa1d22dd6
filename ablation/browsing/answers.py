"""From a request to its answer: status, headers, and bytes or the object that has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from ablation.browsing.places import Elsewhere, PathRefused, Place, place_of
from ablation.browsing.spans import SpanImpossible, span_of
from ablation.browsing.view import ServedFile, StoreView
from ablation.store import KeyMissing, StoreError

METHODS = ("GET", "HEAD")
# The names under which this machine alone is reached; any port, as it may be forwarded from another machine.
HOSTS = ("127.0.0.1", "localhost")

# A page is one self-contained file: what it has inline may run, nothing else is loaded, and nothing is sent anywhere.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'unsafe-inline'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
COMMON = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
IMMUTABLE = "private, max-age=31536000, immutable"
CHANGING = "no-store"
HTML, TEXT, JSON = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Answer:
    """What is sent.

    Attributes:
        status: Of HTTP.
        headers: All but those that every answer has.
        body: Of an answer that is in memory.
        key: Of the object that is sent in the place of a body.
        span: The first and the last byte of it; None: all.
    """

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes = b""
    key: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Request:
    """What is asked for; the names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(view: StoreView, request: Request) -> Answer:
    """Answer a request; no request changes anything."""
    if not _is_local(request.headers.get("host", "")):
        return _words(HTTPStatus.FORBIDDEN, "Open this server as 127.0.0.1 or localhost.")
    if request.method not in METHODS:
        refused = _words(HTTPStatus.METHOD_NOT_ALLOWED, "This server only reads.")
        return Answer(refused.status, {**refused.headers, "Allow": ", ".join(METHODS)}, refused.body)
    try:
        place = place_of(request.target)
        if place is None:
            return _missing()
        if isinstance(place, Elsewhere):
            return Answer(HTTPStatus.PERMANENT_REDIRECT, {"Location": place.location, "Content-Length": "0"})
        return _answer(view, place, request.headers)
    except PathRefused as error:
        return _words(HTTPStatus.BAD_REQUEST, f"{error}.")
    except StoreError as error:
        return failure(error)


def failure(error: StoreError) -> Answer:
    """Answer what the store could not give."""
    return _missing() if isinstance(error, KeyMissing) else _words(HTTPStatus.BAD_GATEWAY, str(error))


def _answer(view: StoreView, place: Place, headers: Mapping[str, str]) -> Answer:
    if place.path is None:
        page = view.store_index() if place.study is None else view.study_index(place.study)
        return _missing() if page is None else _whole(HTTPStatus.OK, page, HTML)
    assert place.study is not None
    if place.run_id is None:
        return _whole(HTTPStatus.OK, view.pointer(place.study, place.path), JSON)
    if place.path == MANIFEST:
        return _whole(HTTPStatus.OK, view.manifest(place.study, place.run_id), JSON)
    file = view.file(place.study, place.run_id, place.path)
    return _missing() if file is None else _file(file, headers)


def _file(file: ServedFile, headers: Mapping[str, str]) -> Answer:
    tag = f'"{file.sha256}"'
    known = {"ETag": tag, "Cache-Control": IMMUTABLE, "Accept-Ranges": "bytes"}
    if tag in [each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")]:
        return Answer(HTTPStatus.NOT_MODIFIED, known)
    wanted = headers.get("range") if headers.get("if-range", tag) == tag else None
    try:
        span = span_of(wanted, file.bytes)
    except SpanImpossible:
        said = _words(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The file ends before.")
        return Answer(said.status, {**said.headers, "Content-Range": f"bytes */{file.bytes}"}, said.body)
    known |= {"Content-Type": file.content_type}
    if span is None:
        return Answer(HTTPStatus.OK, {**known, "Content-Length": str(file.bytes)}, key=file.key)
    part = {"Content-Range": f"bytes {span[0]}-{span[1]}/{file.bytes}", "Content-Length": str(span[1] - span[0] + 1)}
    return Answer(HTTPStatus.PARTIAL_CONTENT, {**known, **part}, key=file.key, span=span)


def _is_local(host: str) -> bool:
    """Whether a browser believes that it talks to this machine: a name of somebody else's may point here as well."""
    try:
        return urlsplit(f"//{host}").hostname in HOSTS
    except ValueError:
        return False


def _missing() -> Answer:
    return _words(HTTPStatus.NOT_FOUND, "There is no such page. All studies are at /")


def _words(status: HTTPStatus, words: str) -> Answer:
    return _whole(status, f"{words}\n".encode(), TEXT)


def _whole(status: HTTPStatus, body: bytes, content_type: str) -> Answer:
    headers = {"Content-Type": content_type, "Content-Length": str(len(body)), "Cache-Control": CHANGING}
    return Answer(status, headers, body)

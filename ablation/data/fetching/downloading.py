"""A file from a web address: repeated when the server is busy, and gone on with where the connection broke."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from ablation.data.errors import DataError

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ATTEMPTS = 4
FIRST_WAIT_S = 0.5
MOST_WAIT_S = 30.0

_BUSY = {408, 425, 429}
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def download(
    url: str, partial: Path, on_bytes: Callable[[int, int | None], None], expected_bytes: int | None = None
) -> bool:
    """Write what is at an address to a file, behind the bytes of an earlier attempt that the file holds.

    Args:
        url: The address; redirections are followed.
        partial: The file; with `.validator` it has a neighbour that says which version of the address it is of.
        on_bytes: Is told the bytes that are there, and all there will be where the server says so.
        expected_bytes: Size of the file where it is known: a server that announces none may have sent less.

    Returns:
        Whether bytes of an earlier attempt are in the file: no server proves that they are of the same version.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: It cannot be had; what came of it stays.
        DataError: The server answers what was not asked for.
        OSError: The file cannot be written.
    """
    retrying = Retrying(
        retry=retry_if_exception(_is_worth_repeating), stop=stop_after_attempt(ATTEMPTS), wait=_wait_s, reraise=True
    )
    return retrying(_attempt, url, partial, on_bytes, expected_bytes)


def is_temporary(error: BaseException) -> bool:
    """Return whether the same attempt may work a little later."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code in _BUSY
    if isinstance(error, httpx.UnsupportedProtocol):
        return False
    return isinstance(error, httpx.TransportError) or getattr(error, "is_temporary", False)


def _is_worth_repeating(error: BaseException) -> bool:
    # Where nobody answers at all the next source comes first; the caller decides whether to come back.
    return is_temporary(error) and not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError))


def _wait_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, httpx.HTTPStatusError):
        asked = error.response.headers.get("Retry-After", "")
        if asked.isdigit():
            return min(float(asked), MOST_WAIT_S)
    doubled = FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1)
    return min(doubled * random.uniform(1.0, 1.5), MOST_WAIT_S)


def _attempt(url: str, partial: Path, on_bytes: Callable[[int, int | None], None], expected_bytes: int | None) -> bool:
    offset = partial.stat().st_size if partial.is_file() else 0
    headers = _headers(partial, offset)
    with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=TIMEOUT) as response:
        if offset and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            _discard(partial)
            raise DataError(f"the server has not the {offset} bytes that were fetched before", is_temporary=True)
        response.raise_for_status()
        is_continued = _is_continued(response, partial, offset)
        total = _total(response, offset if is_continued else 0) or expected_bytes
        _validator_file(partial).write_text(_validator(response), encoding="utf-8")
        done = _write(response, partial, offset if is_continued else 0, lambda done: on_bytes(done, total))
    if expected_bytes is not None and done < expected_bytes and "Content-Length" not in response.headers:
        raise DataError(f"the connection ended after {done} of {expected_bytes} bytes", is_temporary=True)
    return is_continued


def _headers(partial: Path, offset: int) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}  # else a server may pack an archive again, and its bytes are others
    if not offset:
        return headers
    path = _validator_file(partial)
    validator = path.read_text(encoding="utf-8") if path.is_file() else ""
    return headers | {"Range": f"bytes={offset}-"} | ({"If-Range": validator} if validator else {})


def _validator(response: httpx.Response) -> str:
    """Return what names this version of the file; a weak entity tag names none (RFC 9110, 13.1.5)."""
    tag = str(response.headers.get("ETag", ""))
    return tag if tag and not tag.startswith("W/") else str(response.headers.get("Last-Modified", ""))


def _is_continued(response: httpx.Response, partial: Path, offset: int) -> bool:
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return False
    found = _RANGE.match(response.headers.get("Content-Range", ""))
    if not offset or found is None or int(found[1]) != offset:
        _discard(partial)
        raise DataError(f"the server sent another range than the one from byte {offset}", is_temporary=True)
    return True


def _total(response: httpx.Response, offset: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    is_packed = response.headers.get("Content-Encoding", "identity") != "identity"
    return offset + int(length) if length.isdigit() and not is_packed else None


def _write(response: httpx.Response, partial: Path, offset: int, on_bytes: Callable[[int], None]) -> int:
    # The pieces as they come, not of one size: of a connection that breaks every byte is kept.
    done = offset
    with partial.open("ab" if offset else "wb") as output:
        for piece in response.iter_bytes():
            output.write(piece)
            done += len(piece)
            on_bytes(done)
    return done


def _validator_file(partial: Path) -> Path:
    return partial.with_suffix(".validator")


def _discard(partial: Path) -> None:
    for path in (partial, _validator_file(partial)):
        path.unlink(missing_ok=True)

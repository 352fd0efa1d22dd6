"""Downloads that break off, from servers that can go on with them, cannot, or do so wrongly."""

from __future__ import annotations

import pytest

from ablation.data import DataUnavailable, Transfer
from ablation.data.fetching import downloading, fetch_file
from tests.data.conftest import CONTENT, CUT, DIGEST, Cache, WebServer, sized_file, small_file

# What the server is asked for, as (Range, If-Range), until the file is there.
WHOLE = ("", "")
REST = (f"bytes={CUT}-", '"v1"')
UNPROVED_REST = (f"bytes={CUT}-", "")
ASKED = {
    "good": [WHOLE, REST],
    "weak": [WHOLE, UNPROVED_REST],
    "changed": [WHOLE, REST],
    "rangeless": [WHOLE, REST],
    "unproved": [WHOLE, UNPROVED_REST, WHOLE],
    "shifted": [WHOLE, REST, WHOLE],
    "refusing": [WHOLE, REST, WHOLE],
    "unsized": [WHOLE, REST],
    "busy": [WHOLE, WHOLE],
}


@pytest.mark.parametrize("kind", ASKED)
def test_file_arrives_whole_from_a_server_that_fails_once(web: WebServer, cache: Cache, kind: str) -> None:
    path = fetch_file(sized_file(f"{web.url}/again-{kind}/small.npz"), cache.settings())
    assert path.read_bytes() == CONTENT
    assert web.ranges == ASKED[kind]
    assert cache.files() == [f"files/{DIGEST}/small.npz"]
    assert [each.name for each in (cache.directory / "files").iterdir()] == [DIGEST]


def test_next_fetch_goes_on_where_the_last_one_gave_up(
    web: WebServer, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "ATTEMPTS", 1)
    file = sized_file(f"{web.url}/again-good/small.npz")
    with pytest.raises(DataUnavailable) as raised:
        fetch_file(file, cache.settings())
    assert raised.value.is_temporary
    assert fetch_file(file, cache.settings()).read_bytes() == CONTENT
    assert web.ranges == [WHOLE, REST]


def test_busy_server_says_how_long_to_wait(web: WebServer, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "FIRST_WAIT_S", 1e9)  # the wait there would be without its Retry-After: 0
    monkeypatch.setattr(downloading, "MOST_WAIT_S", 1e9)
    assert fetch_file(sized_file(f"{web.url}/again-busy/small.npz"), cache.settings()).read_bytes() == CONTENT


def test_file_of_another_size_is_named_with_both_sizes(web: WebServer, cache: Cache) -> None:
    with pytest.raises(DataUnavailable, match="22999 bytes, expected 23000; sha256 is") as raised:
        fetch_file(sized_file(f"{web.url}/short/small.npz"), cache.settings())
    assert not raised.value.is_temporary
    assert cache.files() == []


def test_right_file_is_taken_where_the_catalogue_has_its_size_wrong(web: WebServer, cache: Cache) -> None:
    file = sized_file(f"{web.url}/good/small.npz").model_copy(update={"bytes": 99_999})
    assert fetch_file(file, cache.settings()).read_bytes() == CONTENT


def test_progress_rises_to_the_whole_over_a_broken_connection(web: WebServer, cache: Cache) -> None:
    told: list[Transfer] = []
    fetch_file(small_file(f"{web.url}/again-good/small.npz"), cache.settings(), on_transfer=told.append)
    done = [transfer.done_bytes for transfer in told]
    assert done == sorted(done)
    assert CUT in done
    assert {(transfer.name, transfer.total_bytes) for transfer in told} == {("small.npz", 23_000)}
    assert told[-1] == Transfer("small.npz", 23_000, 23_000)

"""Objects read in pieces, files of a run read at once, manifests read once."""

from __future__ import annotations

import pytest

from ablation.store import (
    KeyMissing,
    KnownRuns,
    Store,
    get_run_files,
    open_object,
    publish_run,
    run_file_key,
    run_manifest_key,
)
from tests.summaries import run

LARGE = bytes(range(256)) * 3000


@pytest.mark.parametrize("span", [None, (0, 0), (300000, 700000)])
def test_object_is_read_in_pieces(store: Store, span: tuple[int, int] | None) -> None:
    expected = LARGE if span is None else LARGE[span[0] : span[1] + 1]
    store.put("folder/large.bin", LARGE)
    with open_object(store, "folder/large.bin", span) as pieces:
        found = list(pieces)
    assert b"".join(found) == expected
    assert max(map(len, found)) <= 2**18


def test_object_that_is_not_there_is_missing(store: Store) -> None:
    with pytest.raises(KeyMissing), open_object(store, "folder/none.bin"):
        pass


def test_files_of_a_run_come_without_those_that_are_lost_damaged_or_foreign(store: Store) -> None:
    names = ("whole.txt", "lost.txt", "damaged.txt")
    manifest = publish_run(store, run("20260101-aa", None), {name: b"text" for name in names})
    store.delete(run_file_key("imdb", "20260101-aa", "lost.txt"))
    store.put(run_file_key("imdb", "20260101-aa", "damaged.txt"), b"TEXT")
    assert get_run_files(store, manifest, (*names, "foreign.txt")) == {"whole.txt": b"text"}


def test_known_runs_read_a_manifest_once_and_see_what_comes_and_goes(store: Store) -> None:
    known = KnownRuns(store)
    assert known.manifests() == []
    publish_run(store, run("20260101-aa", None), {"index.html": b"<p>"})
    assert [each.run_id for each in known.manifests()] == ["20260101-aa"]
    store.put(run_manifest_key("imdb", "20260101-aa"), b"changed, which no run is")
    publish_run(store, run("20260102-bb", None), {"index.html": b"<p>"})
    assert [each.run_id for each in known.manifests()] == ["20260101-aa", "20260102-bb"]
    for item in list(store.keys("studies/imdb/20260101-aa/")):
        store.delete(item.key)
    assert [each.run_id for each in known.manifests()] == ["20260102-bb"]
    assert known.find("imdb", "20260103-cc") is None

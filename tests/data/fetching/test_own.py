"""Files that a study states itself: what is said when they are not there, or are others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ablation.catalogue import DatasetFile
from ablation.data import DataUnavailable
from ablation.data.fetching import fetch_file
from tests.data.conftest import Cache, WebServer

GOT, EXPECTED = hashlib.sha256(b"new").hexdigest(), hashlib.sha256(b"old").hexdigest()


def failure(cache: Cache, url: str) -> list[str]:
    file = DatasetFile(name="a.csv", url=url, sha256=(EXPECTED,), is_own=True)
    with pytest.raises(DataUnavailable) as raised:
        fetch_file(file, cache.settings())
    return str(raised.value).splitlines()


def test_file_that_has_changed_is_refused_with_both_digests_and_what_to_do(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"new")
    assert failure(cache, f"{tmp_path}/a.csv") == [
        "a.csv cannot be fetched:",
        f"  {tmp_path}/a.csv: sha256 is {GOT}, expected {EXPECTED}",
        "  If the file was meant to change, put its new sha256 into the spec: results are then of other data.",
    ]
    assert cache.files() == []


def test_path_that_leads_nowhere_is_answered_with_where_paths_begin(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert failure(cache, "data/a.csv") == [
        "a.csv cannot be fetched:",
        "  data/a.csv: No such file or directory",
        f"  Relative paths begin at the working directory, {tmp_path}. Or set ABLATION_DATASETS to its folder.",
    ]


def test_address_that_has_it_not_is_answered_with_the_mirror(web: WebServer, cache: Cache) -> None:
    assert failure(cache, f"{web.url}/404/a.csv")[1:] == [
        f"  {web.url}/404/a.csv: HTTP 404 Not Found",
        "  Put a.csv into a folder and set ABLATION_DATASETS to that folder, or check the network.",
    ]


@pytest.mark.parametrize("uri", ["data/a.csv", "{here}/data/a.csv", "file://{here}/my%20data/a.csv"])
def test_file_at_a_path_is_fetched(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    for folder in ("data", "my data"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_bytes(b"old")
    monkeypatch.chdir(tmp_path)
    file = DatasetFile(name="a.csv", url=uri.format(here=tmp_path), sha256=(EXPECTED,), is_own=True)
    assert fetch_file(file, cache.settings()).read_bytes() == b"old"
    assert cache.files() == [f"files/{EXPECTED}/a.csv"]

"""The store in a browser: a real server over a real store, asked by real requests."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ablation.browsing import PortUnavailable, browsing
from ablation.records import RunManifest
from ablation.store import RunningRun, Store, publish_run, put_blob, put_running, remove_running
from tests.conftest import embedded_store
from tests.summaries import effect, run, summary

RUN = "20261121-041200-7f3a1c"
LARGE = bytes(range(256)) * 4096
FOLDER = f"/studies/imdb/{RUN}"


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Site:
    """A server, and the store behind it."""

    port: int
    store: Store

    def ask(self, target: str, method: str = "GET", **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def publish(store: Store, run_id: str) -> RunManifest:
    files = {"index.html": b"<p>page", "variants/l2/seed-0/model.keras": LARGE, "log.txt": "ü\n".encode()}
    return publish_run(store, run(run_id, summary(effect("l2", -0.2, trials=run_id))), files)


def never(machine: str, owner: str) -> bool:
    return False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A store with one run, and a file under the run's folder that no manifest names."""
    with embedded_store(tmp_path_factory.mktemp("site")) as store:
        publish(store, RUN)
        store.put(f"studies/imdb/{RUN}/foreign.txt", b"foreign")
        store.put("studies/imdb/20261122-000000-dead00/index.html", b"uncommitted")
        put_blob(store, b"blob", "text/plain")
        with browsing(store, 0, never) as address:
            yield Site(urlsplit(address).port or 0, store)


def test_index_and_pages_are_served_with_their_types(site: Site) -> None:
    front = site.ask("/")
    assert (front.status, front.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"l2 helps" in front.body and b"Best: <strong>l2</strong>" in front.body
    assert front.headers["cache-control"] == "no-store"
    page = site.ask(f"{FOLDER}/")
    assert (page.status, page.body, page.headers["content-type"]) == (200, b"<p>page", "text/html; charset=utf-8")
    assert "immutable" in page.headers["cache-control"]
    log = site.ask(f"{FOLDER}/log.txt")
    assert (log.body.decode(), log.headers["content-type"]) == ("ü\n", "text/plain; charset=utf-8")
    assert json.loads(site.ask("/studies/imdb/latest.json").body)["run_id"] == RUN
    assert json.loads(site.ask(f"{FOLDER}/manifest.json").body)["run_id"] == RUN


def test_folder_without_its_slash_is_sent_there(site: Site) -> None:
    moved = site.ask(FOLDER)
    assert (moved.status, moved.headers["location"]) == (308, f"{FOLDER}/")


def test_large_file_comes_whole_in_part_or_not_again(site: Site) -> None:
    target = f"{FOLDER}/variants/l2/seed-0/model.keras"
    whole = site.ask(target)
    assert (whole.status, whole.body == LARGE, whole.headers["content-type"]) == (200, True, "application/zip")
    part = site.ask(target, Range="bytes=1000000-1000003")
    assert (part.status, part.body) == (206, LARGE[1000000:1000004])
    assert part.headers["content-range"] == f"bytes 1000000-1000003/{len(LARGE)}"
    beyond = site.ask(target, Range=f"bytes={len(LARGE)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(LARGE)}")
    tag = whole.headers["etag"]
    assert site.ask(target, If_None_Match=tag).status == 304
    assert site.ask(target, Range="bytes=0-1", If_Range='"other"').status == 200
    assert site.ask(target, Range="bytes=0-1", If_Range=tag).status == 206


def test_head_gives_the_headers_alone(site: Site) -> None:
    head = site.ask(f"{FOLDER}/variants/l2/seed-0/model.keras", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(LARGE)))
    assert site.ask("/", "HEAD").body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(site: Site, method: str) -> None:
    before = {item.key for item in site.store.keys("")}
    refused = site.ask(f"{FOLDER}/index.html", method)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")
    assert {item.key for item in site.store.keys("")} == before


@pytest.mark.parametrize(
    "target",
    [
        f"{FOLDER}/foreign.txt",
        "/studies/imdb/20261122-000000-dead00/index.html",
        "/studies/other/",
        "/studies/imdb/champion.json",
        "/leases/x.json",
        "/favicon.ico",
    ],
)
def test_what_no_manifest_names_is_not_there(site: Site, target: str) -> None:
    missing = site.ask(target)
    assert missing.status == 404
    assert b"foreign" not in missing.body and b"uncommitted" not in missing.body


def test_rest_of_the_store_is_not_there(site: Site) -> None:
    others = [f"/{item.key}" for item in site.store.keys("") if not item.key.startswith("studies/")]
    assert [target for target in others if target.startswith("/blobs/")]
    assert {site.ask(target).status for target in others} == {404}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:4300", 200),
        ("localhost:9999", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:4300", 403),
        ("localhost@evil.example", 403),
        ("", 403),
        ("[", 403),
    ],
)
def test_only_names_of_this_machine_are_answered(site: Site, host: str, status: int) -> None:
    assert site.ask("/", Host=host).status == status


@pytest.mark.parametrize("target", ["/studies/%2e%2e/blobs/x", "/../etc/passwd", "/a//b"])
def test_path_with_a_trick_is_refused(site: Site, target: str) -> None:
    assert site.ask(target).status == 400


def test_every_answer_forbids_what_no_page_needs(site: Site) -> None:
    for target in ("/", f"{FOLDER}/", "/nothing"):
        headers = site.ask(target).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; ")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["server"] == "ablate"


def test_index_shows_what_came_while_the_server_runs(site: Site) -> None:
    running = RunningRun(study="young", run_id="20261122-010101-abcdef", owner="a", machine="b")
    assert b"young" not in site.ask("/").body
    put_running(site.store, running)
    try:
        assert b'<span class="running">running</span>' in site.ask("/studies/young/").body
    finally:
        remove_running(site.store, running.run_id)
    assert site.ask("/studies/young/").status == 404


def test_damaged_file_breaks_off_and_a_lost_one_is_not_there(site: Site) -> None:
    other = "20261123-041200-7f3a1c"
    folder = f"studies/imdb/{other}"
    publish(site.store, other)
    assert site.ask(f"/{folder}/log.txt").status == 200
    site.store.put(f"{folder}/log.txt", b"x")
    with pytest.raises(http.client.IncompleteRead):
        site.ask(f"/{folder}/log.txt")
    site.store.delete(f"{folder}/log.txt")
    assert site.ask(f"/{folder}/log.txt").status == 404


def test_empty_store_has_a_page_that_says_how_to_fill_it(tmp_path: Path) -> None:
    with embedded_store(tmp_path) as store, browsing(store, 0, never) as address:
        page = Site(urlsplit(address).port or 0, store).ask("/")
    assert (page.status, b"No study has been published yet." in page.body) == (200, True)


def test_port_that_is_taken_is_one_clear_error(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = rf"^port {port} of 127.0.0.1 cannot be used: .*--port"
        with pytest.raises(PortUnavailable, match=message), browsing(site.store, port, never):
            pass


def test_server_is_gone_when_its_context_closes(site: Site) -> None:
    with browsing(site.store, 0, never) as address:
        port = urlsplit(address).port or 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0

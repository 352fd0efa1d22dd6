from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ablation.data import DataUnavailable
from ablation.data.fetching import fetch_file
from ablation.store.embedded import embedded_server
from tests.data.conftest import CONTENT, DIGEST, Cache, WebServer, small_file

CACHED = f"files/{DIGEST}/small.npz"
ADVICE = "Put small.npz into a folder and set ABLATION_DATASETS to that folder, or check the network."


def closed_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def failure(cache: Cache, url: str, mirror: str | None = None) -> DataUnavailable:
    with pytest.raises(DataUnavailable) as raised:
        fetch_file(small_file(url), cache.settings(mirror))
    return raised.value


def test_file_is_fetched_from_its_published_address(web: WebServer, cache: Cache) -> None:
    path = fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings())
    assert path.read_bytes() == CONTENT
    assert cache.files() == [CACHED]


def test_redirection_is_followed(web: WebServer, cache: Cache) -> None:
    assert fetch_file(small_file(f"{web.url}/moved/small.npz"), cache.settings()).read_bytes() == CONTENT
    assert web.asked == ["/moved/small.npz", "/good/small.npz"]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_mirror_folder_is_asked_first(web: WebServer, cache: Cache, mirror: Path, prefix: str) -> None:
    path = fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings(f"{prefix}{mirror}/"))
    assert path.read_bytes() == CONTENT
    assert web.asked == []
    assert (mirror / "small.npz").read_bytes() == CONTENT


def test_mirror_address_is_asked_first(web: WebServer, cache: Cache) -> None:
    fetch_file(small_file(f"{web.url}/404/small.npz"), cache.settings(f"{web.url}/good"))
    assert web.asked == ["/good/small.npz"]


def test_file_that_the_mirror_lacks_comes_from_its_published_address(
    web: WebServer, cache: Cache, mirror: Path
) -> None:
    (mirror / "small.npz").unlink()
    path = fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings(str(mirror)))
    assert path.read_bytes() == CONTENT


def test_file_that_the_mirror_has_wrong_comes_from_its_published_address(
    web: WebServer, cache: Cache, mirror: Path
) -> None:
    (mirror / "small.npz").write_bytes(b"another file")
    assert fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings(str(mirror))).read_bytes() == CONTENT
    assert cache.files() == [CACHED]


def test_cached_file_needs_neither_mirror_nor_network(cache: Cache, mirror: Path) -> None:
    file = small_file(f"http://127.0.0.1:{closed_port()}/small.npz")
    first = fetch_file(file, cache.settings(str(mirror)))
    (mirror / "small.npz").unlink()
    assert fetch_file(file, cache.settings()) == first


# How the published address fails, what the report says of it, and whether another attempt may work.
FAILURES = {
    "404": ("HTTP 404 Not Found", False),
    "403": ("HTTP 403 Forbidden", False),
    "500": ("HTTP 500 Internal Server Error", True),
    "503": ("HTTP 503 Service Unavailable", True),
    "cut": ("peer closed connection without sending complete message body", True),
    "short": (f"expected {'0' * 64} or {DIGEST}", False),
    "other": (f"expected {'0' * 64} or {DIGEST}", False),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_file_that_cannot_be_had_says_where_why_and_what_to_do(web: WebServer, cache: Cache, kind: str) -> None:
    reason, is_temporary = FAILURES[kind]
    error = failure(cache, f"{web.url}/{kind}/small.npz")
    title, where, advice = str(error).splitlines()
    assert title == "small.npz cannot be fetched:"
    assert where.startswith(f"  {web.url}/{kind}/small.npz: ")
    assert reason in where
    assert advice == f"  {ADVICE}"
    assert error.is_temporary is is_temporary
    assert not (cache.directory / "files" / DIGEST).exists()
    assert bool(cache.files()) is (kind == "cut")  # what came of it is kept for the next attempt


def test_address_that_refuses_connections_is_a_temporary_failure(cache: Cache) -> None:
    error = failure(cache, f"http://127.0.0.1:{closed_port()}/small.npz")
    assert "Connection refused" in str(error)
    assert error.is_temporary


@pytest.mark.parametrize("url", ["http://", "http://host:port/small.npz", "http://a\0b/small.npz", "ftp://a/small.npz"])
def test_address_that_is_none_is_a_lasting_failure(cache: Cache, url: str) -> None:
    assert not failure(cache, url).is_temporary


def test_every_source_that_failed_is_named(web: WebServer, cache: Cache, tmp_path: Path) -> None:
    error = failure(cache, f"{web.url}/404/small.npz", str(tmp_path / "nowhere"))
    assert str(error).splitlines()[1:3] == [
        f"  {tmp_path}/nowhere/small.npz: No such file or directory",
        f"  {web.url}/404/small.npz: HTTP 404 Not Found",
    ]
    assert not error.is_temporary


@pytest.mark.parametrize("is_mirror", [False, True])
def test_source_is_named_without_user_password_and_parameters(web: WebServer, cache: Cache, is_mirror: bool) -> None:
    address = web.url.replace("://", "://alice:s3cr3t@") + "/404/small.npz"
    error = failure(cache, "nowhere/small.npz", address) if is_mirror else failure(cache, f"{address}?token=s3cr3t")
    assert (
        str(error).splitlines()[1]
        == f"  {web.url}/404/small.npz{'/small.npz' if is_mirror else ''}: HTTP 404 Not Found"
    )
    assert "s3cr3t" not in str(error)


def test_addresses_that_differ_in_their_parameters_alone_share_no_partial_file(web: WebServer, cache: Cache) -> None:
    for version in (1, 2):
        failure(cache, f"{web.url}/cut/small.npz?version={version}")
    assert len({name for name in cache.files() if name.endswith(".part")}) == 2


def test_failure_is_temporary_when_one_of_the_sources_may_recover(web: WebServer, cache: Cache, tmp_path: Path) -> None:
    assert failure(cache, f"{web.url}/503/small.npz", str(tmp_path / "nowhere")).is_temporary


@pytest.mark.parametrize(("kind", "attempts"), {"500": 4, "429": 4, "cut": 4, "404": 1, "short": 1}.items())
def test_only_what_may_recover_is_asked_again(web: WebServer, cache: Cache, kind: str, attempts: int) -> None:
    failure(cache, f"{web.url}/{kind}/small.npz")
    assert len(web.asked) == attempts


def test_second_attempt_after_a_cut_connection_succeeds(web: WebServer, cache: Cache) -> None:
    failure(cache, f"{web.url}/cut/small.npz")
    assert fetch_file(small_file(f"{web.url}/good/small.npz"), cache.settings()).read_bytes() == CONTENT
    assert cache.files() == [CACHED]


FETCH = """
import sys
from pathlib import Path
from ablation.catalogue import DatasetFile
from ablation.data.fetching import fetch_file
from ablation.settings import Settings
file = DatasetFile(name="small.npz", url="http://127.0.0.1:1/small.npz", sha256=(sys.argv[1],))
print(fetch_file(file, Settings(cache_dir=Path(sys.argv[2]), datasets="s3://ablation/mirror")))
"""


@pytest.mark.slow
def test_mirror_in_a_store_is_asked_first(cache: Cache, tmp_path: Path) -> None:
    root = tmp_path / "store"
    (root / "mirror").mkdir(parents=True)
    (root / "mirror" / "small.npz").write_bytes(CONTENT)
    with embedded_server(root) as server:
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": server.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": server.credentials.secret_key,
            "AWS_ENDPOINT_URL_S3": server.endpoint_url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        command = [sys.executable, "-c", FETCH, DIGEST, str(cache.directory)]
        completed = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr
    assert Path(completed.stdout.strip()).read_bytes() == CONTENT
    assert cache.files() == [CACHED]

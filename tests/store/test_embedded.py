from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from ablation.settings import Settings
from ablation.store import Store, StoreUnreachable, connect, open_store, public_address
from ablation.store.embedded import BUCKET, EmbeddedServer, embedded_server
from ablation.store.transport.client import embedded_client
from ablation.store.transport.parallel import in_parallel

HOLD_A_STORE = """
import sys
from ablation.settings import Settings
from ablation.store import open_store
with open_store(Settings(store=None)) as store:
    print(store.location.endpoint_url, flush=True)
    sys.stdin.read()
"""


def server_of(pid: int) -> psutil.Process:
    servers = [child for child in psutil.Process(pid).children() if "serve" in child.cmdline()]
    assert len(servers) == 1
    return servers[0]


def has_ended(process: psutil.Process, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
    return False


def test_open_store_without_a_setting_keeps_plain_files_in_artifacts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(Settings(store=None)) as store:
        store.put("studies/s/run/index.html", b"<p>")
    assert (tmp_path / "artifacts/studies/s/run/index.html").read_bytes() == b"<p>"


def test_open_store_again_finds_what_was_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(Settings(store=None)) as store:
        store.put("kept.txt", b"kept")
    with open_store(Settings(store=None)) as store:
        assert store.get("kept.txt") == b"kept"


def test_server_is_gone_after_the_context_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(psutil.Process().children())
    with open_store(Settings(store=None)) as store:
        (server,) = set(psutil.Process().children()) - before
        location = store.location
    assert not server.is_running()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(address_of(location.endpoint_url)):
        pass


def test_server_is_gone_after_an_error_in_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(psutil.Process().children())
    with pytest.raises(RuntimeError, match="mine"), open_store(Settings(store=None)):
        raise RuntimeError("mine")
    assert set(psutil.Process().children()) == before


def test_server_is_gone_after_its_parent_was_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_STORE],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith(b"http://127.0.0.1:")
        server = server_of(parent.pid)
        parent.send_signal(signal.SIGKILL)
    assert has_ended(server, within_s=5)


def test_server_listens_on_loopback_only(server: EmbeddedServer) -> None:
    _, port = address_of(server.endpoint_url)
    connections = psutil.Process(server.pid).net_connections()
    listening = [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", port)]


def test_server_has_new_keys_at_each_start_and_refuses_all_others(server: EmbeddedServer, tmp_path: Path) -> None:
    with embedded_server(tmp_path / "objects") as other:
        keys = [each.credentials for each in (server, other)]
        with pytest.raises(ClientError, match="InvalidAccessKeyId"):
            embedded_client(other.endpoint_url, server.credentials).list_objects_v2(Bucket=BUCKET)
        with pytest.raises(urllib.error.HTTPError, match="400"):  # no signature at all
            urllib.request.urlopen(f"{other.endpoint_url}/{BUCKET}?list-type=2")
    assert keys[0].access_key != keys[1].access_key
    assert keys[0].secret_key != keys[1].secret_key
    assert min(len(each.secret_key) for each in keys) == 40  # 30 random bytes


def test_server_has_its_secrets_not_on_its_command_line(server: EmbeddedServer) -> None:
    command = Path(f"/proc/{server.pid}/cmdline").read_text()
    assert "serve" in command
    assert server.credentials.secret_key not in command
    assert server.credentials.access_key not in command


def test_server_does_not_show_its_secret(server: EmbeddedServer) -> None:
    assert server.credentials.secret_key not in repr(server)


@pytest.mark.parametrize("name", ['with "quotes"', "with\nnewline", "with blank, comma = equals", "c:olon ü"])
def test_open_store_in_a_folder_with_an_odd_name_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    with open_store(Settings(store=None)) as store:
        store.put("a/b.txt", b"1")
    assert (folder / "artifacts/a/b.txt").read_bytes() == b"1"


def test_open_store_where_artifacts_is_a_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("artifacts").write_text("in the way")
    with pytest.raises(StoreUnreachable, match=r"folder artifacts: File exists"), open_store(Settings(store=None)):
        pass


def test_open_store_ignores_proxies_profiles_and_other_endpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    with open_store(Settings(store=None)) as store:
        store.put("a.txt", b"1")
        assert store.get("a.txt") == b"1"


def test_rclone_that_does_not_start_is_reported_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "rclone"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no port left\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(link_to_python(tmp_path / "bin")))
    with pytest.raises(StoreUnreachable, match=r"exit code 3.*no port left"), open_store(Settings(store=None)):
        pass


def test_connect_from_threads_shares_one_client(shared_store: Store) -> None:
    stores = in_parallel(lambda _: connect(shared_store.location), range(32))
    assert {id(each.client) for each in stores} == {id(shared_store.client)}


def test_public_address_of_an_embedded_store_is_a_path_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(Settings(store=None)) as store:
        assert public_address(store, "studies/s/r/index.html") == "artifacts/studies/s/r/index.html"


def address_of(endpoint_url: str | None) -> tuple[str, int]:
    host, port = str(endpoint_url).removeprefix("http://").split(":")
    return host, int(port)


def link_to_python(folder: Path) -> Path:
    link = folder / "python"
    link.symlink_to(sys.executable)
    return link

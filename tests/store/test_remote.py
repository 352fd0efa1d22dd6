from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from ablation.settings import Settings
from ablation.store import StoreUnreachable, connect, open_store, public_address
from ablation.store.connections import CHECK_S
from ablation.store.embedded import EmbeddedServer
from ablation.store.transport.client import CHECKING, Patience


def unreachable(uri: str) -> str:
    started = time.monotonic()
    with pytest.raises(StoreUnreachable) as caught, open_store(Settings(store=uri)):
        pass
    assert time.monotonic() - started < 15
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_open_store_with_a_prefix_keeps_everything_under_it(aws: pytest.MonkeyPatch, server: EmbeddedServer) -> None:
    with open_store(Settings(store="s3://ablation/some/prefix/")) as store:
        store.put("a/b.txt", b"1")
        assert [item.key for item in store.keys("a/")] == ["a/b.txt"]
        assert list(store.folders("a/")) == []
        assert store.uri == "s3://ablation/some/prefix"
    assert (server.root / "some/prefix/a/b.txt").read_bytes() == b"1"


def test_connect_by_location_uses_the_default_credentials(aws: pytest.MonkeyPatch) -> None:
    with open_store(Settings(store="s3://ablation/by-location")) as store:
        store.put("a.txt", b"1")
        location = type(store.location).model_validate_json(store.location.model_dump_json())
        assert connect(location).get("a.txt") == b"1"


def test_public_address_of_a_real_store_is_its_uri(aws: pytest.MonkeyPatch) -> None:
    with open_store(Settings(store="s3://ablation/some")) as store:
        assert public_address(store, "index.html") == "s3://ablation/some/index.html"


def test_open_store_takes_aws_variables_from_the_env_file(aws: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"AWS_SECRET_ACCESS_KEY={os.environ['AWS_SECRET_ACCESS_KEY']}\n")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    with open_store(Settings(store="s3://ablation/some")) as store:
        assert store.head("not/there") is None


def test_open_store_takes_the_region_from_aws_region(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_REGION", "eu-west-3")
    with open_store(Settings(store="s3://ablation/some")) as store:
        assert store.client.meta.region_name == "eu-west-3"


def test_open_store_without_a_region_uses_us_east_1(aws: pytest.MonkeyPatch) -> None:
    with open_store(Settings(store="s3://ablation/some")) as store:
        assert store.client.meta.region_name == "us-east-1"


def test_open_store_with_a_wrong_secret_names_the_variable(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    message = unreachable("s3://ablation/some/prefix")
    assert "s3://ablation/some/prefix" in message
    assert "SignatureDoesNotMatch" in message
    assert "AWS_SECRET_ACCESS_KEY" in message
    assert "wrong-secret" not in message


def test_open_store_with_a_wrong_access_key_names_the_variable(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_ACCESS_KEY_ID", "wrong")
    assert "Correct AWS_ACCESS_KEY_ID" in unreachable("s3://ablation")


def test_open_store_without_credentials_says_which_to_set(aws: pytest.MonkeyPatch) -> None:
    aws.delenv("AWS_ACCESS_KEY_ID")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    assert "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in unreachable("s3://ablation")


def test_open_store_with_an_unknown_profile_says_so(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_PROFILE", "not-there")
    assert "unset AWS_PROFILE" in unreachable("s3://ablation")


def test_open_store_with_a_missing_bucket_says_so(aws: pytest.MonkeyPatch) -> None:
    message = unreachable("s3://not-there/prefix")
    assert "NoSuchBucket" in message
    assert "Create the bucket" in message


def test_open_store_with_nobody_listening_says_where(aws: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    aws.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    message = unreachable("s3://ablation")
    assert f"127.0.0.1:{port}" in message
    assert "AWS_ENDPOINT_URL_S3" in message


def test_open_store_with_a_silent_endpoint_says_so(aws: pytest.MonkeyPatch) -> None:
    aws.setattr("ablation.store.connections.CHECKING", Patience(connect_s=0.2, read_s=0.2, attempts=2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        aws.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "Check the network" in unreachable("s3://ablation")


def test_open_store_gives_up_at_its_deadline(aws: pytest.MonkeyPatch) -> None:
    aws.setattr("ablation.store.connections.CHECK_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        aws.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "no answer within 0" in unreachable("s3://ablation")


def test_check_of_an_open_store_ends_before_its_deadline() -> None:
    # Two addresses of a host, each to be waited for in each attempt, and at most a second between two attempts.
    assert CHECKING.attempts * (2 * CHECKING.connect_s + CHECKING.read_s) - CHECKING.read_s + 1 < CHECK_S < 15


def test_open_store_with_an_endpoint_that_is_no_s3_server_says_so(aws: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_nonsense, args=[listener], daemon=True).start()
        aws.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert "Check AWS_ENDPOINT_URL_S3" in unreachable("s3://ablation")


def test_open_store_with_an_endpoint_without_a_scheme_says_so(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_ENDPOINT_URL_S3", "127.0.0.1:9000")
    assert "Correct AWS_ENDPOINT_URL_S3" in unreachable("s3://ablation")


def test_open_store_with_a_bad_region_says_so(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("AWS_REGION", "us east 1")
    assert "AWS_REGION" in unreachable("s3://ablation")


@pytest.mark.parametrize("uri", ["ablation", "https://host/bucket", "s3://", "s3://ablation/a/../b", "s3:///prefix"])
def test_open_store_with_no_address_of_a_bucket_says_so(uri: str, aws: pytest.MonkeyPatch) -> None:
    assert repr(uri) in unreachable(uri)


def answer_nonsense(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")

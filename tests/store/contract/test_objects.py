from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.awsrequest import AWSResponse

from ablation.store import KeyMissing, Store, StoreError
from ablation.store.transport.parallel import in_parallel
from tests.servers.server import S3Server

pytestmark = pytest.mark.servers

MIB = 2**20
DENIED = b"<Error><Code>AccessDenied</Code><Message>Not this part.</Message></Error>"


@pytest.mark.parametrize(
    "key",
    [
        "ü/→/模型.txt",
        "a b/c  d.txt",
        "a%20b+c&d=e.txt",
        'q?a#c:"d"*.txt',
        "-~!$'(),;@[]^`{|}.txt",
        "/".join(["s" * 200] * 4) + "/" + "t" * 96,
    ],
    ids=["unicode", "spaces", "escapes", "query", "punctuation", "900 bytes"],
)
def test_key_of_any_plain_name_round_trips(key: str, store: Store) -> None:
    store.put(key, key.encode())
    store.copy(key, "copied.txt")
    assert store.get(key) == store.get("copied.txt") == key.encode()
    assert [item.key for item in store.keys("")] == sorted([key, "copied.txt"], key=str.encode)
    store.delete(key)
    assert not store.exists(key)


def test_object_that_is_written_again_is_the_newer_one_to_every_reader(store: Store) -> None:
    for text in (b"first", b"second, and longer", b"3"):
        store.put("a.txt", text)
        head = store.head("a.txt")
        assert head is not None
        assert (store.get("a.txt"), head.bytes, [item.bytes for item in store.keys("")]) == (
            text,
            len(text),
            [len(text)],
        )


def test_missing_object_is_missing_to_every_request(store: Store, tmp_path: Path) -> None:
    assert store.head("not/there") is None
    assert list(store.keys("not/")) == list(store.folders("not/")) == []
    store.delete("not/there")
    with pytest.raises(KeyMissing):
        store.get("not/there")
    with pytest.raises(KeyMissing):
        store.copy("not/there", "new.txt")
    with pytest.raises(KeyMissing):
        store.download("not/there", tmp_path / "got")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_listing_of_more_than_a_page_is_whole_and_in_order(store: Store) -> None:
    names = [f"many/{number:04}.txt" for number in range(1005)]
    in_parallel(lambda name: store.put(name, b"1"), names)
    assert [item.key for item in store.keys("many/")] == names
    first, is_all = store.first_keys("many/", 1000)
    assert ([item.key for item in first], is_all) == (names[:1000], False)
    assert len(store.first_keys("many/", 2000)[0]) == 1005


def test_folders_are_direct_children_only(store: Store) -> None:
    for key in ("s/one/x/y.txt", "s/one/z.txt", "s/two/z.txt", "s/file.txt"):
        store.put(key, b"1")
    assert sorted(store.folders("s/")) == ["one", "two"]


@pytest.mark.parametrize("name", ["index.html", "curves.svg", "model.keras", "history.csv", "no-suffix"])
def test_content_type_survives_put_and_copy(name: str, store: Store) -> None:
    expected = {
        "index.html": "text/html; charset=utf-8",
        "curves.svg": "image/svg+xml",
        "model.keras": "application/zip",
        "history.csv": "text/csv; charset=utf-8",
        "no-suffix": "application/octet-stream",
    }[name]
    store.put(name, b"x")
    store.copy(name, f"copied/{name}")
    heads = [store.head(name), store.head(f"copied/{name}")]
    assert [head and head.content_type for head in heads] == [expected, expected]


def test_page_opens_by_a_presigned_address_as_a_page(store: Store) -> None:
    store.put("studies/demo/run-1/index.html", "<p>ü".encode())
    key = {"Bucket": store.bucket, "Key": f"{store.prefix}studies/demo/run-1/index.html"}
    answer = httpx.get(store.client.generate_presigned_url("get_object", Params=key, ExpiresIn=60))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == "<p>ü"


def test_page_does_not_open_by_an_address_signed_for_another(store: Store, server: S3Server) -> None:
    if not server.checks_signatures:
        pytest.skip(f"{server.name} checks no signature")
    store.put("one.html", b"<p>one")
    store.put("two.html", b"<p>two")
    key = {"Bucket": store.bucket, "Key": f"{store.prefix}one.html"}
    address = store.client.generate_presigned_url("get_object", Params=key, ExpiresIn=60)
    assert httpx.get(address.replace("one.html", "two.html")).status_code == 403


def test_large_file_arrives_in_parts_and_whole(store: Store, tmp_path: Path, parts: None) -> None:
    (tmp_path / "sent").write_bytes(bytes(range(256)) * (20 * MIB // 256) + b"the end")
    store.put("model.keras", tmp_path / "sent")
    head = store.head("model.keras")
    assert head is not None
    assert (head.bytes, head.content_type) == (20 * MIB + 7, "application/zip")
    store.download("model.keras", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == (tmp_path / "sent").read_bytes()
    assert uploads(store) == []


def test_large_file_whose_part_is_refused_leaves_nothing(store: Store, tmp_path: Path, parts: None) -> None:
    (tmp_path / "sent").write_bytes(b"0123456789abcdef" * (20 * MIB // 16))

    def refuse(request: Any, **_: object) -> AWSResponse | None:
        if "partNumber=2" not in request.url:
            return None
        refusal = AWSResponse(request.url, 403, {}, None)
        refusal._content = DENIED
        return refusal

    store.client.meta.events.register("before-send.s3.UploadPart", refuse)
    with pytest.raises(StoreError, match="AccessDenied"):
        store.put("model.keras", tmp_path / "sent")
    assert not store.exists("model.keras")
    assert uploads(store) == []


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ablation.store.objects.store.MULTIPART_FROM_BYTES", 8 * MIB)


def uploads(store: Store) -> list[str]:
    answer = store.client.list_multipart_uploads(Bucket=store.bucket)
    return [upload["Key"] for upload in answer.get("Uploads", [])]

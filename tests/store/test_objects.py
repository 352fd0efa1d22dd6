from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ablation.settings import Settings
from ablation.store import KeyInvalid, KeyMissing, Store, open_store
from ablation.store.transport.parallel import in_parallel


def test_put_and_get_return_the_same_bytes(store: Store) -> None:
    store.put("a/b.bin", b"\x00\xff" * 1000)
    assert store.get("a/b.bin") == b"\x00\xff" * 1000


def test_put_of_a_file_and_download_return_the_same_bytes(store: Store, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"0123456789" * 300_000)
    store.put("a/file.bin", tmp_path / "sent")
    store.download("a/file.bin", tmp_path / "new" / "got")
    assert (tmp_path / "new" / "got").read_bytes() == b"0123456789" * 300_000


def test_put_of_a_large_file_in_parts_round_trips(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablation.store.objects.store.MULTIPART_FROM_BYTES", 1)
    (tmp_path / "sent").write_bytes(b"0123456789" * 900_000)
    store.put("a/large.npz", tmp_path / "sent")
    assert store.get("a/large.npz") == b"0123456789" * 900_000


def test_put_of_nothing_is_an_empty_object(store: Store) -> None:
    store.put("a/empty.txt", b"")
    assert store.get("a/empty.txt") == b""


def test_get_of_a_missing_key_names_it(store: Store) -> None:
    with pytest.raises(KeyMissing, match=r"s3://ablation/.*/not/there: there is no such object"):
        store.get("not/there")


def test_download_of_a_missing_key_leaves_no_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KeyMissing):
        store.download("not/there", tmp_path / "got")
    assert list(tmp_path.iterdir()) == []


def test_download_over_a_file_replaces_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "got").write_bytes(b"older and longer")
    store.put("a/new.txt", b"new")
    store.download("a/new.txt", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"new"


def test_copy_keeps_bytes_and_sets_the_type(store: Store) -> None:
    store.put("blobs/x", b"a,b\n")
    store.copy("blobs/x", "run/table.csv")
    head = store.head("run/table.csv")
    assert head is not None
    assert (store.get("run/table.csv"), head.content_type) == (b"a,b\n", "text/csv; charset=utf-8")


def test_copy_of_a_missing_key_is_key_missing(store: Store) -> None:
    with pytest.raises(KeyMissing):
        store.copy("not/there", "run/table.csv")


def test_exists_and_head_follow_put_and_delete(store: Store) -> None:
    assert not store.exists("a/b.txt")
    store.put("a/b.txt", b"123")
    head = store.head("a/b.txt")
    assert head is not None
    assert head.bytes == 3
    store.delete("a/b.txt")
    assert store.head("a/b.txt") is None


def test_delete_of_a_missing_key_is_nothing(store: Store) -> None:
    store.delete("not/there")


def test_keys_go_past_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [f"many/{number:04}.txt" for number in range(1005)]
    (tmp_path / "artifacts/many").mkdir(parents=True)
    for name in names:
        (tmp_path / "artifacts" / name).touch()
    with open_store(Settings(store=None)) as store:
        assert [item.key for item in store.keys("many/")] == names


def test_first_keys_go_past_one_page_and_say_whether_these_are_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [f"many/{number:04}.txt" for number in range(1005)]
    (tmp_path / "artifacts/many").mkdir(parents=True)
    for name in names:
        (tmp_path / "artifacts" / name).touch()
    with open_store(Settings(store=None)) as store:
        answers = {count: store.first_keys("many/", count) for count in (1, 1000, 1005, 2000)}
    found = {count: ([item.key for item in listed], is_all) for count, (listed, is_all) in answers.items()}
    assert found == {1: (names[:1], False), 1000: (names[:1000], False), 1005: (names, True), 2000: (names, True)}


def test_listing_tells_times_in_utc_as_head_does(store: Store) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    store.put("a/b.txt", b"1")
    (listed,) = store.keys("a/")
    head = store.head("a/b.txt")
    assert head is not None
    assert before - timedelta(seconds=1) <= listed.modified_at <= datetime.now(UTC)
    assert abs(listed.modified_at - head.modified_at) <= timedelta(seconds=1)


def test_keys_of_an_empty_prefix_are_none(store: Store) -> None:
    assert list(store.keys("nothing/here/")) == []


def test_folders_are_direct_children_only(store: Store) -> None:
    store.put("s/one/x/y.txt", b"1")
    store.put("s/two/z.txt", b"1")
    store.put("s/file.txt", b"1")
    assert sorted(store.folders("s/")) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("effects.json", "application/json"),
        ("spec.yaml", "application/yaml"),
        ("history.csv", "text/csv; charset=utf-8"),
        ("curves.svg", "image/svg+xml"),
        ("curves.png", "image/png"),
        ("model_card.md", "text/markdown; charset=utf-8"),
        ("model.keras", "application/zip"),
        ("log.txt", "text/plain; charset=utf-8"),
        ("predictions.npz", "application/zip"),
        ("UPPER.CSV", "text/csv; charset=utf-8"),
        ("no-suffix", "application/octet-stream"),
    ],
)
def test_content_type_on_the_wire_follows_the_suffix(name: str, expected: str, store: Store) -> None:
    store.put(f"types/{name}", b"x")
    answer = store.client.get_object(Bucket=store.bucket, Key=f"{store.prefix}types/{name}")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == expected


@pytest.mark.parametrize(
    "key",
    ["../x", "a/../b", "/a", "a//b", "a/", "", ".", "a/./b", "a\\b", "a\nb", "a/\x00", "x" * 256, "a/" * 600 + "b"],
)
def test_keys_that_leave_their_folder_are_refused(key: str, store: Store) -> None:
    with pytest.raises(KeyInvalid):
        store.put(key, b"x")


@pytest.mark.parametrize("key", ["ü/→.txt", "a b/c d.txt", "a%20b+c.txt", "q?a&b#c=d.txt", 'a:b*"c".txt', "-.txt"])
def test_odd_but_plain_keys_round_trip(key: str, store: Store) -> None:
    store.put(key, key.encode())
    store.copy(key, "copied.txt")
    assert store.get(key) == store.get("copied.txt") == key.encode()
    assert key in [item.key for item in store.keys("")]


def test_one_store_serves_many_threads(store: Store) -> None:
    seen: set[int] = set()

    def round_trip(number: int) -> bytes:
        seen.add(threading.get_ident())
        store.put(f"t/{number}.txt", str(number).encode())
        return store.get(f"t/{number}.txt")

    assert in_parallel(round_trip, range(64)) == [str(number).encode() for number in range(64)]
    assert len(seen) > 1

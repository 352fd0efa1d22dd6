from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ablation.data import DataError, materialize
from ablation.data.formats import archives, images
from ablation.data.samples import Ragged, samples_of
from ablation.settings import Settings

from .small import archive, dataset, decoded, picture

DIVIDED = {f"{part}/{label}/{n}.png": (part, label, n) for part in ("train", "test") for label in "ab" for n in (1, 2)}


@pytest.fixture(params=["a.tar", "a.tar.gz", "a.zip"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def order(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def test_photos_of_parts_are_ordered_by_digest_and_labelled_by_folder(tmp_path: Path, file: Path) -> None:
    members = {path: picture(10 * n + "ab".index(label)) for path, (_, label, n) in DIVIDED.items()}
    path = archive(file, members | {"train/LICENSE.txt": b"text", "train/a/._1.png": b"junk"})
    arrays = decoded(tmp_path, dataset("image_folders", path), path)
    assert json.loads((tmp_path / "decoded" / "classes.json").read_text()) == ["a", "b"]
    expected = order(["a/1.png", "a/2.png", "b/1.png", "b/2.png"])
    for part in ("train", "test"):
        assert arrays[f"x_{part}"].shape == (4, 2, 3, 3)
        assert arrays[f"x_{part}"].dtype == np.uint8
        assert arrays[f"x_{part}"][:, 0, 0, 0].tolist() == [
            10 * int(name[2]) + "ab".index(name[0]) for name in expected
        ]
        assert arrays[f"y_{part}"].tolist() == ["ab".index(name[0]) for name in expected]


def test_order_does_not_depend_on_the_archives(tmp_path: Path) -> None:
    read = []
    for name, paths in (("forth", list(DIVIDED)), ("back", list(DIVIDED)[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        path = archive(folder / "a.tar", {one: picture(10 * DIVIDED[one][2]) for one in paths})
        read.append(decoded(folder, dataset("image_folders", path), path))
    assert all(np.array_equal(read[0][key], read[1][key]) for key in read[0])


def test_photos_without_parts_are_given_a_stratified_test_part(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", {f"x/{label}/{n}.png": picture(n) for label in "ab" for n in range(4)})
    arrays = decoded(tmp_path, dataset("image_folders", path), path)
    assert np.bincount(arrays["y_train"]).tolist() == np.bincount(arrays["y_test"]).tolist() == [2, 2]
    seen = [(int(y), int(x[0, 0, 0])) for part in ("train", "test") for x, y in _pairs(arrays, part)]
    assert sorted(seen) == [(label, n) for label in (0, 1) for n in range(4)]


def _pairs(arrays: dict[str, np.ndarray], part: str) -> zip[tuple[np.ndarray, np.ndarray]]:
    return zip(arrays[f"x_{part}"], arrays[f"y_{part}"], strict=True)


def test_photos_of_different_sizes_are_kept_end_to_end(tmp_path: Path) -> None:
    sizes = {"a/1.png": (1, 2), "a/2.png": (3, 1), "b/1.png": (2, 2), "b/2.png": (4, 5)}
    pictures = {name: picture(height, height=height, width=width) for name, (height, width) in sizes.items()}
    members = {f"{part}/{name}": png for part in ("train", "test") for name, png in pictures.items()}
    path = archive(tmp_path / "a.tar", members)
    arrays = decoded(tmp_path, dataset("image_folders", path), path)
    samples = samples_of(arrays, "train")
    assert isinstance(samples, Ragged)
    assert [samples[position].shape for position in range(4)] == [(*sizes[name], 3) for name in order(list(sizes))]
    assert all(np.all(samples[position] == samples[position].shape[0]) for position in range(4))


def test_grey_photo_is_read_in_three_channels(tmp_path: Path) -> None:
    members = {f"{part}/{label}/1.png": picture(7, mode="L") for part in ("train", "test") for label in "ab"}
    path = archive(tmp_path / "a.tar", members)
    assert decoded(tmp_path, dataset("image_folders", path), path)["x_test"].tolist() == [[[[7] * 3] * 3] * 2] * 2


def test_grey_photo_of_16_bits_is_refused(tmp_path: Path) -> None:
    deep = io.BytesIO()
    Image.fromarray(np.full((2, 3), 300, dtype=np.uint16)).save(deep, format="PNG")
    path = archive(tmp_path / "a.tar", {"x/a/1.png": deep.getvalue(), "x/b/1.png": picture(1)})
    with pytest.raises(DataError, match=r"a\.tar: x/a/1\.png has grey values of more than 8 bits .*; convert it to 8"):
        decoded(tmp_path, dataset("image_folders", path), path)


def test_archive_of_other_classes_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", {"x/a/1.png": picture(1)})
    with pytest.raises(DataError, match=r"a\.tar: has 1 classes \(a\); `classes` of small is 2\."):
        decoded(tmp_path, dataset("image_folders", path), path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no image", r"x/a/1\.png is no image"),
        (picture(1, height=99, width=99)[:-30], r"x/a/1\.png cannot be decoded"),
    ],
    ids=["text", "cut"],
)
def test_photo_that_is_none_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = archive(tmp_path / "a.tar", {"x/a/1.png": content, "x/b/1.png": picture(1)})
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("image_folders", path), path)


def test_photo_of_too_many_pixels_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 5)
    path = archive(tmp_path / "a.tar", {"x/a/1.png": picture(1)})
    with pytest.raises(DataError, match="has 3x2 pixels, more than 5"):
        decoded(tmp_path, dataset("image_folders", path), path)


BOTH = {f"{part}/{label}/1.png": picture(1) for part in ("train", "test") for label in "ab"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (BOTH | {"train/c/": b""}, r"the class train/c has no photo"),
        (BOTH | {"train/c/notes.txt": b"text"}, r"the class train/c has no photo"),
        ({"x/a/1.png": picture(1), "x/b/1.png": picture(1), "x/c/": b""}, r"the class x/c has no photo"),
        (BOTH | {"train/c/1.png": picture(1)}, r"the class c has no photo in the test part"),
        (BOTH | {"test/c/1.png": picture(1)}, r"the class c has no photo in the train part"),
        (BOTH | {"more/a/1.png": picture(1)}, r"more/a/1\.png is in neither of the folders train and test"),
        ({"1.png": picture(1), "a/notes.txt": b"text"}, r"has no photo \[train/\|test/\]<class>/<name>"),
        ({}, r"has no photo"),
    ],
)
def test_class_without_a_photo_is_refused(tmp_path: Path, file: Path, members: dict[str, bytes], message: str) -> None:
    path = archive(file, members)
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("image_folders", path, classes=3 if "c has no photo in" in message else 2), path)


def test_folders_that_hold_classes_or_are_hidden_are_no_classes(tmp_path: Path, file: Path) -> None:
    folders = ["train/", "train/a/", "test/", "docs/", "train/.cache/", "__MACOSX/", "__MACOSX/train/a/"]
    path = archive(file, dict.fromkeys(folders, b"") | BOTH | {"train/a/notes.txt": b"text"})
    assert decoded(tmp_path, dataset("image_folders", path), path)["y_train"].tolist() == [0, 1]


def test_photo_that_stands_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as packed:
        for value in (1, 2):
            member = tarfile.TarInfo("x/a/1.png")
            member.size = len(picture(value))
            packed.addfile(member, io.BytesIO(picture(value)))
    with pytest.raises(DataError, match=r"a\.tar: has x/a/1\.png twice"):
        decoded(tmp_path, dataset("image_folders", path), path)


def test_archives_of_one_part_each_are_read_as_such(tmp_path: Path) -> None:
    paths = []
    for value, part in ((3, "test"), (5, "train")):
        (tmp_path / part).mkdir()
        members = {f"{label}/1.png": picture(value) for label in "ab"}
        paths.append(archive(tmp_path / part / "photos.zip", members))  # of the same name
    arrays = decoded(tmp_path, dataset("image_folders", *paths, parts=["test", "train"], holdout=None), *paths)
    assert (np.unique(arrays["x_train"]).tolist(), np.unique(arrays["x_test"]).tolist()) == ([5], [3])
    assert (arrays["y_train"].tolist(), arrays["y_test"].tolist()) == ([0, 1], [0, 1])


def test_file_of_another_kind_under_the_name_of_a_photo_is_refused(tmp_path: Path) -> None:
    gif = io.BytesIO()
    Image.new("RGB", (2, 2)).save(gif, format="GIF")
    path = archive(tmp_path / "a.tar", {"x/a/1.png": gif.getvalue()})
    with pytest.raises(DataError, match=r"x/a/1\.png is no image"):
        decoded(tmp_path, dataset("image_folders", path), path)


def test_photos_of_more_bytes_than_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 71)  # four photos of 18
    path = archive(tmp_path / "a.tar", BOTH)
    with pytest.raises(DataError, match="have 72 bytes when decoded, more than 71"):
        decoded(tmp_path, dataset("image_folders", path), path)


def hostile(name: str) -> dict[str, bytes]:
    return {
        "outside": BOTH | {"../x": b"1"},
        "unreadable": BOTH | {"train/a/2.png": picture(1, height=99, width=99)[:-30]},
        "no_image": BOTH | {"train/a/2.png": b"text"},
        "empty_class": BOTH | {"train/c/": b""},
        "bomb": BOTH | {"train/a/2.png": bytes(1001)},
    }[name]


@pytest.mark.parametrize("name", ["outside", "unreadable", "no_image", "empty_class", "bomb"])
def test_bad_archive_leaves_nothing_decoded_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path, name: str
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1000)
    published = dataset("image_folders", archive(file, hostile(name)))
    with pytest.raises(DataError):
        materialize(published, Settings(cache_dir=tmp_path / "cache"))
    assert list((tmp_path / "cache" / "datasets").iterdir()) == []


def test_archive_with_a_link_leaves_nothing_decoded_in_the_cache(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", BOTH)
    with tarfile.open(path, "a") as packed:
        member = tarfile.TarInfo("train/a/2.png")
        member.type, member.linkname = tarfile.SYMTYPE, "1.png"
        packed.addfile(member)
    with pytest.raises(DataError, match=r"the member 'train/a/2\.png' is a link"):
        materialize(dataset("image_folders", path), Settings(cache_dir=tmp_path / "cache"))
    assert list((tmp_path / "cache" / "datasets").iterdir()) == []

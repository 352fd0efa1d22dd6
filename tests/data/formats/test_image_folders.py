from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ablation.data import DataError
from ablation.data.formats import image_folders
from ablation.data.samples import Ragged, samples_of

from .small import archive, dataset, decoded, picture

DIVIDED = {f"{part}/{label}/{n}.png": (part, label, n) for part in ("train", "test") for label in "ab" for n in (1, 2)}


def order(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def test_photos_of_parts_are_ordered_by_digest_and_labelled_by_folder(tmp_path: Path) -> None:
    members = {path: picture(10 * n + "ab".index(label)) for path, (_, label, n) in DIVIDED.items()}
    path = archive(tmp_path / "a.tar.gz", members | {"train/LICENSE.txt": b"text", "train/a/._1.png": b"junk"})
    arrays = decoded(tmp_path, dataset("image_folders", path), path)
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


def test_archive_of_other_classes_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", {"x/a/1.png": picture(1)})
    with pytest.raises(DataError, match=r"a\.tar: has 1 classes, the catalogue says 2\."):
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
    monkeypatch.setattr(image_folders, "MAX_PIXELS", 5)
    path = archive(tmp_path / "a.tar", {"x/a/1.png": picture(1)})
    with pytest.raises(DataError, match="has 3x2 pixels, more than 5"):
        decoded(tmp_path, dataset("image_folders", path), path)

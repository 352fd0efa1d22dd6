"""Archives of photos in one folder a class: [train/|test/]<class>/<name>.jpg.

Classes count from 0 in the order of their names. Samples are ordered by the SHA-256 of "<class>/<name>", so that the
first so many of them are of all classes, in an order that depends on nothing but the names. An archive without the
folders train and test is given the test part that the dataset states, unless it is of one part as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from ablation.catalogue import Dataset
from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.data.formats.archives import members, plain_files
from ablation.data.formats.classes import check_count, write_classes
from ablation.data.formats.images import measure, pixels, write_images
from ablation.data.formats.parts import PARTS
from ablation.data.holdout import held_out

SUFFIXES = (".jpg", ".jpeg", ".png")
_NO_CLASS = (".", "__")  # how folders begin that a computer made by itself, like __MACOSX


@dataclass(frozen=True)
class Photo:
    """A photo of an archive before it is decoded: where it is, what it shows, how large it is."""

    archive: Path
    path: PurePosixPath
    part: str
    size: tuple[int, int]

    @property
    def label(self) -> str:
        """Name of the class."""
        return self.path.parts[-2]

    @property
    def place(self) -> tuple[str, str]:
        """What the order of samples depends on."""
        return hashlib.sha256(f"{self.label}/{self.path.name}".encode()).hexdigest(), str(self.path)


def decode_image_folders(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write photos as uint8, shape (n, height, width, 3), or end to end where their sizes differ.

    Raises:
        DataError: The archive has other classes than the dataset, a class without photos, or a file that is no image.
    """
    parts = [file.part for file in dataset.files]
    measured = [photo for path, part in zip(files, parts, strict=True) for photo in _photos(path, part)]
    photos = sorted(measured, key=lambda photo: photo.place)
    names = sorted({photo.label for photo in photos})
    check_count(dataset, names, ", ".join(path.name for path in files))
    labels = np.array([names.index(photo.label) for photo in photos], dtype=np.int32)
    is_test = _is_test(photos, labels, dataset)
    sizes = np.array([photo.size for photo in photos])
    write_images(directory, sizes, labels, is_test, _decoded(photos, files))
    write_classes(directory, names)


def _photos(archive: Path, part: str | None) -> list[Photo]:
    photos: dict[PurePosixPath, Photo] = {}
    folders: set[PurePosixPath] = set()
    for path, content in members(archive):
        if content is None or not _is_photo(path):
            folders.update([path] if content is None else path.parents)
            continue
        if path in photos:
            raise DataError(f"{archive.name}: has {path} twice; which one counts cannot be told.")
        size = measure(content, f"{archive.name}: {path}")
        photos[path] = Photo(archive, path, part or _folder_of_part(path), size)
    if not photos:
        raise DataError(f"{archive.name}: has no photo [train/|test/]<class>/<name>.jpg or .png.")
    _check_no_empty_class(archive.name, list(photos), folders)
    return list(photos.values())


def _is_photo(path: PurePosixPath) -> bool:
    return path.suffix.lower() in SUFFIXES and len(path.parts) > 1 and not path.name.startswith(".")


def _folder_of_part(path: PurePosixPath) -> str:
    return path.parts[-3] if len(path.parts) > 2 else ""


def _check_no_empty_class(archive: str, photos: Sequence[PurePosixPath], folders: set[PurePosixPath]) -> None:
    classes = {path.parent for path in photos}
    holders = {folder.parent for folder in classes}
    above = {folder for path in photos for folder in path.parents}
    for folder in sorted(folders - above):
        if folder.parent in holders and not folder.name.startswith(_NO_CLASS):
            raise DataError(f"{archive}: the class {folder} has no photo; give it some, or take the folder out.")


def _is_test(photos: Sequence[Photo], labels: Array, dataset: Dataset) -> Array:
    parts = {photo.part for photo in photos}
    if not set(PARTS) <= parts:
        return held_out(labels, dataset)
    if others := parts - set(PARTS):
        stray = next(photo for photo in photos if photo.part in others)
        raise DataError(f"{stray.archive.name}: {stray.path} is in neither of the folders train and test.")
    for part in PARTS:
        missing = {photo.label for photo in photos} - {photo.label for photo in photos if photo.part == part}
        if missing:
            raise DataError(f"{dataset.name}: the class {min(missing)} has no photo in the {part} part.")
    return np.array([photo.part == "test" for photo in photos])


def _decoded(photos: Sequence[Photo], files: Sequence[Path]) -> Iterator[tuple[int, Array]]:
    index = {(photo.archive, photo.path): number for number, photo in enumerate(photos)}
    for archive in files:
        for path, content in _image_files(archive):
            yield index[archive, path], pixels(content, f"{archive.name}: {path}")


def _image_files(archive: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    return ((path, content) for path, content in plain_files(archive) if _is_photo(path))

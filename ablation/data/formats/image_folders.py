"""Archives of photos in one folder a class: [train/|test/]<class>/<name>.jpg.

Classes count from 0 in the order of their names. Samples are ordered by the SHA-256 of "<class>/<name>", so that the
first so many of them are of all classes, in an order that depends on nothing but the names. An archive without the
folders train and test is given the test part that the catalogue states.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
from PIL import Image, UnidentifiedImageError

from ablation.catalogue import Dataset
from ablation.data.arrays import Array, Rows, new_array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.archives import plain_files
from ablation.data.holdout import held_out
from ablation.data.samples import offsets_of

SUFFIXES = (".jpg", ".jpeg", ".png")
CHANNELS = 3
MAX_PIXELS = 50_000_000
_NOT_AN_IMAGE = (UnidentifiedImageError, Image.DecompressionBombError, OSError)


@dataclass(frozen=True)
class Photo:
    """A photo of an archive before it is decoded: where it is, what it shows, how large it is."""

    path: PurePosixPath
    height: int
    width: int

    @property
    def label(self) -> str:
        """Name of the class."""
        return self.path.parts[-2]

    @property
    def place(self) -> str:
        """What the order of samples depends on, in hex."""
        return hashlib.sha256(f"{self.label}/{self.path.name}".encode()).hexdigest()


@dataclass(frozen=True)
class Part:
    """The photos of one part in the order of its samples.

    Args:
        name: train or test.
        photos: In order.
        labels: Their classes, int32.
        is_uniform: Whether every photo of the archive is of one size.
    """

    name: str
    photos: Sequence[Photo]
    labels: Array
    is_uniform: bool

    @property
    def shapes(self) -> Array:
        """Of each image, int32 of shape (n, 3)."""
        shapes = [(photo.height, photo.width, CHANNELS) for photo in self.photos]
        return np.array(shapes, dtype=np.int32).reshape(-1, 3)

    @property
    def offsets(self) -> Array:
        """Where each image begins in the values of all, int64 of shape (n + 1,)."""
        return offsets_of(np.prod(self.shapes, axis=1, dtype=np.int64))


def decode_image_folders(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write photos as uint8, shape (n, height, width, 3), or end to end where their sizes differ.

    Raises:
        DataError: The archive has other classes than the catalogue says, or a file that is no image.
    """
    archive = files[0]
    photos = sorted((_measure(*file, archive.name) for file in _image_files(archive)), key=lambda photo: photo.place)
    with ExitStack() as stack:
        targets: dict[PurePosixPath, tuple[Rows, int]] = {}
        for part in _parts(photos, dataset, archive.name):
            targets |= _places(part, directory, stack)
        for path, content in _image_files(archive):
            rows, position = targets[path]
            rows.put(position, _pixels(path, content, archive.name))


def _places(part: Part, directory: Path, stack: ExitStack) -> dict[PurePosixPath, tuple[Rows, int]]:
    """Write what is known of a part before its images are decoded; return where each image goes."""
    write_arrays(directory, {f"y_{part.name}": part.labels})
    shape: tuple[int, ...]
    if part.is_uniform:
        shape, starts = (len(part.photos), *part.shapes[0].tolist()), np.arange(len(part.photos))
    else:
        write_arrays(directory, {f"x_{part.name}_offsets": part.offsets, f"x_{part.name}_shapes": part.shapes})
        shape, starts = (int(part.offsets[-1]),), part.offsets[:-1]
    rows = stack.enter_context(new_array(directory / f"x_{part.name}.npy", shape, np.uint8))
    return {photo.path: (rows, int(start)) for photo, start in zip(part.photos, starts, strict=True)}


def _parts(photos: Sequence[Photo], dataset: Dataset, archive: str) -> list[Part]:
    names = sorted({photo.label for photo in photos})
    if len(names) != dataset.classes:
        raise DataError(f"{archive}: has {len(names)} classes, the catalogue says {dataset.classes}.")
    labels = np.array([names.index(photo.label) for photo in photos], dtype=np.int32)
    is_uniform = len({(photo.height, photo.width) for photo in photos}) == 1
    is_test = _is_test(photos, labels, dataset)
    return [
        Part(name, [photo for photo, kept in zip(photos, chosen, strict=True) if kept], labels[chosen], is_uniform)
        for name, chosen in (("train", ~is_test), ("test", is_test))
    ]


def _is_test(photos: Sequence[Photo], labels: Array, dataset: Dataset) -> Array:
    parts = [photo.path.parts[-3] if len(photo.path.parts) > 2 else "" for photo in photos]
    if set(parts) == {"train", "test"}:
        return np.array([part == "test" for part in parts])
    return held_out(labels, dataset)


def _image_files(archive: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    for path, content in plain_files(archive):
        if path.suffix.lower() in SUFFIXES and len(path.parts) > 1 and not path.name.startswith("."):
            yield path, content


def _measure(path: PurePosixPath, content: IO[bytes], archive: str) -> Photo:
    try:
        with Image.open(content) as image:
            width, height = image.size
    except _NOT_AN_IMAGE as error:
        raise DataError(f"{archive}: {path} is no image: {error}") from error
    if width * height > MAX_PIXELS:
        raise DataError(f"{archive}: {path} has {width}x{height} pixels, more than {MAX_PIXELS:,}; it is not read.")
    return Photo(path, height, width)


def _pixels(path: PurePosixPath, content: IO[bytes], archive: str) -> Array:
    """Return an image as uint8, shape (height, width, 3); a note on how to turn it is not followed."""
    try:
        with Image.open(content) as image:
            return np.asarray(image.convert("RGB"))
    except _NOT_AN_IMAGE as error:
        raise DataError(f"{archive}: {path} cannot be decoded: {error}") from error

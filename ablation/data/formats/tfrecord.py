"""TFRecord files of encoded images and their classes, compressed with gzip or not, read without TensorFlow.

A file is a list of records: length (8 bytes), checksum of the length, content, checksum of the content. Samples keep
the order of the files and of the records in each, unlike those of `image_folders`, whose archives have none to keep.
Source: tensorflow/core/lib/io/record_writer.h and tsl/lib/hash/crc32c.h of TensorFlow.
"""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import google_crc32c
import numpy as np
from google.protobuf.message import DecodeError

from ablation.catalogue import Dataset, formats
from ablation.data.arrays import Array
from ablation.data.errors import DataError
from ablation.data.formats.compressed import opened
from ablation.data.formats.images import measure, pixels, write_images
from ablation.data.formats.parts import for_testing
from ablation.data.formats.tf_example import parse_example

MAX_RECORD_BYTES = 1 << 28
MAX_BYTES = 1 << 36
_CHECKSUM_BYTES = 4
_MASK_DELTA = 0xA282EAD8


def decode_tfrecord(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write images as uint8, shape (n, height, width, 3), or end to end where their sizes differ.

    Raises:
        DataError: A file is damaged, or a record has not an image and a class.
    """
    assert isinstance(dataset.format, formats.TfRecord)
    names = (dataset.format.image, dataset.format.label)
    sizes: list[tuple[int, int]] = []
    labels: list[int] = []
    counts: list[int] = []
    for path in files:
        before = len(labels)
        for image, label, where in _samples(path, *names):
            _check_class(label, dataset, where)
            sizes.append(measure(io.BytesIO(image), where))
            labels.append(label)
        counts.append(len(labels) - before)
        if not counts[-1]:
            raise DataError(f"{path.name}: has no records.")
    y = np.array(labels, dtype=np.int32)
    write_images(directory, np.array(sizes), y, for_testing(dataset, counts, y), _decoded(files, *names))


def _decoded(files: Sequence[Path], image: str, label: str) -> Iterator[tuple[int, Array]]:
    samples = (sample for path in files for sample in _samples(path, image, label))
    for index, (content, _, where) in enumerate(samples):
        yield index, pixels(io.BytesIO(content), where)


def _check_class(label: int, dataset: Dataset, where: str) -> None:
    if dataset.classes is None or not 0 <= label < dataset.classes:
        raise DataError(f"{where} has the class {label}; {dataset.name} has {dataset.classes} classes, from 0 on.")


def _samples(path: Path, image: str, label: str) -> Iterator[tuple[bytes, int, str]]:
    """Yield the encoded image and the class of each record, and where it is."""
    for number, record in enumerate(_records(path), start=1):
        where = f"{path.name}, record {number:,}"
        try:
            features = parse_example(record)
        except DecodeError as error:
            raise DataError(f"{where} is no tf.train.Example: {error}") from error
        yield _only(features, image, "bytes_list", where), _only(features, label, "int64_list", where), where


def _only(features: dict[str, Any], name: str, kind: str, where: str) -> Any:
    if name not in features:
        has = ", ".join(sorted(features)) or "none"
        raise DataError(f"{where} has no feature {name!r}, it has {has}; state `image` and `label` of the format.")
    values = getattr(features[name], kind).value
    if len(values) != 1:
        raise DataError(f"{where}: the feature {name!r} must hold one value of a {kind}, it holds {len(values)}.")
    return values[0]


def _records(path: Path) -> Iterator[bytes]:
    total = number = 0
    with opened(path) as file:
        while head := file.read(8):
            number += 1
            where = f"{path.name}, record {number:,}"
            size = struct.unpack("<Q", _checked(head, 8, file, where))[0]
            total += size
            if size > MAX_RECORD_BYTES or total > MAX_BYTES:
                raise DataError(
                    f"{where} has {size:,} bytes, {total:,} with those before it; "
                    f"at most {MAX_RECORD_BYTES:,} and {MAX_BYTES:,} are read."
                )
            yield _checked(file.read(size), size, file, where)


def _checked(content: bytes, size: int, file: BinaryIO | gzip.GzipFile, where: str) -> bytes:
    checksum = file.read(_CHECKSUM_BYTES)
    if len(content) != size or len(checksum) != _CHECKSUM_BYTES:
        raise DataError(f"{where}: the file ends in the middle of it; it was not copied as a whole.")
    if struct.unpack("<I", checksum)[0] != _masked_checksum(content):
        raise DataError(f"{where}: the checksum is wrong; the file is damaged, or no TFRecord file.")
    return content


def _masked_checksum(content: bytes) -> int:
    checksum: int = google_crc32c.value(content)
    return ((checksum >> 15 | checksum << 17) + _MASK_DELTA) & 0xFFFFFFFF

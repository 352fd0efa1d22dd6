"""CIFAR-10 and CIFAR-100 as their authors publish them for C: records of one length in a tar archive.

A record is a label, or a coarse and a fine label, each of one byte, and 3,072 bytes of an image, channels first.
Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from ablation.catalogue import Dataset, formats
from ablation.data.arrays import Array, write_arrays
from ablation.data.errors import DataError
from ablation.data.formats.archives import plain_files
from ablation.data.formats.cifar_python import IMAGE_BYTES, channels_last
from ablation.data.formats.parts import PARTS

LABEL_BYTES = {"only": 1, "coarse": 2, "fine": 2}
LABEL_PLACE = {"only": 0, "coarse": 0, "fine": 1}


def decode_cifar_binary(dataset: Dataset, files: list[Path], directory: Path) -> None:
    """Write images, uint8 of shape (n, 32, 32, 3), in the order of the batches' names and within each as published.

    Raises:
        DataError: A part has no batch, or a batch is not a whole number of records.
    """
    assert isinstance(dataset.format, formats.CifarBinary)
    (archive,) = files
    batches = {name.name: content.read() for name, content in plain_files(archive) if _is_batch(name)}
    for part in PARTS:
        records = _records(batches, part, LABEL_BYTES[dataset.format.labels], archive.name)
        images = channels_last(records[:, LABEL_BYTES[dataset.format.labels] :])
        labels = records[:, LABEL_PLACE[dataset.format.labels]].astype(np.int32)
        write_arrays(directory, {f"x_{part}": images, f"y_{part}": labels})


def _is_batch(path: PurePosixPath) -> bool:
    is_named_so = path.name.startswith("data_batch_") or path.stem in ("test_batch", "train", "test")
    return is_named_so and path.suffix == ".bin"


def _records(batches: Mapping[str, bytes], part: str, label_bytes: int, archive: str) -> Array:
    names = sorted(name for name in batches if name.startswith("test") == (part == "test"))
    if not names:
        raise DataError(f"{archive}: has no {part} batch.")
    record = label_bytes + IMAGE_BYTES
    for name in names:
        if not batches[name] or len(batches[name]) % record:
            raise DataError(
                f"{archive}: {name} has {len(batches[name]):,} bytes, which are not images of {record:,} bytes; "
                "`labels` is only for CIFAR-10 (3,073 bytes), fine or coarse for CIFAR-100 (3,074)."
            )
    return np.frombuffer(b"".join(batches[name] for name in names), dtype=np.uint8).reshape(-1, record)

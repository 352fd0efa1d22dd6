"""Small published datasets, written by each test."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ablation.catalogue import Dataset, DatasetFile, Holdout
from ablation.data import Array
from ablation.data.arrays import read_arrays
from ablation.data.formats import DECODERS


def dataset(
    format: str, *paths: Path, parts: Sequence[str] = (), told: Mapping[str, Any] | None = None, **changes: Any
) -> Dataset:
    """Describe files as a published dataset of two classes; `told` is what the reader must know."""
    files = [
        DatasetFile.model_validate(
            {
                "name": path.name,
                "url": path.as_uri(),
                "sha256": [hashlib.sha256(path.read_bytes()).hexdigest()],
                "part": part,
            }
        )
        for path, part in zip_longest(paths, parts)
    ]
    facts = {
        "name": "small",
        "title": "A few samples",
        "task": "classification",
        "classes": 2,
        "input_shape": (2,),
        "licence": "none",
        "homepage": "https://example.org",
        "format": {"kind": format, **(told or {})},
        "files": files,
        "holdout": Holdout(test_fraction=0.5, seed=0),
    }
    return Dataset.model_validate(facts | changes)


def decoded(directory: Path, of: Dataset, *paths: Path) -> dict[str, Array]:
    """Decode files into a new folder and read the arrays."""
    target = directory / "decoded"
    target.mkdir()
    DECODERS[of.format.kind](of, list(paths), target)
    return read_arrays(target)


def picture(value: int, *, height: int = 2, width: int = 3, mode: str = "RGB") -> bytes:
    """Write a PNG of one value."""
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    file = io.BytesIO()
    Image.fromarray(np.full(shape, value, dtype=np.uint8)).save(file, format="PNG")
    return file.getvalue()


BROKEN_ZIPS = {
    "encrypted": (zipfile.ZIP_STORED, "is encrypted"),
    "unknown": (zipfile.ZIP_STORED, "compression method is not supported"),
    "deflate": (zipfile.ZIP_DEFLATED, "invalid"),
    "bzip2": (zipfile.ZIP_BZIP2, "Invalid data stream"),
    "lzma": (zipfile.ZIP_LZMA, "Corrupt input data"),
}
"""How the first member of a zip archive is compressed and then broken, and what is said of it."""


def broken_zip(path: Path, damage: str, members: dict[str, bytes]) -> Path:
    """Write a zip archive whose first member cannot be read."""
    with zipfile.ZipFile(path, "w", BROKEN_ZIPS[damage][0]) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    if damage == "encrypted":
        content[entry + 8] |= 1
    elif damage == "unknown":
        content[entry + 10] = 99
    else:
        # An LZMA stream has nine bytes of settings before it.
        start = 30 + len(next(iter(members))) + (9 if damage == "lzma" else 0)
        content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    return path


def archive(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive of files, of the kind that its name says; a name that ends with / is a folder."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in members.items():
                packed.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz" if path.suffix in (".gz", ".tgz") else "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            tar.addfile(member, io.BytesIO(content))
    return path

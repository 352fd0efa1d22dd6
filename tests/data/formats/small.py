"""Small published datasets, written by each test."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ablation.catalogue import Dataset, DatasetFile, Holdout
from ablation.data import Array
from ablation.data.arrays import read_arrays
from ablation.data.formats import DECODERS


def dataset(format: str, *paths: Path, **changes: Any) -> Dataset:
    """Describe files as a published dataset of two classes."""
    files = [
        DatasetFile(name=path.name, url=path.as_uri(), sha256=(hashlib.sha256(path.read_bytes()).hexdigest(),))
        for path in paths
    ]
    facts = {
        "name": "small",
        "title": "A few samples",
        "task": "classification",
        "classes": 2,
        "input_shape": (2,),
        "licence": "none",
        "homepage": "https://example.org",
        "format": {"kind": format},
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


def archive(path: Path, members: dict[str, bytes]) -> Path:
    """Write a tar archive of files."""
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path

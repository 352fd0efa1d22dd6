"""The digest of the code that can change a result."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

RESULT_CODE = (
    "seeds.py",
    "spec/model.py",
    "spec/outputs.py",
    "spec/expansion/wiring.py",
    "data",
    "evaluation",
    "model",
    "training",
)

# Below those, what only looks at data.
OBSERVING_CODE = ("data/describing/",)


@cache
def code_digest(names: tuple[str, ...] = RESULT_CODE) -> str:
    """Return the SHA-256 over the sources that can change a result, in hex; comments count, file dates do not.

    Args:
        names: Files and folders of the engine, when it is about less than a trial's result.
    """
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            place = source.relative_to(root).as_posix()
            if not place.startswith(OBSERVING_CODE):
                digest.update(f"{place}\0".encode() + source.read_bytes() + b"\0")
    return digest.hexdigest()

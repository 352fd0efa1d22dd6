"""The digest of the code that can change a result."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

RESULT_CODE = (
    "seeds.py",
    "spec/model.py",
    "spec/outputs.py",
    "data",
    "evaluation",
    "model",
    "training",
)
# Below those: what looks at data, at outputs, or at models that are then thrown away or were trained before, and what
# runs the process of a trial.
LEFT_OUT_CODE = (
    "data/describing",
    "evaluation/assessing",
    "training/__main__.py",
    "training/checkpoints.py",
    "training/exporting",
    "training/preflight",
    "training/watching/progress.py",
    "training/rate_range.py",
    "training/template.py",
)


@cache
def code_digest(names: tuple[str, ...] = RESULT_CODE) -> str:
    """Return the SHA-256 over the sources that can change a result, in hex; comments count, file dates do not.

    Args:
        names: Files and folders of the engine, when it is about less than a trial's result.
    """
    root = Path(__file__).parent
    left_out = [root / name for name in LEFT_OUT_CODE]
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if any(source.is_relative_to(each) for each in left_out):
                continue
            digest.update(f"{source.relative_to(root).as_posix()}\0".encode())
            digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()

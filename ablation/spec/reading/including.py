"""`extends: base.yaml`: a spec that says only what differs from another.

Files merge as JSON merge patches do (RFC 7396): mappings merge key by key, null removes a key, all else replaces.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ablation.spec.reading.document import Document, Location, read_document
from ablation.spec.reading.problems import Mark, Problem, SpecError

EXTENDS = "extends"
MAX_FILES = 10


def read_spec(path: Path) -> Document:
    """Read a spec file and every file it extends.

    Raises:
        SpecError: A file cannot be read, or they extend each other in a circle.
    """
    return _read(path, ())


def _read(path: Path, readers: tuple[Path, ...]) -> Document:
    document = read_document(path)
    if EXTENDS not in document.data:
        return document
    mark = document.mark((EXTENDS,))
    below = _target(path, document.data.pop(EXTENDS), mark)
    chain = (*readers, path.resolve())
    if below.resolve() in chain:
        raise _error(mark, f"{below.name} extends itself, by way of {len(chain)} file(s)", "Remove one `extends`.")
    if len(chain) >= MAX_FILES:
        raise _error(mark, f"more than {MAX_FILES} files extend each other", "Put them together.")
    base = _read(below, chain)
    _merge(base, document, ())
    return base


def _target(path: Path, name: Any, mark: Mark) -> Path:
    hint = "Write the name of a YAML file, relative to this one, e.g. base.yaml."
    if not isinstance(name, str) or not name:
        raise _error(mark, "must be a file name", f"got {name!r}. {hint}")
    if Path(name).is_absolute() or Path(name).suffix not in (".yaml", ".yml"):
        raise _error(mark, "must be a YAML file, by a relative path", f"got {name!r}. {hint}")
    target = path.parent / name
    if not target.is_file():
        raise _error(mark, "no such file", f"{target} is not there. {hint}")
    return target


def _error(mark: Mark, message: str, hint: str) -> SpecError:
    return SpecError([Problem(mark, EXTENDS, message, hint)])


def _merge(base: Document, patch: Document, location: Location) -> None:
    target, changes = _at(base.data, location), _at(patch.data, location)
    for key, value in changes.items():
        place = (*location, key)
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            base.marks[place] = patch.mark(place)
            _merge(base, patch, place)
            continue
        for known in [known for known in base.marks if known[: len(place)] == place]:
            del base.marks[known]
        if value is None:
            target.pop(key, None)
        else:
            target[key] = value
            base.marks.update({known: mark for known, mark in patch.marks.items() if known[: len(place)] == place})
    base.marks[location] = patch.mark(location)


def _at(data: Any, location: Location) -> Any:
    for key in location:
        data = data[key]
    return data

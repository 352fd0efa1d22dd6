"""`extends: base.yaml`: a spec that says only what differs from another.

Files merge as JSON merge patches do (RFC 7396): mappings merge key by key, null removes a key, all else replaces. In a
mapping that the extended file does not have, null stays: it is a value there, of a variant that takes something away.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.files import read_document
from ablation.spec.reading.problems import Mark, Problem, SpecError
from ablation.spec.reading.showing import shown
from ablation.spec.reading.suggesting import suggest

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
    try:
        below = _target(path, document.data.pop(EXTENDS), mark)
        chain = _lengthened((*readers, path.resolve()), below, mark)
        base = _read(below, chain)
    except SpecError as error:
        raise SpecError([*document.problems, *error.problems]) from error
    _merge(base, document, ())
    base.problems = [*document.problems, *base.problems]
    base.unread = [*document.unread, *base.unread]
    return base


def _lengthened(chain: tuple[Path, ...], below: Path, mark: Mark) -> tuple[Path, ...]:
    if below.resolve() in chain:
        raise _error(mark, f"{below.name} extends itself{_way(len(chain))}", "Remove one `extends`.")
    if len(chain) >= MAX_FILES:
        raise _error(mark, f"more than {MAX_FILES} files extend each other", "Put them together.")
    return chain


def _target(path: Path, name: Any, mark: Mark) -> Path:
    hint = "Write the name of a YAML file, relative to this one, e.g. base.yaml."
    if not isinstance(name, str) or not name:
        raise _error(mark, "must be a file name", f"got {shown(name)}. {hint}")
    if Path(name).is_absolute() or Path(name).suffix not in (".yaml", ".yml"):
        raise _error(mark, "must be a YAML file, by a relative path", f"got {shown(name)}. {hint}")
    target = path.parent / name
    if not _is_file(target):
        there = sorted(other.name for other in path.parent.glob("*.y*ml") if other.name != path.name)
        raise _error(mark, "no such file", f"{target} is not there. {suggest(name, there) or hint}")
    return target


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except ValueError:  # a null character
        return False


def _way(files: int) -> str:
    return "" if files == 1 else f", by way of {files - 1} other file{'s' if files > 2 else ''}"


def _error(mark: Mark, message: str, hint: str) -> SpecError:
    return SpecError([Problem(mark, EXTENDS, message, hint)])


def _merge(base: Document, patch: Document, location: Location) -> None:
    """Merge what stands at `location` of both; a section that is new is taken as it is, with every null in it."""
    target = base.at(location)
    for key, value in patch.at(location).items():
        place = (*location, key)
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(base, patch, place)
        elif value is None:
            base.forget(place)
            target.pop(key, None)
        else:
            base.put(place, value, patch.marks_below(place))
    if patch.at(location):
        base.marks[location] = patch.mark(location)

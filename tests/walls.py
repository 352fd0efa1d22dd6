"""The rules of the house for imports and names, as one pure function over a source tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Each may import those before it.
ORDER = ("ablation", "tasks", "flows", "cli")

# Where a library may be imported, as prefixes of a module's name.
_LEARNING = ("ablation.data", "ablation.model", "ablation.training", "ablation.evaluation")
HOMES = {
    "prefect": ("flows", "tasks"),
    "keras": _LEARNING,
    "tensorflow": _LEARNING,
    "jax": _LEARNING,
    "boto3": ("ablation.store",),
    "botocore": ("ablation.store",),
    "altair": ("ablation.report",),
    "vl_convert": ("ablation.report",),
    "tensorboard": ("ablation.report",),
}

NAMELESS = {"utils", "util", "common", "helpers", "helper", "core", "misc"}


@dataclass(frozen=True)
class Import:
    """One module that one line imports, e.g. `ablation.data.arrays`."""

    path: Path
    module: str
    line: int
    target: str
    is_for_types: bool

    def __str__(self) -> str:
        return f"{self.path.as_posix()}:{self.line}"


def breaches(root: Path) -> list[str]:
    """Return every breach of the rules under `root`, as `path:line: what is wrong`; none for a tree that keeps them."""
    paths = [path.relative_to(root) for name in ORDER for path in sorted((root / name).rglob("*.py"))]
    imports = [found for path in paths for found in imports_of(root, path)]
    return [
        *(
            f"{path.as_posix()}: a room has a name of its own, not {_nameless(path)}"
            for path in paths
            if _nameless(path)
        ),
        *(f"{found}: {message}" for found in imports for message in _wrong(root, found)),
        *_circles(imports),
    ]


def imports_of(root: Path, path: Path) -> Iterator[Import]:
    """Yield what a module imports, wherever in it the statement stands."""
    tree = ast.parse((root / path).read_text(encoding="utf-8"))
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        for statement in node.body
        for child in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for target in _targets(root, path, node):
            yield Import(path, module_name(path), getattr(node, "lineno", 0), target, id(node) in for_types)


def module_name(path: Path) -> str:
    """Return the dotted name of a module's file."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """Return the room a module of the engine belongs to, e.g. ablation.data."""
    return ".".join(module.split(".")[:2])


def _targets(root: Path, path: Path, node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    package = list(path.parent.parts)[: len(path.parent.parts) - node.level + 1] if node.level else []
    base = ".".join([*package, *([node.module] if node.module else [])])
    # `from ablation.data import arrays` imports a module, `from ablation.data import Array` a name.
    return [f"{base}.{alias.name}" if _is_module(root, f"{base}.{alias.name}") else base for alias in node.names]


def _is_module(root: Path, name: str) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _nameless(path: Path) -> str:
    return next((part for part in path.with_suffix("").parts if part in NAMELESS), "")


def _wrong(root: Path, found: Import) -> Iterator[str]:
    source, target = found.module.split(".")[0], found.target.split(".")[0]
    if target in ORDER and ORDER.index(target) > ORDER.index(source):
        yield f"{source} imports {target}; the order is cli -> flows -> tasks -> ablation, never back"
    if target in HOMES and not any(f"{found.module}.".startswith(f"{home}.") for home in HOMES[target]):
        yield f"{target} is imported only in {', '.join(HOMES[target])}"
    room = room_of(found.target)
    is_inside = found.target not in {room, *_faces(root, room)} and _is_module(root, found.target)
    if target == "ablation" and room_of(found.module) != room and is_inside:
        yield f"imports {found.target}, the inside of a room; its public face is {room}"


def _faces(root: Path, room: str) -> set[str]:
    """Return the modules that a room hands out whole: those its `__init__.py` lists in `__all__`."""
    path = root.joinpath(*room.split("."), "__init__.py")
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    return {
        f"{room}.{name}"
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
        if _is_module(root, f"{room}.{name}")
    }


def place_of(module: str) -> str:
    """Return the place within a room that a module belongs to, its folder or itself, e.g. ablation.spec.layers."""
    return ".".join(module.split(".")[:3])


def _circles(imports: list[Import]) -> Iterator[str]:
    now = [found for found in imports if not found.is_for_types and found.target.startswith("ablation.")]
    rooms = [(room_of(found.module), room_of(found.target)) for found in now if found.module.startswith("ablation.")]
    places = [
        (place_of(found.module), place_of(found.target))
        for found in now
        if room_of(found.module) == room_of(found.target) != found.target
    ]
    yield from (f"the rooms import each other in a circle: {circle}" for circle in _shortest_circles(rooms))
    yield from (f"the places of a room import each other in a circle: {circle}" for circle in _shortest_circles(places))


def _shortest_circles(arrows: list[tuple[str, str]]) -> Iterator[str]:
    ways: dict[str, set[str]] = {}
    for source, target in arrows:
        ways.setdefault(source, set()).update({target} - {source})
    for first in sorted(ways):
        if (circle := _way_back(ways, first)) and first == min(circle):
            yield " -> ".join(circle)


def _way_back(ways: dict[str, set[str]], start: str) -> list[str]:
    """Return the shortest way from a room back to itself; empty when there is none."""
    queue, seen = [[start]], set[str]()
    for way in queue:
        for room in sorted(ways.get(way[-1], ())):
            if room == start:
                return [*way, start]
            if room not in seen:
                seen.add(room)
                queue.append([*way, room])
    return []

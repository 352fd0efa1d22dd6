"""What a resolved trial spec changes against another one: settings by path, layers by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from ablation.spec.trials import TrialSpec

Path = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One place where two specs differ.

    Attributes:
        path: As a variant would write it, e.g. model.layers.hidden_1.units.
        change: Whether the setting has another value, or a layer, phase or step is there in only one of the specs.
        before: As JSON, with the settings that somebody wrote down; None where nothing stood.
        after: Likewise.
    """

    path: str
    change: Literal["changed", "added", "removed"]
    before: Any
    after: Any


def differences(baseline: TrialSpec, variant: TrialSpec) -> tuple[Difference, ...]:
    """Return what leads from a baseline to a variant, in the order of the spec."""
    return tuple(_compare((), baseline, variant))


def _compare(path: Path, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, BaseModel) and type(before) is type(after) and _kind(before) == _kind(after):
        for name in type(before).model_fields:
            yield from _compare((*path, name), getattr(before, name), getattr(after, name))
    elif _are_named(before) and _are_named(after):
        yield from _compare_named(path, before, after)
    else:
        yield Difference(".".join(path), "changed", _plain(before), _plain(after))


def _compare_named(path: Path, before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[Difference]:
    """Compare lists whose items have names: which went, which came, what changed in those that stayed."""
    old, new = ({item.name: item for item in items} for items in (before, after))
    for name in (*old, *(name for name in new if name not in old)):
        place = (*path, name)
        if name not in new:
            yield Difference(".".join(place), "removed", _plain(old[name], without_name=True), None)
        elif name not in old:
            yield Difference(".".join(place), "added", None, _plain(new[name], without_name=True))
        else:
            yield from _compare(place, old[name], new[name])
    orders = [[name for name in order if name in old and name in new] for order in (old, new)]
    if orders[0] != orders[1]:
        yield Difference(".".join(path), "changed", *orders)


def _are_named(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(getattr(item, "name", None), str) for item in value)


def _kind(model: BaseModel) -> Any:
    return getattr(model, "kind", None)


def _plain(value: Any, *, without_name: bool = False) -> Any:
    if isinstance(value, BaseModel):
        left_out = {"name", "enabled"} if without_name else None
        plain = value.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude=left_out)
        return {"kind": plain.pop("kind"), **plain} if "kind" in plain else plain
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value

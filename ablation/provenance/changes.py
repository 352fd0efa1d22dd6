"""What changed between two runs, in what a result comes from: spec, seeds, data, code, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, JsonValue

from ablation.records import Record, RunSummary

Origin = Literal["spec", "seeds", "data", "code", "version"]

_SHOWN_DIGEST = 12
_SHOWN_VALUE = 80


class OriginChange(Record):
    """One thing that a run had otherwise than another one."""

    origin: Origin
    name: str = Field(description="A path of the spec, a dataset, a library; empty where there is but one.")
    change: Literal["changed", "added", "removed"] = "changed"
    before: JsonValue = None
    after: JsonValue = None

    def __str__(self) -> str:
        """Say it in one line."""
        label = " ".join(part for part in (_LABELS[self.origin], self.name) if part)
        if self.change != "changed":
            return f"{label}: {self.change}, {_shown(self.after if self.change == 'added' else self.before)}"
        return f"{label}: {_shown(self.before)} -> {_shown(self.after)}"


_LABELS: dict[Origin, str] = {"spec": "", "seeds": "seeds", "data": "data", "code": "code that trains", "version": ""}


def origin_changes(before: RunSummary, after: RunSummary) -> tuple[OriginChange, ...]:
    """Return what differs in what two runs have in common: the baseline's spec, seeds, data, code, versions."""
    return tuple(_of_all(before, after))


def variant_changes(before: RunSummary, after: RunSummary, variant: str) -> tuple[OriginChange, ...]:
    """Return what differs in what a variant sets, which both runs have."""
    return tuple(_compare("", before.changes.get(variant, {}), after.changes.get(variant, {})))


def _of_all(before: RunSummary, after: RunSummary) -> Iterator[OriginChange]:
    yield from _compare("", before.settings, after.settings)
    wanted = [{"metric": run.metric, "baseline": run.baseline, "margin": run.margin} for run in (before, after)]
    yield from _compare("compare", wanted[0], wanted[1])
    if before.seeds != after.seeds:
        yield OriginChange(origin="seeds", name="", before=list(before.seeds), after=list(after.seeds))
    yield from _by_name("data", before.datasets, after.datasets)
    if before.code_sha256 != after.code_sha256:
        yield OriginChange(origin="code", name="", before=_short(before.code_sha256), after=_short(after.code_sha256))
    yield from _by_name("version", before.versions, after.versions)


def _compare(path: str, before: Any, after: Any) -> Iterator[OriginChange]:
    """Compare plain data: mappings by their keys, lists of named items by these names, all else as a whole."""
    old, new = _named(before), _named(after)
    if old is None or new is None or old.get("kind") != new.get("kind"):
        if before != after:
            yield OriginChange(origin="spec", name=path, before=before, after=after)
        return
    for name in (*old, *(name for name in new if name not in old)):
        place = f"{path}.{name}" if path else name
        if name not in new:
            yield OriginChange(origin="spec", name=place, change="removed", before=old[name])
        elif name not in old:
            yield OriginChange(origin="spec", name=place, change="added", after=new[name])
        else:
            yield from _compare(place, old[name], new[name])
    orders = [[name for name in side if name in old and name in new] for side in (old, new)]
    if isinstance(before, list) and orders[0] != orders[1]:
        yield OriginChange(origin="spec", name=path, before=orders[0], after=orders[1])


def _named(value: Any) -> Mapping[str, Any] | None:
    """Return a mapping, or a list of items with names as a mapping of them; None of anything else."""
    if isinstance(value, Mapping):
        return value
    is_list = isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) for each in value)
    if not is_list or not all(isinstance(each.get("name"), str) for each in value):
        return None
    return {each["name"]: {key: part for key, part in each.items() if key != "name"} for each in value}


def _by_name(origin: Origin, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[OriginChange]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            pair = {"before": _text(origin, before.get(name)), "after": _text(origin, after.get(name))}
            change: Any = "added" if name not in before else "removed" if name not in after else "changed"
            yield OriginChange(origin=origin, name=name, change=change, **pair)


def _text(origin: Origin, value: str | None) -> str | None:
    return _short(value) if origin == "data" and value else value


def _short(sha256: str) -> str:
    return sha256[:_SHOWN_DIGEST]


def _shown(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")
    return text if len(text) <= _SHOWN_VALUE else text[: _SHOWN_VALUE - 1] + "…"

"""`model.defaults`: settings of all layers of a kind, put into every such layer that does not set them itself."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ablation.spec.layers import Layer
from ablation.spec.reading.annotations import field_names, kinds, models
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import suggest
from ablation.spec.reading.problems import Problem

DEFAULTS: Location = ("model", "defaults")
NOT_SHARED = ("kind", "name", "enabled", "inputs", "layers")


def wrong_defaults(document: Document) -> list[Problem]:
    """Return what is wrong with the kinds and keys of `model.defaults`; values are checked in the layers they reach."""
    present = {layer.get("kind") for _, layer in _layers(document.data.get("model"))}
    problems: list[Problem] = []
    for kind, settings in _defaults(document).items():
        location = (*DEFAULTS, kind)
        where, mark = ".".join(map(str, location)), document.mark(location)
        if kind not in kinds(Layer):
            problems.append(Problem(mark, where, f"unknown kind {kind!r}", suggest(kind, kinds(Layer))))
        elif kind not in present:
            hint = "Remove it, or add such a layer: a setting that reaches nothing changes nothing."
            problems.append(Problem(mark, where, "matches no layer", hint))
        elif isinstance(settings, dict):
            problems.extend(_wrong_keys(document, kind, settings))
    return problems


def apply_defaults(document: Document) -> None:
    """Put every default into the layers of its kind that do not set it, and take `model.defaults` away."""
    defaults = _defaults(document)
    if not defaults:
        return
    for place, layer in _layers(document.data.get("model"), ("model",)):
        settings = defaults.get(layer.get("kind"))
        for key, value in settings.items() if isinstance(settings, dict) else ():
            if key not in layer:
                layer[key] = copy.deepcopy(value)
                _copy_marks(document, (*DEFAULTS, layer["kind"], key), (*place, key))
    del document.data["model"]["defaults"]


def _defaults(document: Document) -> dict[Any, Any]:
    model = document.data.get("model")
    defaults = model.get("defaults") if isinstance(model, dict) else None
    return defaults if isinstance(defaults, dict) else {}


def _wrong_keys(document: Document, kind: str, settings: dict[str, Any]) -> Iterator[Problem]:
    known = next(field_names(model) for model in models(Layer) if kind in kinds(model))
    allowed = [name for name in known if name not in NOT_SHARED]
    for key in settings:
        if key not in allowed:
            location = (*DEFAULTS, kind, key)
            message = "is each layer's own" if key in NOT_SHARED else "unknown key"
            yield Problem(document.mark(location), ".".join(map(str, location)), message, suggest(key, allowed))


def _layers(owner: Any, location: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    layers = owner.get("layers") if isinstance(owner, dict) else None
    for index, layer in enumerate(layers if isinstance(layers, list) else ()):
        if isinstance(layer, dict):
            place = (*location, "layers", index)
            yield place, layer
            yield from _layers(layer, place)


def _copy_marks(document: Document, source: Location, target: Location) -> None:
    found = {known: mark for known, mark in document.marks.items() if known[: len(source)] == source}
    document.marks.update({(*target, *known[len(source) :]): mark for known, mark in found.items()})

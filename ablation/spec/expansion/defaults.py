"""`model.defaults`: settings of all layers of a kind, put into every such layer that does not set them itself."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ablation.spec.layers import Layer
from ablation.spec.reading.annotations import kinds, model_of_kind
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import display
from ablation.spec.reading.problems import Problem
from ablation.spec.reading.suggesting import suggest
from ablation.spec.reading.validation import problems_of_some_settings

DEFAULTS: Location = ("model", "defaults")
NOT_SHARED = ("kind", "name", "enabled", "inputs", "layers")


def wrong_defaults(document: Document) -> list[Problem]:
    """Return what is wrong with `model.defaults`: kinds that no layer has, keys, values."""
    present = [layer.get("kind") for _, layer in layers_of(document.data.get("model"))]
    problems: list[Problem] = []
    for kind, settings in _defaults(document).items():
        location = (*DEFAULTS, kind)
        where, mark = display(document.data, location), document.mark(location)
        if kind not in kinds(Layer):
            problems.append(Problem(mark, where, f"unknown kind {kind!r}", suggest(kind, kinds(Layer))))
        elif kind not in present:
            hint = "Remove it, or add such a layer: a setting that reaches nothing changes nothing."
            problems.append(Problem(mark, where, "matches no layer", hint))
        elif isinstance(settings, dict):
            problems.extend(_wrong_settings(document, kind, settings))
    return problems


def apply_defaults(document: Document) -> None:
    """Put every default into the layers of its kind that do not set it."""
    defaults = _defaults(document)
    for place, layer in layers_of(document.data.get("model"), ("model",)):
        kind = layer.get("kind")
        settings = defaults.get(kind) if isinstance(kind, str) else None
        for key, value in settings.items() if isinstance(settings, dict) else ():
            if key not in layer and key not in NOT_SHARED:
                marks = document.marks_below((*DEFAULTS, str(kind), key))
                document.put((*place, key), copy.deepcopy(value), marks)


def layers_of(owner: Any, location: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Return every layer as written, those inside residual blocks included, with its location."""
    layers = owner.get("layers") if isinstance(owner, dict) else None
    for index, layer in enumerate(layers if isinstance(layers, list) else ()):
        if isinstance(layer, dict):
            place = (*location, "layers", index)
            yield place, layer
            yield from layers_of(layer, place)


def _defaults(document: Document) -> dict[str, Any]:
    defaults = document.at(DEFAULTS)
    return defaults if isinstance(defaults, dict) else {}


def _wrong_settings(document: Document, kind: str, settings: dict[str, Any]) -> Iterator[Problem]:
    model, location = model_of_kind(Layer, kind), (*DEFAULTS, kind)
    if model is None:
        return
    allowed = [name for name in model.model_fields if name not in NOT_SHARED]
    for key in settings:
        if key not in allowed:
            message = "is each layer's own" if key in NOT_SHARED else "unknown key"
            place = (*location, key)
            yield Problem(document.mark(place), display(document.data, place), message, suggest(key, allowed))
    known = {key: value for key, value in settings.items() if key in allowed}
    yield from problems_of_some_settings(model, document, location, known, {"kind": kind, "name": "default"})

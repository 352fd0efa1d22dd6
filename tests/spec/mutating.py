"""Valid specs with a few mistakes made in them, as a person or a program might make them."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from ablation.spec.base import SpecModel
from ablation.spec.reading.annotations import kinds
from ablation.spec.reading.including import read_spec

from .documents import SMALL
from .rich import RICH
from .shipped import SPECS
from .test_wrong_factors import FACTORIAL

Place = tuple[Any, ...]


@cache
def seeds() -> tuple[dict[str, Any], ...]:
    """Return the documents that are mutated: every shipped spec, and those that reach what these leave out."""
    shipped = [read_spec(path).data for path in sorted(SPECS.rglob("*.yaml"))]
    return tuple([*shipped, *(yaml.safe_load(text) for text in (SMALL, RICH, FACTORIAL))])


def _words() -> list[str]:
    models = [model for child in SpecModel.__subclasses__() for model in (child, *child.__subclasses__())]
    fields = {name for model in models for name in model.model_fields}
    return sorted({*fields, *(kind for model in models for kind in kinds(model))})


WORDS = [*_words(), "*", "", "a.b", "model.layers.*.units", "training.epochs", "model.defaults.dense.use_bias", "3"]
KEYS = st.sampled_from(WORDS)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(),
    st.sampled_from(
        [*WORDS, "baseline", "INPUT", "yes", "1e-3", "1_000", "same", "relu", "test", "digits", "balanced"]
    ),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2), max_leaves=4
)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """Draw a document with one to three changes."""
    document = copy.deepcopy(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 3))):
        if places(document):
            _mutate(draw, document)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=draw(st.booleans()))


@st.composite
def neighbours(draw: st.DrawFn) -> str:
    """Draw a document with one to three small changes, which is more often valid."""
    document = copy.deepcopy(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 3))):
        inside = [place for place in places(document) if place[0] in ("model", "training", "data", "variants")]
        _nudge(draw, document, draw(st.sampled_from(inside)))
    return yaml.safe_dump(document, sort_keys=False)


@st.composite
def misprints(draw: st.DrawFn) -> str:
    """Draw a text with a few characters taken away, put in or repeated."""
    text = yaml.safe_dump(draw(st.sampled_from(seeds())), sort_keys=False, default_flow_style=draw(st.booleans()))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 20)))
        pieces = ["", "\t", "  ", "\n", ": ", "- ", "&a ", "*a", "!!int ", "'", "[", "{", "0", text[start:end] * 2]
        text = text[:start] + draw(st.sampled_from(pieces)) + text[end:]
    return text


@st.composite
def overrides(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw one or two settings of the command line, often of places that are there."""
    steps = KEYS | st.sampled_from(["model", "training", "data", "layers", "optimizer", "output", "hidden_1", "0"])
    paths = st.lists(steps, max_size=4).map(".".join) | st.sampled_from([_path(place) for place in places(seeds()[0])])
    settings = st.tuples(paths, VALUES).map(lambda pair: f"{pair[0]}={yaml.safe_dump(pair[1])}")
    return tuple(draw(st.lists(settings | st.text(max_size=6), min_size=1, max_size=2)))


def places(value: Any, location: Place = ()) -> list[Place]:
    """Return the location of every key and item, outermost first."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in [(*location, key), *places(item, (*location, key))]]


def _path(place: Place) -> str:
    return ".".join(map(str, place))


def _at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


def _mutate(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Drop, replace, rename, copy, add or change one key or item."""
    *way, last = draw(st.sampled_from(places(document)))
    parent = _at(document, tuple(way))
    action = draw(st.sampled_from(["drop", "replace", "rename", "copy", "add", "nudge"]))
    if action == "drop":
        del parent[last]
    elif action == "replace":
        parent[last] = draw(VALUES)
    elif action == "copy":
        parent[last] = copy.deepcopy(_at(document, draw(st.sampled_from(places(document)))))
    elif action == "nudge":
        _nudge(draw, document, (*way, last))
    elif isinstance(parent, list):
        parent.insert(last, draw(VALUES))
    elif action == "rename":
        parent[draw(KEYS)] = parent.pop(last)
    else:
        parent[draw(KEYS | st.integers() | st.booleans())] = draw(VALUES)


def _nudge(draw: st.DrawFn, document: dict[str, Any], place: Place) -> None:
    """Put something of the same type in a place: another number, switch or word, or a list without an item."""
    parent, value = _at(document, place[:-1]), _at(document, place)
    if isinstance(value, bool):
        parent[place[-1]] = not value
    elif isinstance(value, int):
        parent[place[-1]] = draw(st.sampled_from([1, 2, 3, 8, value + 1, value * 2]))
    elif isinstance(value, float):
        parent[place[-1]] = value * draw(st.sampled_from([0.5, 2.0, 100.0]))
    elif isinstance(value, str):
        parent[place[-1]] = draw(KEYS)
    elif isinstance(value, list) and value:
        value.pop(draw(st.integers(0, len(value) - 1)))

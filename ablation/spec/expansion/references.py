"""Names that must be names of something: the baseline, metrics, variants of gates and of `--only`; and each only once.

Read from the document rather than from its models, so that they are checked however wrong the rest of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from ablation.spec.expansion.defaults import layers_of
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import display
from ablation.spec.reading.problems import Mark, Problem
from ablation.spec.reading.suggesting import suggest
from ablation.spec.reading.validation import NAMED_TWICE
from ablation.spec.study import wrong_combination
from ablation.spec.training import TrainingSpec, metric_names


def wrong_sections(document: Document) -> list[Problem]:
    """Return which of variants, factors and design stand together, or alone, though they must not."""
    found = wrong_combination([key for key, value in document.data.items() if value is not None])
    return [Problem(document.mark((key,)), key, message, hint) for key, message, hint in found]


def unknown_variants(document: Document, variants: Sequence[str], only: Sequence[str]) -> list[Problem]:
    """Return which variants are named but are not there."""
    places: list[Location] = [("compare", "baseline")]
    for index in range(_count(document, "gates")):
        places += [("gates", index, "variant"), ("gates", index, "relative_to")]
    wanted = [
        Problem(Mark(f"--only {name}"), "", "no such variant", suggest(name, variants))
        for name in only
        if name not in variants
    ]
    return [*wanted, *_unknown(document, places, "variant", variants)]


def unknown_metrics(document: Document) -> list[Problem]:
    """Return which metrics are named but are not measured; none if it cannot be told what is measured."""
    places: list[Location] = [("gates", index, "metric") for index in range(_count(document, "gates"))]
    try:
        training = TrainingSpec.model_validate(document.data.get("training"))
    except ValidationError:
        return []
    return list(_unknown(document, [("compare", "metric"), *places], "metric", metric_names(training)))


def repetitions(document: Document) -> list[Problem]:
    """Return the seeds that are listed twice, and the layers and gates that share a name."""
    seeds = [(("seeds", index), document.at(("seeds", index))) for index in range(_count(document, "seeds"))]
    layers = [
        ((*place, "name"), layer.get("name")) for place, layer in layers_of(document.data.get("model"), ("model",))
    ]
    places = [("gates", index, "name") for index in range(_count(document, "gates"))]
    gates = [(place, document.at(place)) for place in places]
    return [
        *(_again(document, place, f"seed {seed} is listed twice", "Remove one.") for place, seed in _repeated(seeds)),
        *(
            _again(document, place, f"more than one layer is named {name}", NAMED_TWICE)
            for place, name in _repeated(layers)
        ),
        *(
            _again(document, place, f"more than one gate is named {name}", "Reports name it: give each its own.")
            for place, name in _repeated(gates)
        ),
    ]


def _count(document: Document, key: str) -> int:
    items = document.data.get(key)
    return len(items) if isinstance(items, list) else 0


def _unknown(document: Document, places: Sequence[Location], what: str, known: Sequence[str]) -> Iterator[Problem]:
    for place in places:
        name = document.at(place)
        if isinstance(name, str) and name not in known:
            where = display(document.data, place)
            yield Problem(document.mark(place), where, f"no {what} is named {name!r}", suggest(name, known))


def _repeated(named: Sequence[tuple[Location, Any]]) -> Iterator[tuple[Location, Any]]:
    """Return what is there before; a name that is not text, or a seed that is not a number, is another problem."""
    seen: list[Any] = []
    for place, name in named:
        if isinstance(name, str | int) and name in seen:
            yield place, name
        seen.append(name)


def _again(document: Document, place: Location, message: str, hint: str) -> Problem:
    return Problem(document.mark(place), display(document.data, place), message, hint)

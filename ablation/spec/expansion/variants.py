"""Each set of changes applied to the base spec, validated, wired up and checked."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from ablation.catalogue import Dataset, catalogue
from ablation.spec.checks import Finding, check
from ablation.spec.expansion.changes import ChangeSet
from ablation.spec.expansion.defaults import apply_defaults, wrong_defaults
from ablation.spec.expansion.trials import TrialSpec, Variant
from ablation.spec.expansion.wiring import connect
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import PathError, assign, find, nearest, suggest
from ablation.spec.reading.problems import Mark, Problem, SpecError
from ablation.spec.reading.validation import validate
from ablation.spec.study import RESULT_SECTIONS, StudySpec


def expand(document: Document, change_sets: Sequence[ChangeSet]) -> tuple[list[Variant], list[Problem]]:
    """Return every variant that is right, and every problem and warning of all of them, each once."""
    base = Document({key: document.data[key] for key in RESULT_SECTIONS}, document.marks)
    variants: list[Variant] = []
    problems: list[Problem] = []
    for changes in change_sets:
        try:
            spec, warnings = _resolve(base, document, changes)
        except SpecError as error:
            found = list(error.problems)
        else:
            variants.append(Variant(changes.name, changes.by_path, spec, dict(changes.levels)))
            found = warnings
        problems.extend(_new(found, problems))
    return variants, problems


def wrong_paths(document: Document, change_sets: Sequence[ChangeSet]) -> list[Problem]:
    """Return the paths of changes that match nothing, however wrong the rest of the document is."""
    problems: list[Problem] = []
    for changes in change_sets:
        for change in changes.changes:
            try:
                _locations(document.data, change.path)
            except PathError as error:
                problem = _no_match(document, change.location, str(error))
                problems.extend(_new([problem], problems))
    return problems


def set_value(document: Document, path: str, value: Any, marks: dict[Location, Mark]) -> list[Location]:
    """Set `value` at every place `path` matches; its errors will point to `marks`, relative to the value.

    Raises:
        PathError: The path matches nothing.
    """
    locations = find(document.data, path)
    for location in locations:
        assign(document, location, copy.deepcopy(value), marks, model=StudySpec)
    return locations


def _resolve(base: Document, document: Document, changes: ChangeSet) -> tuple[TrialSpec, list[Problem]]:
    changed = Document(copy.deepcopy(base.data), dict(base.marks))
    if problems := _apply(changed, document, changes) or wrong_defaults(changed):
        raise SpecError(problems)
    apply_defaults(changed)
    spec = validate(TrialSpec, changed)
    dataset = _dataset(spec, changed)
    model, wrong_wires = connect(spec.model)
    if wrong_wires:
        raise SpecError([_located(changed, Finding(wire.path, wire.message, wire.hint)) for wire in wrong_wires])
    spec = spec.model_copy(update={"model": model, "training": _enabled_phases(spec)})
    problems = [_located(changed, finding) for finding in check(spec, dataset)]
    if any(problem.severity == "error" for problem in problems):
        raise SpecError(problems)
    return spec, problems


def _apply(changed: Document, document: Document, changes: ChangeSet) -> list[Problem]:
    problems: list[Problem] = []
    reached: dict[Location, Location] = {}
    for change in changes.changes:
        root = change.location
        marks = {known[len(root) :]: mark for known, mark in document.marks.items() if known[: len(root)] == root}
        try:
            _locations(changed.data, change.path)
            locations = set_value(changed, change.path, change.value, marks)
        except PathError as error:
            problems.append(_no_match(document, root, str(error)))
            continue
        problems.extend(_conflicts(document, changes, reached, root, locations))
        reached.update(dict.fromkeys(locations, root))
    return problems


def _conflicts(
    document: Document, changes: ChangeSet, reached: dict[Location, Location], root: Location, found: list[Location]
) -> list[Problem]:
    """Two factors that change the same place, or one a part of the other's: which one wins would be left to chance."""
    if not changes.levels:
        return []
    others = {
        reached[other][1]
        for other, location in ((other, location) for other in reached for location in found)
        if reached[other][1] != root[1] and (other[: len(location)] == location or location[: len(other)] == other)
    }
    hint = "Make them levels of one factor."
    where = ".".join(map(str, root))
    return [
        Problem(document.mark(root), where, f"changes what factor {other} changes, too", hint)
        for other in sorted(map(str, others))
    ]


def _locations(data: dict[str, Any], path: str) -> list[Location]:
    if (section := path.split(".")[0]) not in RESULT_SECTIONS:
        choices = list(RESULT_SECTIONS)
        raise PathError(f"a variant changes {', '.join(choices)}. {nearest(section, choices)}".rstrip())
    return find(data, path)


def _no_match(document: Document, root: Location, reason: str) -> Problem:
    return Problem(document.mark(root), ".".join(map(str, root)), "matches nothing", reason)


def _dataset(spec: TrialSpec, document: Document) -> Dataset:
    known = catalogue()
    if (name := spec.data.dataset) not in known:
        mark = document.mark(("data", "dataset"))
        problem = Problem(mark, "data.dataset", f"no dataset is named {name!r}", suggest(name, list(known)))
        raise SpecError([problem])
    return known[name]


def _enabled_phases(spec: TrialSpec) -> Any:
    phases = tuple(phase for phase in spec.training.phases if phase.enabled)
    return spec.training.model_copy(update={"phases": phases})


def _located(document: Document, finding: Finding) -> Problem:
    path = ".".join(finding.path)
    try:
        location = find(document.data, path)[0]
    except PathError:
        location = finding.path[:1]
    return Problem(document.mark(location), path, finding.message, finding.hint, finding.severity)


def _new(found: Sequence[Problem], known: Sequence[Problem]) -> list[Problem]:
    """Leave out what was said before: variants share most of their spec, layers their defaults."""
    said = {replace(problem, path="") for problem in known}
    fresh: list[Problem] = []
    for problem in found:
        if (key := replace(problem, path="")) not in said:
            said.add(key)
            fresh.append(problem)
    return fresh


def equal_variants(variants: Sequence[Variant], baseline: str, document: Document) -> list[Problem]:
    """Return variants that would train another one under a second name.

    Equal to the baseline is an error, where the changes of the variant or of one factor alone are to blame. Otherwise
    it is a warning: combinations of factors may agree, and such trials are trained once.
    """
    by_name = {variant.name: variant for variant in variants}
    problems: list[Problem] = []
    equal: set[str] = set()
    for first, second in combinations(variants, 2):
        if second.name in equal or first.spec != second.spec:
            continue
        twin, original = (first, second) if second.name == baseline else (second, first)
        equal.add(twin.name)
        is_error = original.name == baseline and _differing_factors(twin, by_name[baseline]) <= 1
        problems.append(_equality(document, twin, original, is_error))
    return problems


def _differing_factors(variant: Variant, baseline: Variant) -> int:
    return sum(level != baseline.levels.get(name) for name, level in variant.levels.items())


def _equality(document: Document, twin: Variant, original: Variant, is_error: bool) -> Problem:
    location: Location = ("factors",) if twin.levels else ("variants", twin.name)
    where = ".".join(map(str, (*location, twin.name) if twin.levels else location))
    if not is_error:
        message, hint = f"is equal to {original.name}", "It is trained once and stands for both."
        return Problem(document.mark(location), where, message, hint, "warning")
    hint = "Change something in it, or remove it: it would train the baseline under another name."
    return Problem(document.mark(location), where, f"is equal to the baseline {original.name}", hint)

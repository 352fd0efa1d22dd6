"""Each set of changes applied to the base spec, validated, wired up and checked."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ablation.catalogue import catalogue
from ablation.spec.checks import Finding, check
from ablation.spec.expansion.changes import ChangeSet
from ablation.spec.expansion.defaults import DEFAULTS, apply_defaults, wrong_defaults
from ablation.spec.expansion.wiring import connect
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.paths import PathError, assign, find
from ablation.spec.reading.problems import Mark, Note, Problem, Report, SpecError
from ablation.spec.reading.suggesting import nearest, suggest
from ablation.spec.reading.validation import validate
from ablation.spec.sources import find_dataset
from ablation.spec.study import RESULT_SECTIONS, StudySpec
from ablation.spec.trials import TrialSpec, Variant


def expand(document: Document, change_sets: Sequence[ChangeSet], report: Report) -> list[Variant]:
    """Return every variant that is right; every problem and warning of all of them goes to the report."""
    data = {key: document.data[key] for key in RESULT_SECTIONS if key in document.data}
    marks = {place: mark for place, mark in document.marks.items() if not place or place[0] in RESULT_SECTIONS}
    base = Document(data, marks)
    variants: list[Variant] = []
    for changes in change_sets:
        try:
            spec, found = _resolve(base, document, changes)
        except SpecError as error:
            found = list(error.problems)
        else:
            variants.append(Variant(changes.name, changes.by_path, spec, dict(changes.levels)))
        report.add(found, note=_note(document, changes) if found else None)
    return variants


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
    problems = _apply(changed, document, changes) + wrong_defaults(changed)
    apply_defaults(changed)
    if isinstance(changed.data.get("model"), dict):
        changed.data["model"].pop(DEFAULTS[-1], None)
    try:
        spec = validate(TrialSpec, changed)
    except SpecError as error:
        raise SpecError([*problems, *error.problems]) from error
    model, wrong_wires = connect(spec.model)
    problems += [_located(changed, Finding(wire.path, wire.message, wire.hint)) for wire in wrong_wires]
    dataset = find_dataset(spec.data.dataset)
    if dataset is None:
        problems.append(_unknown_dataset(spec, changed))
    if problems or dataset is None:
        raise SpecError(problems)
    spec = spec.model_copy(update={"data": _enabled_steps(spec), "model": model, "training": _enabled_phases(spec)})
    problems = [_located(changed, finding) for finding in check(spec, dataset)]
    if any(problem.severity == "error" for problem in problems):
        raise SpecError(problems)
    return spec, problems


def _note(document: Document, changes: ChangeSet) -> Note | None:
    """What no change of the variant shows by its line is said to be of the variant."""
    if not changes.changes:
        return None
    marks = [mark for change in changes.changes for mark in document.marks_below(change.location).values()]
    return Note(f"In variant {changes.name}.", frozenset(marks))


def _apply(changed: Document, document: Document, changes: ChangeSet) -> list[Problem]:
    problems: list[Problem] = []
    reached: dict[Location, Location] = {}
    for change in changes.changes:
        root = change.location
        try:
            _locations(changed.data, change.path)
            locations = set_value(changed, change.path, change.value, document.marks_below(root))
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
        near = nearest(section, RESULT_SECTIONS)
        meant = f" Did you mean {near}?" if near else ""
        raise PathError(f"a variant changes {', '.join(RESULT_SECTIONS)}.{meant}")
    return find(data, path)


def _no_match(document: Document, root: Location, reason: str) -> Problem:
    return Problem(document.mark(root), ".".join(map(str, root)), "matches nothing", reason)


def _unknown_dataset(spec: TrialSpec, document: Document) -> Problem:
    name, place = spec.data.dataset, ("data", "dataset")
    return Problem(
        document.mark(place), ".".join(place), f"no dataset is named {name!r}", suggest(str(name), list(catalogue()))
    )


def _enabled_steps(spec: TrialSpec) -> Any:
    steps = {"normalize": spec.data.normalize, "augment": spec.data.augment}
    return spec.data.model_copy(update={name: tuple(step for step in of if step.enabled) for name, of in steps.items()})


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

"""From a file to a study: read, overridden, validated, expanded, checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ablation.spec.expansion.changes import ChangeSet, changes_of_variants
from ablation.spec.expansion.factorial import DesignError, expand_factors
from ablation.spec.expansion.overriding import override
from ablation.spec.expansion.trials import Study
from ablation.spec.expansion.variants import equal_variants, expand, wrong_paths
from ablation.spec.reading.document import Document, Location
from ablation.spec.reading.including import read_spec
from ablation.spec.reading.paths import suggest
from ablation.spec.reading.problems import Mark, Problem, SpecError
from ablation.spec.reading.validation import validate
from ablation.spec.study import StudySpec
from ablation.spec.training import metric_names


def load_study(path: Path, *, overrides: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> Study:
    """Read, override, validate and expand a spec.

    Args:
        path: The YAML file.
        overrides: `PATH=VALUE` settings applied to the base spec; each VALUE is read as YAML.
        only: Names of the variants to keep beside the baseline, which every comparison needs; all when empty.

    Raises:
        SpecError: With every problem found.
    """
    document = read_spec(path)
    problems = override(document, overrides)
    spec = _validate(document, problems)
    change_sets = _change_sets(spec, document)
    variants, found = expand(document, change_sets)
    names = [changes.name for changes in change_sets]
    baseline = spec.compare.baseline or names[0]
    found += _wrong_names(spec, document, names, only)
    found += equal_variants(variants, baseline, document)
    found += _repeated_seeds(spec, document)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise SpecError(errors)
    return Study(
        spec=spec,
        variants=tuple(variant for variant in variants if not only or variant.name in {*only, baseline}),
        seeds=tuple(range(spec.seeds)) if isinstance(spec.seeds, int) else spec.seeds,
        baseline=baseline,
        warnings=tuple(found),
    )


def _validate(document: Document, problems: list[Problem]) -> StudySpec:
    """Validate the document; what else can be told of a document that is wrong is told with it."""
    try:
        spec = validate(StudySpec, document)
    except SpecError as error:
        unknown_names = wrong_paths(document, changes_of_variants(document.data)) + _unknown_baseline(document)
        raise SpecError([*problems, *error.problems, *unknown_names]) from error
    if problems:
        raise SpecError(problems)
    return spec


def _change_sets(spec: StudySpec, document: Document) -> list[ChangeSet]:
    if spec.factors is None or spec.design is None:
        return changes_of_variants(document.data)
    try:
        return expand_factors(document.data, spec.factors, spec.design)
    except DesignError as error:
        raise SpecError(
            [Problem(document.mark(("design",)), "design", "does not fit the factors", str(error))]
        ) from error


def _unknown_baseline(document: Document) -> list[Problem]:
    compare: Any = document.data.get("compare")
    baseline = compare.get("baseline") if isinstance(compare, dict) else None
    variants: Any = document.data.get("variants")
    if not isinstance(baseline, str) or not isinstance(variants, dict) or baseline in variants:
        return []
    return [_unknown(document, ("compare", "baseline"), "variant", baseline, list(variants))]


def _wrong_names(spec: StudySpec, document: Document, names: Sequence[str], only: Sequence[str]) -> list[Problem]:
    metrics = metric_names(spec.training)
    named: list[tuple[Location, str, str | None, Sequence[str]]] = [
        (("compare", "baseline"), "variant", spec.compare.baseline, names),
        (("compare", "metric"), "metric", spec.compare.metric, metrics),
    ]
    for index, gate in enumerate(spec.gates):
        place = ("gates", index)
        named += [
            ((*place, "variant"), "variant", gate.variant, names),
            ((*place, "relative_to"), "variant", gate.relative_to, names),
            ((*place, "metric"), "metric", gate.metric, metrics),
        ]
    unknown = [
        _unknown(document, location, what, name, choices)
        for location, what, name, choices in named
        if name is not None and name not in choices
    ]
    left_out = [
        Problem(Mark(f"--only {name}"), "", "no such variant", suggest(name, list(names)))
        for name in only
        if name not in names
    ]
    return [*left_out, *unknown]


def _unknown(
    document: Document, location: tuple[str | int, ...], what: str, name: str, choices: Sequence[str]
) -> Problem:
    where = ".".join(map(str, location))
    return Problem(document.mark(location), where, f"no {what} is named {name!r}", suggest(name, list(choices)))


def _repeated_seeds(spec: StudySpec, document: Document) -> list[Problem]:
    seeds = () if isinstance(spec.seeds, int) else spec.seeds
    return [
        Problem(document.mark(("seeds", index)), f"seeds.{index}", f"seed {seed} is listed twice", "Remove one.")
        for index, seed in enumerate(seeds)
        if seed in seeds[:index]
    ]

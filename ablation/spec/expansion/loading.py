"""From a file to a study: read, overridden, validated, expanded, checked."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

from ablation.spec.expansion.changes import ChangeSet, changes_of_levels, changes_of_variants
from ablation.spec.expansion.defaults import apply_defaults, wrong_defaults
from ablation.spec.expansion.equality import equal_variants
from ablation.spec.expansion.factorial import DesignError, expand_factors
from ablation.spec.expansion.overriding import override
from ablation.spec.expansion.references import repetitions, unknown_metrics, unknown_variants, wrong_sections
from ablation.spec.expansion.variants import expand
from ablation.spec.reading.document import Document
from ablation.spec.reading.including import read_spec
from ablation.spec.reading.problems import Problem, Report, SpecError
from ablation.spec.reading.validation import validate
from ablation.spec.seeds import first_seeds
from ablation.spec.study import StudySpec
from ablation.spec.trials import Study, Variant


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
    report = Report(document.mark(location) for location in document.unread)
    report.add(document.problems)
    report.add(override(document, overrides))
    spec = _validate(document, report)
    change_sets = _change_sets(spec, document, report)
    variants = expand(document, change_sets, report)
    names = [changes.name for changes in change_sets]
    if spec is not None or "factors" not in document.data:
        report.add(unknown_variants(document, names, only))
    report.add(unknown_metrics(document))
    report.add(repetitions(document))
    if spec is None or report.errors:
        raise SpecError(report.errors)
    baseline = spec.compare.baseline or names[0]
    report.add(equal_variants(variants, baseline, document))
    if report.errors:
        raise SpecError(report.errors)
    return _study(spec, variants, baseline, only, report)


def _study(spec: StudySpec, variants: Sequence[Variant], baseline: str, only: Sequence[str], report: Report) -> Study:
    return Study(
        spec=spec,
        variants=tuple(variant for variant in variants if not only or variant.name in {*only, baseline}),
        seeds=first_seeds(spec.seeds),
        baseline=baseline,
        warnings=tuple(report.problems),
    )


def _validate(document: Document, report: Report) -> StudySpec | None:
    """Validate the document with its defaults in place; a layer may have by default what it needs."""
    whole = Document(copy.deepcopy(document.data), dict(document.marks))
    report.add(wrong_sections(document))
    report.add(wrong_defaults(document))
    apply_defaults(whole)
    try:
        return validate(StudySpec, whole)
    except SpecError as error:
        report.add(error.problems)
        return None


def _change_sets(spec: StudySpec | None, document: Document, report: Report) -> list[ChangeSet]:
    if "factors" not in document.data:
        return changes_of_variants(document.data)
    if spec is None or spec.factors is None or spec.design is None:
        return changes_of_levels(document.data)
    try:
        return expand_factors(document.data, spec.factors, spec.design)
    except DesignError as error:
        report.add([Problem(document.mark(("design",)), "design", "does not fit the factors", str(error))])
        return changes_of_levels(document.data)

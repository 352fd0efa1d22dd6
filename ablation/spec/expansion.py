"""From a document to variants: each `set` applied to the base spec, validated, and told apart from the others."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ablation.spec.base import SpecModel
from ablation.spec.data import DataSpec
from ablation.spec.document import Document, Location, parse, read_document
from ablation.spec.model import ModelSpec
from ablation.spec.paths import PathError, assign, find, suggest
from ablation.spec.problems import Mark, Problem, SpecError
from ablation.spec.study import RESULT_SECTIONS, StudySpec
from ablation.spec.training import TrainingSpec, metric_names
from ablation.spec.validation import validate


class TrialSpec(SpecModel):
    """All that makes a trial's result, apart from its seed: fully resolved, disabled layers gone."""

    data: DataSpec
    model: ModelSpec
    training: TrainingSpec


class Trial(SpecModel):
    """One variant trained with one seed."""

    study: str
    variant: str
    seed: int
    spec: TrialSpec

    @property
    def name(self) -> str:
        """A name for logs and lists."""
        return f"{self.variant} seed {self.seed}"


@dataclass(frozen=True)
class Variant:
    """A named set of changes and the spec that results."""

    name: str
    changes: dict[str, Any]
    spec: TrialSpec


@dataclass(frozen=True)
class Study:
    """A study worked out: what runs, in which order."""

    spec: StudySpec
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...]

    @property
    def name(self) -> str:
        """The study's name."""
        return self.spec.study

    @property
    def baseline(self) -> str:
        """The variant all others are compared with."""
        return self.spec.compare.baseline or self.variants[0].name

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every variant with every seed, variant by variant."""
        return tuple(
            Trial(study=self.name, variant=variant.name, seed=seed, spec=variant.spec)
            for variant in self.variants
            for seed in self.seeds
        )


def load_study(path: Path, *, overrides: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> Study:
    """Read, override, validate and expand a spec.

    Args:
        path: The YAML file.
        overrides: `PATH=VALUE` settings applied to the base spec; each VALUE is read as YAML.
        only: Names of the variants to keep; all when empty.

    Raises:
        SpecError: With every problem found.
    """
    document = read_document(path)
    _override(document, overrides)
    spec = validate(StudySpec, document)
    variants = _expand(spec, document)
    _check_names(spec, document, only)
    seeds = tuple(range(spec.seeds)) if isinstance(spec.seeds, int) else spec.seeds
    if len(set(seeds)) != len(seeds):
        raise SpecError([Problem(document.mark(("seeds",)), "seeds", "a seed is listed twice", "Remove one.")])
    return Study(spec, tuple(v for v in variants if not only or v.name in only), seeds)


def _override(document: Document, overrides: tuple[str, ...]) -> None:
    problems: list[Problem] = []
    for override in overrides:
        path, equals, text = override.partition("=")
        mark = Mark(f"--set {override}")
        if not equals:
            problems.append(Problem(mark, "", "must be PATH=VALUE", "For example --set training.epochs=3"))
            continue
        try:
            value, _ = parse(text, file=mark.file)
            _apply(document, path, value, {(): mark})
        except PathError as error:
            problems.append(Problem(mark, path, "matches nothing", str(error)))
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(problems)


def _apply(document: Document, path: str, value: Any, marks: dict[Location, Mark]) -> None:
    """Set `value` at every place `path` matches; its errors will point to `marks`, relative to the value."""
    for location in find(document.data, path):
        assign(document, location, copy.deepcopy(value))
        length = len(location)
        for known in [known for known in document.marks if known[:length] == location]:
            del document.marks[known]
        document.marks.update({(*location, *below): mark for below, mark in marks.items()})


def _expand(spec: StudySpec, document: Document) -> list[Variant]:
    base = Document({key: document.data[key] for key in RESULT_SECTIONS}, document.marks)
    variants: list[Variant] = []
    problems: list[Problem] = []
    for name, variant in spec.variants.items():
        try:
            resolved = _resolve(base, document, name)
            variants.append(Variant(name, dict(variant.set), resolved))
        except SpecError as error:
            problems.extend(problem for problem in error.problems if problem not in problems)
    problems.extend(_unchanged(spec, variants, document))
    if problems:
        raise SpecError(problems)
    return variants


def _resolve(base: Document, document: Document, name: str) -> TrialSpec:
    changed = Document(copy.deepcopy(base.data), dict(base.marks))
    problems: list[Problem] = []
    settings = document.data.get("variants", {}).get(name, {}).get("set", {})
    for path, value in settings.items():
        root: Location = ("variants", name, "set", path)
        marks = {known[4:]: mark for known, mark in document.marks.items() if known[:4] == root}
        try:
            if path.split(".")[0] not in RESULT_SECTIONS:
                raise PathError(f"a variant changes {', '.join(RESULT_SECTIONS)}; got {path!r}")
            _apply(changed, path, value, marks)
        except PathError as error:
            where = f"variants.{name}.set.{path}"
            problems.append(Problem(document.mark(root), where, "matches nothing", str(error)))
    if problems:
        raise SpecError(problems)
    return _without_disabled_layers(validate(TrialSpec, changed), document.mark(("model", "layers")))


def _without_disabled_layers(spec: TrialSpec, mark: Mark) -> TrialSpec:
    layers = tuple(layer for layer in spec.model.layers if layer.enabled)
    if not layers:
        raise SpecError([Problem(mark, "model.layers", "every layer is disabled", "Enable at least the output layer.")])
    return spec.model_copy(update={"model": ModelSpec(layers=layers)})


def _unchanged(spec: StudySpec, variants: list[Variant], document: Document) -> list[Problem]:
    by_name = {variant.name: variant.spec for variant in variants}
    baseline = spec.compare.baseline or next(iter(spec.variants))
    hint = "Change something in its `set`, or remove it: it would train the baseline under another name."
    return [
        Problem(document.mark(("variants", name)), f"variants.{name}", f"is equal to the baseline {baseline}", hint)
        for name, resolved in by_name.items()
        if name != baseline and resolved == by_name.get(baseline)
    ]


def _check_names(spec: StudySpec, document: Document, only: tuple[str, ...]) -> None:
    names = list(spec.variants)
    baseline = spec.compare.baseline
    problems = [
        Problem(Mark(f"--only {name}"), "", "no such variant", suggest(name, names))
        for name in only
        if name not in names
    ]
    if baseline is not None and baseline not in names:
        mark = document.mark(("compare", "baseline"))
        problems.append(
            Problem(mark, "compare.baseline", f"no variant is named {baseline!r}", suggest(baseline, names))
        )
    metric, metrics = spec.compare.metric, metric_names(spec.training)
    if metric not in metrics:
        mark = document.mark(("compare", "metric"))
        problems.append(Problem(mark, "compare.metric", f"no metric is named {metric!r}", suggest(metric, metrics)))
    if problems:
        raise SpecError(problems)

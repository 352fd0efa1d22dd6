"""From a document to variants: each `set` applied to the base spec, validated, and told apart from the others."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ablation.catalogue import catalogue
from ablation.spec.base import SpecModel
from ablation.spec.data import DataSpec
from ablation.spec.document import Document, Location, parse, read_document
from ablation.spec.model import ModelSpec
from ablation.spec.paths import PathError, assign, find, nearest, suggest
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
        return _baseline(self.spec)

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
        only: Names of the variants to keep beside the baseline, which every comparison needs; all when empty.

    Raises:
        SpecError: With every problem found.
    """
    document = read_document(path)
    _override(document, overrides)
    spec = validate(StudySpec, document)
    variants, problems = _expand(spec, document)
    problems += [*_wrong_names(spec, document, only), *_repeated_seeds(spec, document)]
    if problems:
        raise SpecError(problems)
    seeds = tuple(range(spec.seeds)) if isinstance(spec.seeds, int) else spec.seeds
    kept = {*only, spec.compare.baseline or variants[0].name} if only else {variant.name for variant in variants}
    return Study(spec, tuple(variant for variant in variants if variant.name in kept), seeds)


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
            problems.extend(replace(problem, mark=mark) for problem in error.problems)
    if problems:
        raise SpecError(problems)


def _apply(document: Document, path: str, value: Any, marks: dict[Location, Mark]) -> None:
    """Set `value` at every place `path` matches; its errors will point to `marks`, relative to the value."""
    for location in find(document.data, path):
        assign(document, location, copy.deepcopy(value), marks, model=StudySpec)


def _expand(spec: StudySpec, document: Document) -> tuple[list[Variant], list[Problem]]:
    base = Document({key: document.data[key] for key in RESULT_SECTIONS}, document.marks)
    variants: list[Variant] = []
    problems: list[Problem] = []
    for name, variant in spec.variants.items():
        try:
            resolved = _resolve(base, document, name)
            variants.append(Variant(name, dict(variant.set), resolved))
        except SpecError as error:
            problems.extend(problem for problem in error.problems if problem not in problems)
    return variants, [*problems, *_unchanged(spec, variants, document)]


def _resolve(base: Document, document: Document, name: str) -> TrialSpec:
    changed = Document(copy.deepcopy(base.data), dict(base.marks))
    problems: list[Problem] = []
    settings = document.data.get("variants", {}).get(name, {}).get("set", {})
    for path, value in settings.items():
        root: Location = ("variants", name, "set", path)
        marks = {known[4:]: mark for known, mark in document.marks.items() if known[:4] == root}
        try:
            if (section := path.split(".")[0]) not in RESULT_SECTIONS:
                choices = list(RESULT_SECTIONS)
                raise PathError(f"a variant changes {', '.join(choices)}. {nearest(section, choices)}".rstrip())
            _apply(changed, path, value, marks)
        except PathError as error:
            where = f"variants.{name}.set.{path}"
            problems.append(Problem(document.mark(root), where, "matches nothing", str(error)))
    if problems:
        raise SpecError(problems)
    spec = validate(TrialSpec, changed)
    if (dataset := spec.data.dataset) not in catalogue():
        mark, hint = changed.mark(("data", "dataset")), suggest(dataset, list(catalogue()))
        raise SpecError([Problem(mark, "data.dataset", f"no dataset is named {dataset!r}", hint)])
    return _without_disabled_layers(spec, changed)


def _without_disabled_layers(spec: TrialSpec, document: Document) -> TrialSpec:
    layers = tuple(layer for layer in spec.model.layers if layer.enabled)
    if not layers:
        mark = document.mark(("model", "layers", len(spec.model.layers) - 1, "enabled"))
        raise SpecError([Problem(mark, "model.layers", "every layer is disabled", "Enable at least the output layer.")])
    return spec.model_copy(update={"model": ModelSpec(layers=layers)})


def _unchanged(spec: StudySpec, variants: list[Variant], document: Document) -> list[Problem]:
    by_name = {variant.name: variant.spec for variant in variants}
    baseline = _baseline(spec)
    hint = "Change something in its `set`, or remove it: it would train the baseline under another name."
    return [
        Problem(document.mark(("variants", name)), f"variants.{name}", f"is equal to the baseline {baseline}", hint)
        for name, resolved in by_name.items()
        if name != baseline and resolved == by_name.get(baseline)
    ]


def _baseline(spec: StudySpec) -> str:
    return spec.compare.baseline or next(iter(spec.variants))


def _repeated_seeds(spec: StudySpec, document: Document) -> list[Problem]:
    seeds = () if isinstance(spec.seeds, int) else spec.seeds
    return [
        Problem(document.mark(("seeds", index)), f"seeds.{index}", f"seed {seed} is listed twice", "Remove one.")
        for index, seed in enumerate(seeds)
        if seed in seeds[:index]
    ]


def _wrong_names(spec: StudySpec, document: Document, only: tuple[str, ...]) -> list[Problem]:
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
    return problems

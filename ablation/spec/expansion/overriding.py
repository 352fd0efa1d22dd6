"""`--set PATH=VALUE`: settings of the command line, applied to the base spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ablation.spec.expansion.variants import set_value
from ablation.spec.reading.document import Document
from ablation.spec.reading.parsing import parse
from ablation.spec.reading.paths import PathError
from ablation.spec.reading.problems import Mark, Problem, SpecError


def override(document: Document, overrides: Sequence[str]) -> list[Problem]:
    """Apply `PATH=VALUE` settings in order, each VALUE read as YAML; return what is wrong with them."""
    problems: list[Problem] = []
    for setting in overrides:
        path, equals, text = setting.partition("=")
        mark = Mark(f"--set {setting}")
        if not equals:
            problems.append(Problem(mark, "", "must be PATH=VALUE", "For example --set training.epochs=3"))
            continue
        try:
            value = parse(text, file=mark.file)
            problems.extend(replace(problem, mark=mark) for problem in value.problems)
            if not value.problems:
                set_value(document, path, value.data, {(): mark})
        except PathError as error:
            problems.append(Problem(mark, path, "matches nothing", str(error)))
        except SpecError as error:
            problems.extend(replace(problem, mark=mark) for problem in error.problems)
    return problems

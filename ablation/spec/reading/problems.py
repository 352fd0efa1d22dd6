"""What is wrong with a spec: every problem with its place, what was got and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Mark:
    """A place a person can open: a file (or `--set`) and a line, counted from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One mistake, or something to know (a warning): where, what, and what to do about it."""

    mark: Mark
    path: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.mark}: {self.path}: " if self.path else f"{self.mark}: "
        word = "warning: " if self.severity == "warning" else ""
        return f"{place}{word}{self.message}" + (f"\n  {self.hint}" if self.hint else "")


class SpecError(ValueError):
    """A spec that cannot be run; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

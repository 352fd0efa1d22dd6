"""What is wrong with a spec: every problem with its place, what was got and what to do; each is said once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Mark:
    """A place a person can open: a file (or `--set`) and a line, counted from 1; the column tells its values apart."""

    file: str
    line: int | None = None
    column: int | None = field(default=None, compare=False)

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


@dataclass(frozen=True)
class Note:
    """What is added to the advice on problems that are not at certain marks."""

    text: str
    elsewhere: frozenset[Mark]


class Report:
    """Problems as they are found, each said once, though variants share most of a spec and layers their defaults."""

    def __init__(self, unread: Iterable[Mark] = ()) -> None:
        """Begin a report.

        Args:
            unread: Places whose values could not be read: whatever else is wrong there follows from that.
        """
        self._problems: list[Problem] = []
        self._unread = {_place(mark) for mark in unread}
        self._said: set[tuple[object, ...]] = set()

    def add(self, problems: Iterable[Problem], *, note: Note | None = None) -> None:
        """Add what was not said before, of the same place, though perhaps of another path that leads there."""
        for found in problems:
            problem, mark = found, found.mark
            key = (*_place(mark), problem.message, problem.path.rpartition(".")[2])
            if key in self._said or _place(mark) in self._unread:
                continue
            self._said.add(key)
            if note and mark not in note.elsewhere:
                problem = replace(problem, hint=f"{problem.hint} {note.text}".lstrip())
            self._problems.append(problem)

    @property
    def problems(self) -> list[Problem]:
        """Everything, as it stands in the files, line by line; what was said on the command line comes last."""
        files = list(dict.fromkeys(problem.mark.file for problem in self._problems))
        return sorted(self._problems, key=lambda problem: _order(problem.mark, files))

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep the study from running."""
        return [problem for problem in self.problems if problem.severity == "error"]


def _place(mark: Mark) -> tuple[str, int | None, int | None]:
    return mark.file, mark.line, mark.column


def _order(mark: Mark, files: list[str]) -> tuple[bool, int, int, int]:
    return mark.line is None, files.index(mark.file), mark.line or 0, mark.column or 0

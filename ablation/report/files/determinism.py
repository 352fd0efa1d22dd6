"""How exactly the trials' numbers come again, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ablation.records import Determinism, TrialOutcome

MIXED = (
    "The trials were not all trained alike: sums in another order differ in their last digits, the difference grows "
    "while a model trains, and the pairs of a seed have less in common."
)


def determinism_lines(trials: Sequence[TrialOutcome]) -> list[str]:
    """Return a line for each way in which trials with a result were trained, and one more where there are several."""
    ways = Counter(trial.determinism for trial in trials if trial.is_finished)
    lines = [f"{_count(number)}: {_describe(way)}" for way, number in ways.most_common()]
    return [*lines, MIXED] if len(ways) > 1 else lines


def _describe(way: Determinism | None) -> str:
    if way is None:
        return "not recorded by the version that trained it."
    threads = f"{way.threads} thread{'' if way.threads == 1 else 's'}"
    operations = " with deterministic operations" if way.has_deterministic_operations else ""
    instructions = f" ({' '.join(way.instructions)})" if way.instructions and way.device == "cpu" else ""
    conditions = f"{way.backend}{operations}, {threads}, {way.device} {way.device_name}{instructions}"
    if way.level == "bit-exact":
        return f"bit-exact, the same bits come again with {conditions}."
    return f"seeded, split, order and initial weights come again, results nearly, with {conditions}."


def _count(number: int) -> str:
    return f"{number} trial{'' if number == 1 else 's'}"

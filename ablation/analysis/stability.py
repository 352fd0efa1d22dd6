"""Whether an effect is stable over the runs of a study, and where it moved.

Runs that show the same trials again, as those that find them finished do, are no repetition: they count once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ablation.analysis.numbers import decimals_between, format_number
from ablation.records import RunEffect, RunManifest, RunSummary


@dataclass(frozen=True)
class RunPoint:
    """What one run said of a variant.

    Attributes:
        run_id: Of the run.
        effect: Its effect.
        summary: All of what the run answered, and from what.
        is_repeat: Whether an older run showed the same trials.
    """

    run_id: str
    effect: RunEffect
    summary: RunSummary
    is_repeat: bool


@dataclass(frozen=True)
class EffectHistory:
    """What the runs of a study said of one variant, the oldest first: on one metric, against one baseline."""

    variant: str
    metric: str
    points: tuple[RunPoint, ...]

    @property
    def own(self) -> tuple[RunPoint, ...]:
        """The runs with trials that no older run had shown."""
        return tuple(point for point in self.points if not point.is_repeat)

    @property
    def moves(self) -> tuple[tuple[RunPoint, RunPoint], ...]:
        """Two runs each, one after the other: of another verdict, or of intervals that share nothing."""
        return tuple((before, after) for before, after in pairwise(self.own) if _has_moved(before.effect, after.effect))


def effect_histories(manifests: Sequence[RunManifest]) -> tuple[EffectHistory, ...]:
    """Return the history of every variant, those of a study's newest run first, in the order of its spec.

    Runs on another metric or against another baseline are left out, as is what older versions published without a
    summary.
    """
    ordered = sorted(manifests, key=lambda manifest: manifest.run_id)
    runs = [(manifest.run_id, manifest.summary) for manifest in ordered if manifest.summary is not None]
    if not runs:
        return ()
    newest = runs[-1][1]
    alike = [(run_id, summary) for run_id, summary in runs if _asks(summary) == _asks(newest)]
    variants = dict.fromkeys(effect.variant for _, summary in reversed(alike) for effect in summary.effects)
    return tuple(_history(variant, newest.metric, alike) for variant in variants)


def stability_sentence(history: EffectHistory) -> str:
    """Say in one sentence whether the runs agree on a variant, and between which values its effect lay."""
    own, count = history.own, len(history.points)
    sizes = _range(own)
    verdicts = Counter(point.effect.verdict for point in own)
    if len(own) == 1:
        runs = "one run" if count == 1 else f"{count} runs of the same trials"
        return f"{history.variant}: {runs}: {own[0].effect.verdict}{sizes}; nothing to compare with yet"
    runs = f"{count} runs" if len(own) == count else f"{count} runs, {len(own)} of them with trials of their own,"
    if len(verdicts) == 1:
        return f"{history.variant}: {runs} agree: {own[0].effect.verdict} in all{sizes}"
    counts = ", ".join(f"{verdict} {number}" for verdict, number in verdicts.most_common())
    return f"{history.variant}: {runs} do not agree: {counts}{sizes}"


def move_sentence(before: RunPoint, after: RunPoint) -> str:
    """Say how an effect moved from one run to the next."""
    numbers = [
        "no value" if effect.difference is None else format_number(effect.difference, _decimals((before, after)))
        for effect in (before.effect, after.effect)
    ]
    verdicts = [before.effect.verdict, after.effect.verdict]
    words = verdicts[0] if verdicts[0] == verdicts[1] else " → ".join(verdicts)
    return f"{after.run_id}: {words} ({' → '.join(numbers)})"


def _history(variant: str, metric: str, runs: Sequence[tuple[str, RunSummary]]) -> EffectHistory:
    points: list[RunPoint] = []
    seen: set[str] = set()
    for run_id, summary in runs:
        for effect in summary.effects:
            if effect.variant == variant:
                points.append(RunPoint(run_id, effect, summary, effect.trials_sha256 in seen))
                seen.add(effect.trials_sha256)
    return EffectHistory(variant, metric, tuple(points))


def _asks(summary: RunSummary) -> tuple[str, str, str]:
    return summary.metric, summary.direction, summary.baseline


def _has_moved(before: RunEffect, after: RunEffect) -> bool:
    if before.verdict != after.verdict:
        return True
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return False
    return before.high < after.low or after.high < before.low


def _range(points: Sequence[RunPoint]) -> str:
    known = sorted(point.effect.difference for point in points if point.effect.difference is not None)
    if not known:
        return ""
    low, high = (format_number(number, _decimals(points)) for number in (known[0], known[-1]))
    return f"; from {low} to {high}" if low != high else f"; {low}"


def _decimals(points: Sequence[RunPoint]) -> int | None:
    """Return the decimals of the narrowest interval; None where there is none."""
    intervals = [
        (point.effect.low, point.effect.high)
        for point in points
        if point.effect.low is not None and point.effect.high is not None
    ]
    return max((decimals_between(low, high, (0.0,)) for low, high in intervals), default=None)

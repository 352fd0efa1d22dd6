"""What the charts of mistakes are drawn from: the assessments of a variant's seeds, taken together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ablation.records import Assessment, Confusion, ReliabilityBin
from ablation.report.study import StudyReport


def assessed_variants(report: StudyReport, has: Callable[[Assessment], object], most: int) -> list[str]:
    """Return the variants with an assessment that has something: the baseline, then those that differ most.

    Args:
        report: Of the study.
        has: Picks what is wanted of an assessment; false where there is none.
        most: How many.
    """
    with_some = [name for name in report.variants if assessments_of(report, name, has)]
    sizes = {effect.variant: abs(effect.difference or 0.0) for effect in report.comparison.effects}
    ranked = report.comparison.ranked_effects()
    best = [effect.variant for effect in ranked if effect.verdict == "helps"] or [effect.variant for effect in ranked]

    def rank(name: str) -> tuple[bool, bool, float]:
        return name != report.baseline, [name] != best[:1], -sizes.get(name, 0.0)

    return sorted(with_some, key=rank)[:most]


def assessments_of(report: StudyReport, variant: str, has: Callable[[Assessment], object]) -> dict[int, Assessment]:
    """Return a variant's assessments that have something, by seed."""
    by_seed = report.assessments.get(variant, {})
    return {seed: assessment for seed, assessment in sorted(by_seed.items()) if has(assessment)}


def pooled_confusion(found: Sequence[Confusion]) -> Confusion:
    """Add up the confusions of seeds; those with other classes than the first are left out."""
    alike = [confusion for confusion in found if confusion.labels == found[0].labels]
    counts = tuple(
        tuple(sum(cells) for cells in zip(*rows, strict=True))
        for rows in zip(*(confusion.counts for confusion in alike), strict=True)
    )
    return Confusion(labels=found[0].labels, counts=counts)


def pooled_reliability(found: Sequence[Sequence[ReliabilityBin]]) -> list[ReliabilityBin]:
    """Return the bins of all seeds together, each mean weighted by its samples."""
    places: dict[tuple[float, float], list[ReliabilityBin]] = {}
    for bins in found:
        for one in bins:
            places.setdefault((one.low, one.high), []).append(one)
    return [
        ReliabilityBin(
            low=low,
            high=high,
            count=sum(one.count for one in bins),
            confidence=_weighted([(one.confidence, one.count) for one in bins]),
            accuracy=_weighted([(one.accuracy, one.count) for one in bins]),
        )
        for (low, high), bins in sorted(places.items())
    ]


def most_confused(confusion: Confusion, most: int) -> list[tuple[str, str, int]]:
    """Return the true class, the predicted class and how often, of the most frequent mistakes."""
    pairs = [
        (truth, predicted, count)
        for row, (truth, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=True))
        for column, (predicted, count) in enumerate(zip(confusion.labels, counts, strict=True))
        if row != column and count
    ]
    return sorted(pairs, key=lambda pair: -pair[2])[:most]


def accuracy_of(confusion: Confusion) -> float | None:
    """Return the share of right predictions."""
    total = sum(map(sum, confusion.counts))
    right = sum(row[place] for place, row in enumerate(confusion.counts))
    return right / total if total else None


def _weighted(pairs: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(value, count) for value, count in pairs if value is not None and count]
    total = sum(count for _, count in known)
    return sum(value * count for value, count in known) / total if total else None

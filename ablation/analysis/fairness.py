"""Whether the variants of a study were treated alike."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from ablation.analysis.comparing.pairing import has_value
from ablation.records import Record, TrialOutcome

Unfairness = Literal[
    "unequal steps",
    "unequal data order",
    "learning rate tuned for the baseline only",
    "selection on the test set",
    "unequal early stopping",
    "failed seeds left out",
]

# Mean numbers of epochs that are closer than this share of the baseline's are called equal.
LEAST_DIFFERENCE = 0.1
MOST_NAMED = 4


class FairnessWarning(Record):
    """One way in which a comparison is not fair, in a sentence that a reader understands."""

    kind: Unfairness
    sentence: str = Field(description="Without a full stop.")
    variants: tuple[str, ...] = Field(default=(), description="Those that it is about; none: all.")


class Treatment(Record):
    """How a variant is trained, as far as a fair comparison depends on it."""

    variant: str
    epochs: int = Field(ge=1, description="Planned, of all phases.")
    batch_size: int | None = Field(description="None: all samples.")
    train_samples: int | None = Field(description="None where they are not known before the data are there.")
    samples: str = Field(
        description="Which samples, in words: equal words, the same samples in the same order by seed."
    )
    learning_rate: float = Field(description="Of the optimiser.")
    beside_rate: str = Field(description="Identity of all but the learning rate.")
    early_stopping: str | None = Field(description="Its settings in words; None: there is none.")
    is_validated_on_test: bool = Field(description="Whether the test part validates.")
    chosen_on_test: tuple[str, ...] = Field(default=(), description="What a metric of the test part then chooses.")

    @property
    def steps(self) -> int | None:
        """Planned steps; None where the number of samples is not known."""
        if self.batch_size is None:
            return self.epochs
        return None if self.train_samples is None else self.epochs * -(-self.train_samples // self.batch_size)


def audit(
    treatments: Sequence[Treatment], baseline: str, outcomes: Sequence[TrialOutcome] = (), *, metric: str = ""
) -> tuple[FairnessWarning, ...]:
    """Return every way in which a comparison is not fair, the most serious first.

    Args:
        treatments: Of all variants, in the order of the spec.
        baseline: The variant that the others are compared with.
        outcomes: Every trial of the run; none before it.
        metric: That is compared.
    """
    known = {treatment.variant: treatment for treatment in treatments}
    if not known:
        return ()
    first = known.get(baseline, treatments[0])
    found = [
        _selection(treatments),
        _failed_seeds(outcomes, metric),
        _steps(treatments, first),
        _stopping(treatments, first),
        _stopped_epochs(treatments, first, outcomes),
        _tuned_rate(treatments, first),
        _order(treatments, first),
    ]
    return tuple(warning for warning in found if warning is not None)


def _selection(treatments: Sequence[Treatment]) -> FairnessWarning | None:
    tested = [each for each in treatments if each.is_validated_on_test]
    if not tested:
        return None
    names = [each.variant for each in tested]
    whose = "" if len(tested) == len(treatments) else f" of {_listed(names)}"
    choosing: dict[str, list[str]] = {}
    for each in tested:
        for what in each.chosen_on_test:
            choosing.setdefault(what, []).append(each.variant)
    sentence = f"the test part{whose} is the validation data, so val_ metrics are test metrics"
    if choosing:
        parts = [f"{what}{'' if by == names else f' of {_listed(by)}'}" for what, by in choosing.items()]
        sentence += f", and they choose {_listed(parts)}: expect less of these models on new data"
    else:
        sentence += ": nothing in a trial is chosen by them, but whoever picks a variant by them picks on the test data"
    return _warning("selection on the test set", sentence, names if whose else ())


def _failed_seeds(outcomes: Sequence[TrialOutcome], metric: str) -> FairnessWarning | None:
    missing: dict[str, list[TrialOutcome]] = {}
    for outcome in outcomes:
        if not has_value(outcome, metric):
            missing.setdefault(outcome.variant, []).append(outcome)
    count = sum(map(len, missing.values()))
    if not count or count == len(outcomes):
        return None
    seeds = Counter(outcome.variant for outcome in outcomes)
    parts = [f"{variant} {len(trials)} of {seeds[variant]} ({_ends(trials)})" for variant, trials in missing.items()]
    verbs = "has no result and is" if count == 1 else "have no result and are"
    sentence = (
        f"{count} of {len(outcomes)} trials {verbs} left out of the averages, which flatters a variant that fails: "
        f"{_listed(parts)}"
    )
    return _warning("failed seeds left out", sentence, missing)


def _ends(trials: Sequence[TrialOutcome]) -> str:
    ends: dict[str, list[int]] = {}
    for trial in trials:
        ends.setdefault("no finite value" if trial.is_finished else trial.status, []).append(trial.seed)
    return "; ".join(f"{_numbered('seed', seeds)} {end}" for end, seeds in ends.items())


def _steps(treatments: Sequence[Treatment], first: Treatment) -> FairnessWarning | None:
    lengths = _lengths(treatments)
    groups = _apart(lengths, first.variant)
    if not groups:
        return None
    parts = [f"{length} ({_listed(names)})" for length, names in groups.items()]
    sentence = (
        f"not all variants are trained as long: {lengths[first.variant]} ({first.variant}), {_listed(parts)}; "
        "a difference may come from that alone"
    )
    return _warning("unequal steps", sentence, _members(groups))


def _lengths(treatments: Sequence[Treatment]) -> dict[str, str]:
    """Return how long each variant is trained: in steps, where those of all are known."""
    steps = {each.variant: each.steps for each in treatments}
    if None not in steps.values():
        return {variant: _counted(count or 0, "step") for variant, count in steps.items()}
    return {
        each.variant: f"{_counted(each.epochs, 'epoch')} in batches of {each.batch_size or 'all'}"
        for each in treatments
    }


def _stopping(treatments: Sequence[Treatment], first: Treatment) -> FairnessWarning | None:
    groups = _apart({each.variant: each.early_stopping or "none" for each in treatments}, first.variant)
    if not groups:
        return None
    parts = [f"{settings} ({_listed(names)})" for settings, names in groups.items()]
    sentence = f"early stopping differs: {first.early_stopping or 'none'} ({first.variant}), {_listed(parts)}"
    return _warning("unequal early stopping", sentence, _members(groups))


def _stopped_epochs(
    treatments: Sequence[Treatment], first: Treatment, outcomes: Sequence[TrialOutcome]
) -> FairnessWarning | None:
    """Say where the same rule ended the training of variants of the same length at different epochs."""
    comparable = {
        each.variant
        for each in treatments
        if each.early_stopping is not None
        and (each.early_stopping, each.epochs) == (first.early_stopping, first.epochs)
    }
    epochs: dict[str, list[int]] = {}
    for outcome in outcomes:
        if outcome.is_finished and outcome.variant in comparable:
            epochs.setdefault(outcome.variant, []).append(outcome.epochs)
    means = {variant: statistics.fmean(values) for variant, values in epochs.items()}
    own = means.pop(first.variant, None)
    if own is None:
        return None
    apart = {variant: mean for variant, mean in means.items() if abs(mean - own) > LEAST_DIFFERENCE * own}
    if not apart:
        return None
    parts = [f"{variant} after {mean:.1f}" for variant, mean in apart.items()]
    sentence = (
        f"early stopping ended {first.variant} after {own:.1f} of {first.epochs} epochs on average, {_listed(parts)}: "
        "they were not trained as long"
    )
    return _warning("unequal early stopping", sentence, apart)


def _tuned_rate(treatments: Sequence[Treatment], first: Treatment) -> FairnessWarning | None:
    rates: dict[str, list[float]] = {}
    for each in treatments:
        rates.setdefault(each.beside_rate, []).append(each.learning_rate)
    tried = sorted(set(rates[first.beside_rate]))
    untuned = [each for each in treatments if len(set(rates[each.beside_rate])) == 1]
    if len(tried) < 2 or not untuned:
        return None
    names = [each.variant for each in untuned]
    own = sorted({each.learning_rate for each in untuned})
    sentence = (
        f"{first.variant} is tried at {len(tried)} learning rates ({', '.join(f'{rate:g}' for rate in tried)}), "
        f"{_listed(names)} at {'one' if len(own) > 1 else f'{own[0]:g}'} only: another rate may suit "
        f"{'it' if len(names) == 1 else 'them'} better"
    )
    return _warning("learning rate tuned for the baseline only", sentence, names)


def _order(treatments: Sequence[Treatment], first: Treatment) -> FairnessWarning | None:
    groups = _apart({each.variant: each.samples for each in treatments}, first.variant)
    if not groups:
        return None
    parts = [f"{samples} ({_listed(names)})" for samples, names in groups.items()]
    sentence = (
        f"not all variants see the same samples in the same order: {first.samples} ({first.variant}), "
        f"{_listed(parts)}; a seed no longer pairs them"
    )
    return _warning("unequal data order", sentence, _members(groups))


def _apart(values: Mapping[str, str], baseline: str) -> dict[str, list[str]]:
    """Return the variants whose value is not the baseline's, by value."""
    groups: dict[str, list[str]] = {}
    for variant, value in values.items():
        if value != values[baseline]:
            groups.setdefault(value, []).append(variant)
    return groups


def _members(groups: Mapping[str, Sequence[str]]) -> list[str]:
    return [variant for variants in groups.values() for variant in variants]


def _warning(kind: Unfairness, sentence: str, variants: Mapping[str, object] | Sequence[str]) -> FairnessWarning:
    return FairnessWarning(kind=kind, sentence=sentence, variants=tuple(variants))


def _listed(words: Sequence[str]) -> str:
    shown = list(words)
    if len(words) > MOST_NAMED + 1:
        shown = [*words[:MOST_NAMED], f"{len(words) - MOST_NAMED} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _numbered(noun: str, numbers: Sequence[int]) -> str:
    return f"{noun if len(numbers) == 1 else f'{noun}s'} {_listed([str(number) for number in numbers])}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"

"""The index pages: lists of answers, and whether they are stable over the runs of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ablation.analysis import EffectHistory, RunPoint, effect_histories, move_sentence, stability_sentence
from ablation.provenance import OriginChange, origin_changes, variant_changes
from ablation.records import RunManifest, UnpublishedRun
from ablation.report import theme
from ablation.report.indexes.stability_chart import draw_stability
from ablation.report.template import render

# Of a variant, the newest; and of what changed at each of them.
MOST_MOVES = 5
MOST_CHANGES = 12
NOTHING_CHANGED = "nothing that is recorded changed: not the spec, the seeds, the data, the code, nor versions"

Run = RunManifest | UnpublishedRun


@dataclass(frozen=True)
class StudyEntry:
    """A study in the index of the store.

    Attributes:
        study: Its name.
        newest: Its newest run, whatever became of it.
        answer: Its newest run that was published, of the spec as written where there is one.
        deviating: Its newest run that was published, where that differs from the spec and is not the answer.
        count: How many runs were published.
    """

    study: str
    newest: Run
    answer: RunManifest | None
    deviating: RunManifest | None
    count: int

    @property
    def verdicts(self) -> str:
        """How often the answer has each verdict, e.g. `2 inconclusive, 1 hurts`."""
        effects = self.answer.summary.effects if self.answer and self.answer.summary else ()
        counts = Counter(effect.verdict for effect in effects)
        return ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())


@dataclass(frozen=True)
class Move:
    """Where an effect moved, and what had changed."""

    sentence: str
    run_id: str
    changes: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class VariantPanel:
    """What the runs of a study say of one variant."""

    variant: str
    sentence: str
    chart: Markup
    moves: tuple[Move, ...]
    more: int


def render_study_index(
    study: str, manifests: Sequence[RunManifest], unpublished: Sequence[UnpublishedRun] = ()
) -> bytes:
    """Render a study's list of answers, newest first; the same bytes whatever the order of the manifests.

    Args:
        study: Its name.
        manifests: Of runs, of any study.
        unpublished: Runs that crashed or are under way; one that has a manifest is a published one.
    """
    everything: list[Run] = [*manifests, *unpublished]
    runs = _newest_first([run for run in everything if run.study == study])
    published = [run for run in runs if isinstance(run, RunManifest)]
    entry = _entry(study, runs) if runs else None
    as_written = _as_written(published)
    histories = effect_histories(as_written)
    baseline = histories[0].points[-1].summary.baseline if histories else ""
    colours = theme.colours_of([history.variant for history in histories], baseline)
    return render(
        "study_index.html.j2",
        title=study,
        study=study,
        runs=runs,
        answer=entry.answer if entry else None,
        deviating=entry.deviating if entry else None,
        left_out=len(published) - len(as_written),
        metric=histories[0].metric if histories else None,
        panels=[_panel(history, colours[history.variant]) for history in histories],
    )


def render_store_index(manifests: Sequence[RunManifest], unpublished: Sequence[UnpublishedRun] = ()) -> bytes:
    """Render the newest answer of every study, the most recent study first."""
    by_study: dict[str, list[Run]] = {}
    for run in _newest_first([*manifests, *unpublished]):
        by_study.setdefault(run.study, []).append(run)
    entries = [_entry(study, runs) for study, runs in by_study.items()]
    return render("store_index.html.j2", title="Studies", entries=entries)


def _entry(study: str, runs: Sequence[Run]) -> StudyEntry:
    published = [run for run in runs if isinstance(run, RunManifest)]
    answer = next(iter(_as_written(published)), None)
    deviating = published[0] if published and published[0] != answer else None
    return StudyEntry(study, runs[0], answer, deviating, len(published))


def _as_written(published: Sequence[RunManifest]) -> Sequence[RunManifest]:
    """Return the runs of the spec as written, or all where each of them differs from it."""
    return [run for run in published if not run.deviations] or published


def _newest_first(runs: Sequence[Run]) -> list[Run]:
    """Order by run id, which sorts by time and is unique; of a run that was published after all only that is left."""
    published = {(run.study, run.run_id) for run in runs if isinstance(run, RunManifest)}
    alone = {
        (run.study, run.run_id): run
        for run in sorted(runs, key=lambda run: run.status)
        if isinstance(run, RunManifest) or (run.study, run.run_id) not in published
    }
    return sorted(alone.values(), key=lambda run: (run.run_id, run.study), reverse=True)


def _panel(history: EffectHistory, colour: str) -> VariantPanel:
    sentence = stability_sentence(history)
    moves = history.moves
    return VariantPanel(
        history.variant,
        sentence.removeprefix(f"{history.variant}: "),
        Markup(draw_stability(history, colour, description=sentence)),
        tuple(_move(history.variant, *pair) for pair in moves[: -MOST_MOVES - 1 : -1]),
        max(0, len(moves) - MOST_MOVES),
    )


def _move(variant: str, before: RunPoint, after: RunPoint) -> Move:
    found: tuple[OriginChange, ...] = (
        *origin_changes(before.summary, after.summary),
        *variant_changes(before.summary, after.summary, variant),
    )
    lines = tuple(str(change).replace(" -> ", " → ") for change in found) or (NOTHING_CHANGED,)
    sentence = move_sentence(before, after).removeprefix(f"{after.run_id}: ")
    return Move(sentence, after.run_id, lines[:MOST_CHANGES], max(0, len(lines) - MOST_CHANGES))

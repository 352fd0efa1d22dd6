"""The trials of a study, mapped: fetch, normalize, build, extract, train, evaluate, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prefect import unmapped
from prefect.futures import PrefectFuture, as_completed

from ablation.pipeline import (
    BuildFailed,
    BuiltModel,
    PlannedTrial,
    PreflightFailed,
    RunContext,
    RunPlan,
    Workspace,
    are_stored,
    as_cached,
    as_twin,
    comparable_baseline,
    failed_outcome,
    find_features,
    find_waiting,
    has_waiting,
    lacking_formats,
    require_baseline,
    settle_findings,
    share_features,
    without_exports,
)
from ablation.processes import Slots, warm_up
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.spec import TrialSpec
from ablation.store import StoreError
from ablation.training import Finding, SharedFeatures, frozen_prefix, looked_at
from flows.artifacts import StudyProgress
from flows.passing import each_after, whole
from tasks.build import build
from tasks.deliver import deliver
from tasks.evaluate import evaluate
from tasks.export import export
from tasks.extract import extract
from tasks.fetch import fetch
from tasks.lookup import lookup
from tasks.normalize import normalize
from tasks.publish import publish, publish_again
from tasks.train import TrialFailed, train

Future = PrefectFuture[Any]


def settle_trials(
    plan: RunPlan, run: RunContext, open_places: Callable[[], Slots], workspace: Workspace
) -> tuple[tuple[TrialOutcome, ...], tuple[Finding, ...]]:
    """Settle every trial of a plan: reused, mapped over workers now, or equal to another one of the plan.

    Args:
        plan: Its trials.
        run: What every step must know.
        open_places: Gives the places that trials train in; asked only if something is left to train.
        workspace: Is told how each trial ended.

    Returns:
        How every trial ended, in the order of the plan, and what the pre-flight found.

    Raises:
        DataError: A dataset cannot be had, or does not fit.
        PreflightFailed: The baseline cannot be built or cannot learn.
        ResourcesMissing: This machine has not what a trial needs.
    """
    finished = _find_finished(plan, run)
    outcomes: dict[PlannedTrial, TrialOutcome] = {}
    for planned in plan.trials:
        if planned.fingerprint in finished:
            outcomes[planned] = as_cached(planned, finished[planned.fingerprint])
            workspace.write_outcome(outcomes[planned])
    progress = StudyProgress(done=len(outcomes), total=len(plan.trials))
    pending = {planned.fingerprint: planned for planned in reversed(plan.trials) if planned not in outcomes}
    lacking = {fingerprint: found for fingerprint, found in finished.items() if lacking_formats(found, run.formats)}
    findings: tuple[Finding, ...] = ()
    if pending or lacking:  # else nothing is asked of this machine
        slots = open_places()
        exported = _export_finished(plan, lacking, run, slots)
        for each in _lost(plan, exported, outcomes, run):
            del outcomes[each]
            pending.setdefault(each.fingerprint, each)
            progress.withdraw()
        outcomes |= {
            each: as_cached(each, exported[each.fingerprint]) for each in outcomes if each.fingerprint in exported
        }
        for outcome in outcomes.values():
            slots.note_peak(outcome.variant, outcome.peak_rss_bytes)
        mapped, findings = _map_trials(plan, list(reversed(pending.values())), run, slots, progress)
        outcomes.update(mapped)
    by_fingerprint = {planned.fingerprint: outcome for planned, outcome in outcomes.items()}
    for planned in plan.trials:
        if planned not in outcomes:
            outcomes[planned] = as_twin(planned, by_fingerprint[planned.fingerprint])
            workspace.write_outcome(outcomes[planned])
            progress.advance()
    return tuple(outcomes[planned] for planned in plan.trials), findings


def _find_finished(plan: RunPlan, run: RunContext) -> dict[str, TrialOutcome]:
    """Return the trials that were finished before; what waits on this machine is published first.

    Raises:
        RunWaits: The store went away.
    """
    if not run.is_offline and has_waiting(run):
        deliver((), run)
    if run.is_fresh:
        return {}
    return find_waiting(plan, run) if run.is_offline else lookup(whole(plan), run.store)


def _map_trials(
    plan: RunPlan, pending: list[PlannedTrial], run: RunContext, slots: Slots, progress: StudyProgress
) -> tuple[dict[PlannedTrial, TrialOutcome], tuple[Finding, ...]]:
    if not pending:
        return {}, ()
    warm_up()
    prepared = _prepare(pending, run)
    models = _build(plan, pending, prepared, run, slots)
    trained_variants = {planned.trial.variant for planned in pending}
    if run.has_preflight and plan.baseline in trained_variants:
        _require_baseline(plan, models[plan.baseline], slots)
    built = [models[planned.trial.variant] for planned in pending]
    extracted = _extract(pending, prepared, built, run, slots)
    begun = list(zip(built, extracted, strict=True))
    passed = [whole(planned) for planned in pending]
    trained = train.map(passed, prepared, begun, unmapped(run), unmapped(slots))
    evaluated = evaluate.map(each_after(trained), passed, prepared, unmapped(run))
    exported: list[Future] = evaluated
    if run.formats:
        exported = export.map(each_after(evaluated), passed, prepared, unmapped(run), unmapped(slots))
    published = publish.map(each_after(exported), passed, unmapped(run))
    for _ in as_completed(list(published)):
        progress.advance()
    stages = zip(built, extracted, trained, evaluated, exported, published, strict=True)
    workspace = Workspace(Settings(), run.run_id)
    outcomes = {
        planned: _settle(planned, workspace, *futures) for planned, futures in zip(pending, stages, strict=True)
    }
    ended = {variant: future.result(raise_on_failure=False) for variant, future in models.items()}
    models_seen = [model.of(variant) for variant, model in ended.items() if isinstance(model, BuiltModel)]
    return outcomes, settle_findings(plan, models_seen, trained_variants)


def _export_finished(
    plan: RunPlan, lacking: dict[str, TrialOutcome], run: RunContext, slots: Slots
) -> dict[str, TrialOutcome]:
    """Export the models of trials that were finished before in the formats that they lack; nothing is trained.

    Returns:
        Their outcomes by fingerprint, with the formats that were made.
    """
    first = {each.fingerprint: each for each in reversed(plan.trials) if each.fingerprint in lacking}
    if not first:
        return {}
    warm_up()
    trials = list(first.values())
    passed, found = [whole(each) for each in trials], [lacking[fingerprint] for fingerprint in first]
    prepared = _prepare(trials, run)
    exported = export.map([(each,) for each in found], passed, prepared, unmapped(run), unmapped(slots))
    published = publish_again.map(each_after(exported), passed, [whole(each) for each in found], unmapped(run))
    stages = zip(first, exported, published, strict=True)
    return {fingerprint: _settle_exports(lacking[fingerprint], run, *futures) for fingerprint, *futures in stages}


def _lost(
    plan: RunPlan, exported: dict[str, TrialOutcome], finished: Iterable[PlannedTrial], run: RunContext
) -> list[PlannedTrial]:
    """Return the finished trials whose files proved to be damaged when they were to be exported: they train again."""
    failed = {name for name, outcome in exported.items() if any(export.error for export in outcome.exports)}
    try:
        lost = failed - lookup(whole(plan), run.store).keys() if failed else set()
    except StoreError:  # it is away: the end of the run waits for it, as for every other
        return []
    return [planned for planned in finished if planned.fingerprint in lost]


def _settle_exports(found: TrialOutcome, run: RunContext, *stages: Future) -> TrialOutcome:
    """Return a finished trial with its new formats; where its first failed stage left none, with what that says."""
    for stage in stages:
        stage.wait()
        if not stage.state.is_completed():
            return without_exports(found, run.formats, str(stage.result(raise_on_failure=False)))
    outcome: TrialOutcome = stages[-1].result()
    return outcome


def _prepare(pending: list[PlannedTrial], run: RunContext) -> list[Future]:
    """Fetch each dataset once and normalise each (data section, seed) once; return one future per trial."""
    fetch.map(list(dict.fromkeys(planned.dataset for planned in pending)), unmapped(run)).result()
    splits = [(planned.trial.spec.data, planned.dataset, planned.trial.seed) for planned in pending]
    distinct = list(dict.fromkeys(splits))
    data, datasets, seeds = zip(*distinct, strict=True)
    futures = normalize.map(list(map(whole, data)), list(map(whole, datasets)), list(seeds), unmapped(run.store))
    futures.result()
    by_split = dict(zip(distinct, futures, strict=True))
    return [by_split[split] for split in splits]


def _build(
    plan: RunPlan, pending: list[PlannedTrial], prepared: list[Future], run: RunContext, slots: Slots
) -> dict[str, Future]:
    """Build each model once, look at it, and return one future per variant; the pre-flight cannot tell some apart.

    A baseline that was trained before is built once more where a variant's first steps can be compared with its own.
    """
    first: dict[str, tuple[PlannedTrial, Future]] = {}
    for planned, data in zip(pending, prepared, strict=True):
        first.setdefault(planned.trial.variant, (planned, data))
    if run.has_preflight and plan.baseline not in first:
        beside = ((comparable_baseline(plan, planned), data) for planned, data in first.values())
        if baseline := next(((trial, data) for trial, data in beside if trial), None):
            first[plan.baseline] = baseline
    models = {variant: (looked_at(planned.trial), planned.trial.seed) for variant, (planned, _) in first.items()}
    distinct: dict[tuple[TrialSpec, int], tuple[PlannedTrial, Future]] = {}
    for variant, model in models.items():
        distinct.setdefault(model, first[variant])
    trials, arrays = zip(*distinct.values(), strict=True)
    futures = build.map(list(map(whole, trials)), list(arrays), unmapped(run), unmapped(slots))
    by_model = dict(zip(distinct, futures, strict=True))
    return {variant: by_model[model] for variant, model in models.items()}


def _require_baseline(plan: RunPlan, future: Future, slots: Slots) -> None:
    """Wait for the baseline's model, and end the run before it trains anything if that model cannot be built or learn.

    Raises:
        PreflightFailed: It cannot.
    """
    built = future.result(raise_on_failure=False)
    try:
        if isinstance(built, BuiltModel):
            require_baseline(plan, built.of(plan.baseline))
        elif isinstance(built, BuildFailed) and not slots.is_cancelled():
            raise PreflightFailed(f"{plan.study}: the baseline's model cannot be built.\n  {built}")
    except PreflightFailed:
        slots.cancel()
        raise


def _extract(
    pending: list[PlannedTrial], prepared: list[Future], built: list[Future], run: RunContext, slots: Slots
) -> list[Future | None]:
    """Run frozen layers over all samples once, one set after the other on all cores; return a future per trial.

    None stands for a trial without such layers, or whose features are stored already.
    """
    found = [
        _find_features(planned, data, model) for planned, data, model in zip(pending, prepared, built, strict=True)
    ]
    futures: dict[str, Future] = {}
    for features in share_features(found):
        if not are_stored(features, Settings()):
            future = futures[features.refs[0].core] = extract.submit(features, run, slots)
            future.wait()
    return [None if features is None else futures.get(features.refs[0].core) for features in found]


def _find_features(planned: PlannedTrial, prepared: Future, built: Future) -> SharedFeatures | None:
    """Return which features a trial trains on, if any; only such a trial's model is waited for."""
    if frozen_prefix(planned.trial.spec) is None:
        return None
    built.wait()
    return find_features(planned.trial, prepared.result()) if built.state.is_completed() else None


def _settle(planned: PlannedTrial, workspace: Workspace, *stages: Future | None) -> TrialOutcome:
    """Return how a trial ended: what its last stage gave, or what its first failed stage says."""
    present = [stage for stage in stages if stage is not None]
    for stage in present:
        stage.wait()
        if stage.state.is_completed():
            continue
        error = stage.result(raise_on_failure=False)
        if isinstance(error, TrialFailed):
            return error.outcome
        failed = failed_outcome(planned, str(error))
        workspace.write_outcome(failed)
        return failed
    outcome: TrialOutcome = present[-1].result()
    return outcome

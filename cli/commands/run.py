"""`ablate run`: train, compare and publish a study."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.failures import Exit, print_note, print_warning, reported
from cli.options import AsJson, Only, Overrides, Spec

if TYPE_CHECKING:
    from ablation.pipeline import RunResult
    from ablation.spec import Study


class TooManyTrials(Exception):
    """A study of more trials than its spec lets run without being asked again."""


def run_study(
    spec: Spec,
    overrides: Overrides = None,
    only: Only = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Trials at the same time.", show_default=False)] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End all trials when one fails.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Train again what is finished already.")] = False,
    skip_preflight: Annotated[
        bool, typer.Option("--skip-preflight", help="Do not look at the models before they are trained.")
    ] = False,
    offline_ok: Annotated[
        bool, typer.Option("--offline-ok", help="Train although the store is away; `ablate publish` publishes later.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run more trials than `runtime.max_trials`.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train, compare and publish a study. Finished trials are reused, so running again goes on where it stopped.

    Example: ablate run specs/quickstart.yaml --set training.epochs=5 --only l2
    """
    with reported(as_json=as_json):
        study = _load(spec, overrides, only, yes)
        parameters = {
            "spec": str(spec),
            "overrides": tuple(overrides or ()),
            "only": tuple(only or ()),
            "workers": workers,
            "fail_fast": fail_fast,
            "use_cache": not no_cache,
            "has_preflight": not skip_preflight,
        }
        result = _run(study, parameters, offline_ok)
    if as_json:
        from cli.display.json_result import result_json

        typer.echo(result_json(result))
    else:
        from cli.display.tables import print_result

        print_result(result)
    if any(not trial.is_finished or any(export.error for export in trial.exports) for trial in result.trials):
        raise typer.Exit(Exit.TRIAL_FAILED)
    statuses = {gate.status for gate in result.gates}
    if "failed" in statuses:
        raise typer.Exit(Exit.GATE_FAILED)
    if "inconclusive" in statuses:
        raise typer.Exit(Exit.GATE_INCONCLUSIVE)


def _load(spec: Spec, overrides: Overrides, only: Only, yes: bool) -> Study:
    """Read the study, say what its checks warn of, and refuse one that is larger than its spec allows."""
    from ablation.settings import Settings
    from ablation.spec import load_study

    Settings().require_cache()
    study = load_study(spec, overrides=tuple(overrides or ()), only=tuple(only or ()))
    trials, most = study.most_trials, study.spec.runtime.max_trials
    if trials > most and not yes:
        seeds = f"{trials // len(study.variants):,} seeds"
        raise TooManyTrials(
            f"{spec}: {len(study.variants):,} variants x {seeds} are {trials:,} trials, "
            f"more than runtime.max_trials, {most:,}.\n"
            "  Look at `ablate plan`; then run with --yes, raise runtime.max_trials, or take fewer with --only."
        )
    for warning in study.warnings:
        print_warning(str(warning))
    return study


def _run(study: Study, parameters: dict[str, Any], offline_ok: bool) -> RunResult:
    from ablation.processes import warm_up
    from cli.interruption import ending_on_signals

    with ending_on_signals():
        try:
            warm_up()  # Keras is imported for the trials while all the rest is imported here
            from ablation.pipeline import new_run_id, require_formats
            from ablation.settings import Settings
            from cli.display.progress import showing_progress
            from flows.local import run_study as run_flow

            require_formats(study.spec.publish.formats)
            settings, run_id = Settings(), new_run_id(datetime.now(UTC))
            parameters["is_offline"] = _look_ahead(study, run_id, parameters["use_cache"], offline_ok)
            with showing_progress(settings, run_id, total=len(study.trials)):
                return run_flow(settings.cache_dir, run_id=run_id, **parameters)
        except (KeyboardInterrupt, SystemExit):
            print_note("Interrupted. Finished trials are kept; the same command goes on from there.")
            sys.exit(Exit.INTERRUPTED)


def _look_ahead(study: Study, run_id: str, use_cache: bool, offline_ok: bool) -> bool:
    """Know before anything trains what this run lacks; return whether it is its store, and it goes on without it."""
    from ablation.pipeline import has_new_trials, open_slots, outbox_of, plan_run
    from ablation.processes import cool_down
    from ablation.settings import Settings
    from ablation.store import StoreUnreachable, open_store

    settings = Settings()
    try:
        with open_store(settings) as store:
            if waiting := len(outbox_of(store, settings).trials()):
                print_note(f"Finished trials that wait on this machine for the store are published first: {waiting}.")
            if not use_cache or has_new_trials(plan_run(study, run_id), store):
                open_slots(study.spec.runtime, workers=1)
            else:
                cool_down()  # there is nothing to train
    except StoreUnreachable as error:
        if settings.store is None:  # the embedded one, which no other command reaches either
            raise
        if not offline_ok:
            raise StoreUnreachable(f"{error}\n  Nothing was trained; with --offline-ok trials wait for it.") from error
        print_warning(f"{error}\n  Trials train all the same (--offline-ok), and wait on this machine for it.")
        open_slots(study.spec.runtime, workers=1)
        return True
    return False

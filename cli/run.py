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
        result = _run(study, parameters)
    if as_json:
        from cli.json_result import result_json

        typer.echo(result_json(result))
    else:
        from cli.tables import print_result

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
    trials, most = len(study.variants) * len(study.seeds), study.spec.runtime.max_trials
    if trials > most and not yes:
        raise TooManyTrials(
            f"{spec}: {len(study.variants):,} variants x {len(study.seeds):,} seeds are {trials:,} trials, "
            f"more than runtime.max_trials, {most:,}.\n"
            "  Look at `ablate plan`; then run with --yes, raise runtime.max_trials, or take fewer with --only."
        )
    for warning in study.warnings:
        print_warning(str(warning))
    return study


def _run(study: Study, parameters: dict[str, Any]) -> RunResult:
    from ablation.processes import cool_down, warm_up
    from cli.interruption import ending_on_signals

    with ending_on_signals():
        try:
            warm_up()  # Keras is imported for the trials while all the rest is imported here
            from ablation.pipeline import has_new_trials, new_run_id, open_slots, plan_run, require_formats
            from ablation.settings import Settings
            from ablation.store import open_store
            from cli.progress import showing_progress
            from flows.local import run_study as run_flow

            require_formats(study.spec.publish.formats)
            settings, run_id = Settings(), new_run_id(datetime.now(UTC))
            with open_store(settings) as store:  # one that cannot be reached is known before anything trains
                if not parameters["use_cache"] or has_new_trials(plan_run(study, run_id), store):
                    open_slots(study.spec.runtime, workers=1)  # so is what this machine lacks
                else:
                    cool_down()  # there is nothing to train
            with showing_progress(settings, run_id, total=len(study.trials)):
                return run_flow(settings.cache_dir, run_id=run_id, **parameters)
        except (KeyboardInterrupt, SystemExit):
            print_note("Interrupted. Finished trials are kept; the same command goes on from there.")
            sys.exit(Exit.INTERRUPTED)

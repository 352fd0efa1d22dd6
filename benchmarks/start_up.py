"""How long a person waits: for `ablate validate`, and after `ablate run` until the first trial's process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from ablation.spec import load_study
from benchmarks.arrays import prepare_study
from benchmarks.bench import ROOT, SERVER, Bench, CommandFailed
from benchmarks.figures import StartUp

SPEC = ROOT / "specs" / "quickstart.yaml"
VALIDATIONS = 10
POLL_S = 0.01
PATIENCE_S = 120.0
FIRST_TRIAL = "runs/*/variants/*/*/log.txt"


def measure_start_up(bench: Bench, repeats: int) -> StartUp:
    """Measure with the shipped quickstart study, whose data is prepared."""
    prepare_study(load_study(SPEC), bench)
    without_server = {name: value for name, value in bench.environment.items() if name != SERVER}
    return StartUp(
        validate_s=tuple(_validate_s(bench) for _ in range(VALIDATIONS)),
        trial_s=tuple(_trial_s(bench, bench.environment) for _ in range(repeats)),
        trial_without_server_s=tuple(_trial_s(bench, without_server) for _ in range(repeats)),
    )


def _validate_s(bench: Bench) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "cli", "validate", str(SPEC)]
    subprocess.run(command, check=True, env=bench.environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _trial_s(bench: Bench, environment: dict[str, str]) -> float:
    """Return the seconds to the first trial's process, which opens its log first of all; then end the run."""
    place = bench.new_place()
    command = [sys.executable, "-m", "cli", "run", str(SPEC), "--json"]
    started = time.perf_counter()
    with (place / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)
    try:
        return _wait_for_trial(bench.settings.cache_dir, process) - started
    finally:
        process.terminate()
        process.wait()


def _wait_for_trial(cache_dir: Path, process: subprocess.Popen[bytes]) -> float:
    deadline = time.perf_counter() + PATIENCE_S
    while not any(cache_dir.glob(FIRST_TRIAL)):
        if process.poll() is not None or time.perf_counter() > deadline:
            raise CommandFailed(f"{SPEC.name}: no trial began within {PATIENCE_S:g} s")
        time.sleep(POLL_S)
    return time.perf_counter()

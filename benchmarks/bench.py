"""What everything is measured on: a Prefect server, a warm cache of data, and an empty store for every run."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ablation.settings import Settings
from benchmarks.figures import Measured
from flows.server import TemporaryServer, configure_prefect

ROOT = Path(__file__).parents[1]
SERVER = "PREFECT_API_URL"
# What trials leave in the cache; datasets and prepared samples stay.
_OF_TRIALS = ("features", "checkpoints", "runs")


class CommandFailed(Exception):
    """A measured command did not end as it should."""


@dataclass
class Bench:
    """A folder, and the environment that commands run in."""

    folder: Path
    environment: dict[str, str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def settings(self) -> Settings:
        """Settings with the bench's cache."""
        return Settings(cache_dir=self.folder / "cache")

    def new_place(self) -> Path:
        """Return an empty working directory, so an empty store, and forget what trials left in the cache."""
        for name in _OF_TRIALS:
            shutil.rmtree(self.settings.cache_dir / name, ignore_errors=True)
        place = self.folder / f"place-{next(self._numbers)}"
        place.mkdir()
        return place

    def measure(self, place: Path, *command: str) -> tuple[Measured, Any]:
        """Run `python -m COMMAND...`; return what it took and the JSON that it printed.

        Args:
            place: Its working directory.
            command: Module and arguments.

        Raises:
            CommandFailed: It ended with an exit code other than 0.
        """
        out = place / "measured.json"
        stopwatch = [sys.executable, "-m", "benchmarks.stopwatch", str(out), sys.executable, "-m", *command]
        ended = subprocess.run(stopwatch, cwd=place, env=self.environment, capture_output=True, text=True)
        if ended.returncode != 0:
            said = f"{ended.stderr[-2000:]}{_errors(ended.stdout)}"
            raise CommandFailed(f"{' '.join(command)}: exit code {ended.returncode}\n{said}")
        return Measured.model_validate_json(out.read_bytes()), json.loads(ended.stdout)

    def run_study(self, place: Path, spec: Path, overrides: tuple[str, ...] = ()) -> tuple[Measured, Any]:
        """Run `ablate run SPEC --json`; return what it took and its JSON."""
        changed = [argument for override in overrides for argument in ("--set", override)]
        return self.measure(place, "cli", "run", str(spec), "--json", *changed)


def _errors(stdout: str) -> str:
    """Return why trials have no result, where a run printed its JSON before it ended."""
    try:
        trials = json.loads(stdout)["trials"]
    except (ValueError, KeyError):
        return ""
    return "\n".join(f"{each['variant']} seed {each['seed']}: {each['error']}" for each in trials if each["error"])


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Start a Prefect server for the length of the block, in a folder that is removed after it."""
    with tempfile.TemporaryDirectory(prefix="ablation-bench-") as name:
        folder = Path(name)
        configure_prefect()
        os.environ["PREFECT_HOME"] = str(folder / "prefect")  # neither the user's profile nor the user's history
        server = TemporaryServer(folder / "prefect")
        try:
            yield Bench(folder, _environment(folder, server.wait_until_ready()))
        finally:
            server.stop()


def _environment(folder: Path, api_url: str) -> dict[str, str]:
    """Return this process's environment without a store of the user's, with the bench's cache and server.

    Bytecode is kept, as Python does where nobody forbids it: the first command compiles for all others.
    """
    foreign = ("ABLATION_", "AWS_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    datasets = os.environ.get("ABLATION_DATASETS")
    mirror = {"ABLATION_DATASETS": datasets} if datasets else {}
    return kept | mirror | {"ABLATION_CACHE_DIR": str(folder / "cache"), SERVER: api_url, "PYTHONPATH": str(ROOT)}

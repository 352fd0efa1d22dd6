"""What all tests share: a Prefect server for the whole session, and a working directory with a small study."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

from ablation.settings import Settings
from ablation.store import Store, open_store
from flows.server import TemporaryServer, configure_prefect

ROOT = Path(__file__).parent.parent
DEADLINE_S = 60.0

TINY = """\
study: tiny
question: Does anything happen at all?
data:
  dataset: digits
  subset: {train: 120, test: 60}
  validation: {fraction: 0.25}
  normalize: [{kind: rescale, scale: 0.0625}]
model:
  layers:
    - {kind: flatten, name: flat}
    - {kind: dense, name: hidden, units: 8, activation: relu}
    - {kind: batch_normalization, name: norm, enabled: false}
    - {kind: dense, name: output, units: 10}
training:
  optimizer: {kind: sgd, learning_rate: 0.1}
  epochs: 2
  batch_size: 30
seeds: [0, 1]
variants:
  baseline: {}
  l2: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}
"""


def pytest_collection_finish() -> None:
    """Keep what was imported from being searched for garbage while the tests run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def prefect_api_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server on a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    configure_prefect()
    previous = os.environ.get("PREFECT_HOME")
    os.environ["PREFECT_HOME"] = str(home)
    server = TemporaryServer(home)
    try:
        yield server.wait_until_ready()
    finally:
        server.stop()
        if previous is None:
            del os.environ["PREFECT_HOME"]
        else:
            os.environ["PREFECT_HOME"] = previous


@dataclass(frozen=True)
class Project:
    """A working directory in which `ablate` is run as a user runs it: as a command."""

    directory: Path
    environment: dict[str, str]

    def write(self, text: str = TINY, name: str = "study.yaml") -> str:
        (self.directory / name).write_text(text, encoding="utf-8")
        return name

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*ablate(), *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=DEADLINE_S * 4)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this process: the same code without the seconds a new interpreter takes to import it."""
        from typer.testing import CliRunner

        from cli.app import app

        changed = {name: self.environment.get(name) for name in {*self.environment, *os.environ}}
        with contextlib.chdir(self.directory):
            result = CliRunner().invoke(app, list(arguments), env=changed, prog_name="ablate")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)

    def call_json(self, *arguments: str) -> tuple[int, Any]:
        completed = self.call(*arguments, "--json")
        assert completed.stdout, completed.stderr
        return completed.returncode, json.loads(completed.stdout)

    def run_json(self, *arguments: str) -> tuple[int, Any]:
        completed = self.run(*arguments, "--json")
        assert completed.stdout, completed.stderr
        return completed.returncode, json.loads(completed.stdout)

    def published(self, run_id: str, study: str = "tiny") -> Path:
        return self.directory / "artifacts" / "studies" / study / run_id


def ablate() -> list[str]:
    """Return the command, measured when the tests are: it alone, not the servers and trials it starts."""
    if coverage.Coverage.current() is None:
        return [sys.executable, "-m", "cli"]
    return [sys.executable, "-m", "coverage", "run", f"--rcfile={ROOT / 'pyproject.toml'}", "-m", "cli"]


def new_project(directory: Path, prefect_api_url: str) -> Project:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ABLATION_", "AWS_"))}
    environment |= {
        "PREFECT_API_URL": prefect_api_url,
        "PYTHONPATH": str(ROOT),
        "COVERAGE_FILE": str(ROOT / ".coverage"),
        "COLUMNS": "160",
    }
    return Project(directory, environment)


@pytest.fixture
def project(tmp_path: Path, prefect_api_url: str) -> Project:
    """An empty working directory."""
    return new_project(tmp_path, prefect_api_url)


@dataclass(frozen=True)
class FinishedRun:
    """A working directory in which the tiny study was run, and what the command printed."""

    project: Project
    completed: subprocess.CompletedProcess[str]

    @property
    def run_id(self) -> str:
        return min(path.parent.name for path in self.project.published("").glob("*/manifest.json"))

    @property
    def folder(self) -> Path:
        return self.project.published(self.run_id)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, prefect_api_url: str) -> FinishedRun:
    """The tiny study, run once for every test that only reads."""
    project = new_project(tmp_path_factory.mktemp("finished"), prefect_api_url)
    return FinishedRun(project, project.run("run", project.write()))


@contextlib.contextmanager
def embedded_store(directory: Path) -> Iterator[Store]:
    """Open an embedded store, a real S3 server, in a folder."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        with open_store(Settings(store=None)) as opened:
            yield opened
    finally:
        os.chdir(before)


def rarely(cases: Iterable[str], *, but: Sequence[str]) -> list[Any]:
    """Return cases of a parametrised test, all slow ones but a few."""
    return [case if case in but else pytest.param(case, marks=pytest.mark.slow) for case in cases]


def some(cases: Mapping[str, Any], often: int) -> list[Any]:
    """Return the values of a table as cases of a parametrised test, all slow ones but the first few."""
    values = [value if isinstance(value, tuple) else (value,) for value in cases.values()]
    return [pytest.param(*value, marks=[] if place < often else pytest.mark.slow) for place, value in enumerate(values)]


def wait_for(condition: Callable[[], Any], what: str, *, within_s: float = DEADLINE_S) -> Any:
    """Return the first true value of `condition`; fail when there is none before the deadline."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {within_s:g} s for {what}"
        time.sleep(0.02)
    return value

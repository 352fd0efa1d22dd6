"""What a run publishes of where it was made: all that can matter, and nothing of who and where."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ablation.records import Provenance
from ablation.store import TrialManifest
from tests.conftest import ROOT, FinishedRun, Project, new_project

pytestmark = pytest.mark.xdist_group("prefect")

SECRETS = {
    "AWS_SESSION_TOKEN": "zq-session-token",
    "DATABASE_URL": "postgres://zq-user:zq-password@zq-host/zq-database",
    "GITHUB_TOKEN": "zq-github-token",
    "HTTPS_PROXY_PASSWORD": "zq-proxy-password",
    "MY_API_KEY": "zq-api-key",
    "ABLATION_UNKNOWN": "zq-unknown-setting",
    "USER": "zq-user",
    "LOGNAME": "zq-user",
}
# Folders whose names tell something, and a change in the checkout that does.
TELLING = ("zq-", "zqhome", "zqcheckout", "zqwork", "zqdiff", "zquntracked")

# What libraries do: they say where everything is, and fail over it.
TALKATIVE = """

_quiet = train


def train(job_json, directory):
    import getpass
    import sys

    print(f"{getpass.getuser()} reads {Path.home()}/.keras/keras.json, {sys.prefix}/lib and {directory}", flush=True)
    if '"variant":"l2"' in job_json:
        (Path.home() / "lost" / "keras.json").read_bytes()
    _quiet(job_json, directory)
"""

OWN = """\
study: tiny
data:
  dataset:
    uri: HOME/wine.csv
    sha256: DIGEST
    format: {kind: csv, targets: [quality]}
    holdout: {test_fraction: 0.25}
model: {layers: [{kind: dense, name: output, units: 1}]}
training: {optimizer: {kind: sgd, learning_rate: 0.01}, epochs: 1, loss: {kind: mean_squared_error}, metrics: [mae]}
seeds: [0]
variants:
  baseline: {}
  l2: {set: {model.layers.output.kernel_regularizer: {kind: l2, factor: 0.01}}}
"""


def test_trial_and_run_say_where_they_come_from(finished_run: FinishedRun) -> None:
    run = Provenance.model_validate_json((finished_run.folder / "provenance.json").read_bytes())
    paths = sorted((finished_run.project.directory / "artifacts/trials").glob("*/attempt-1/manifest.json"))
    manifests = [TrialManifest.model_validate_json(path.read_bytes()) for path in paths]
    origins = [manifest.provenance for manifest in manifests if isinstance(manifest.provenance, Provenance)]
    assert len(origins) == 4
    assert (run.seeds, sorted(origin.seeds for origin in origins)) == ((0, 1), [(0,), (0,), (1,), (1,)])
    assert run.datasets.keys() == {"digits"}
    assert {origin.flow_run_id for origin in origins} == {run.flow_run_id} != {None}
    assert len({origin.task_run_id for origin in origins} - {None}) == 4
    assert {each.kind for origin in origins for each in origin.accelerators} == {"cpu"}
    for origin in origins:
        assert (origin.datasets, origin.libraries, origin.checkout) == (run.datasets, run.libraries, run.checkout)
        assert run.started_at < origin.started_at < origin.ended_at < run.ended_at


def _published(artifacts: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of every object, and of what is in its archives."""
    for path in (path for path in artifacts.rglob("*") if path.is_file()):
        name, content = path.relative_to(artifacts).as_posix(), path.read_bytes()
        yield name, name.encode() + content
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.namelist():
                    yield f"{name}/{member}", member.encode() + archive.read(member)


def _poisoned(tmp_path: Path, prefect_api_url: str) -> Project:
    """A checkout in a telling folder, with a telling change, run from a telling folder by a telling user."""
    checkout = tmp_path / "zqcheckout"
    checkout.mkdir()
    for name in ("ablation", "tasks", "flows", "cli", "requirements"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-C", str(checkout), "-c", "user.name=zq-user", "-c", "user.email=zq-user@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "zq-message"]):
        subprocess.run([*git, *arguments], check=True)
    with (checkout / "cli" / "__init__.py").open("a") as source:
        source.write("# zqdiff\n")
    (checkout / "zquntracked.py").write_text("secret = 'zqdiff'\n")
    for name in ("zqhome", "zqwork"):
        (tmp_path / name).mkdir()
    project = new_project(tmp_path / "zqwork", prefect_api_url)
    project.environment.update(SECRETS, HOME=str(tmp_path / "zqhome"), PYTHONPATH=str(checkout))
    return project


@pytest.mark.slow
def test_nothing_of_user_folders_secrets_or_changes_is_published(tmp_path: Path, prefect_api_url: str) -> None:
    project = _poisoned(tmp_path, prefect_api_url)
    options = ["--set", "seeds=[0]", "--set", "publish.formats=[saved_model, tflite]"]
    done = project.run("run", project.write(), *options)
    assert done.returncode == 0, done.stderr
    artifacts = project.directory / "artifacts"
    origins = [json.loads(path.read_bytes()) for path in artifacts.glob("studies/tiny/*/provenance.json")]
    assert [origin["checkout"]["is_dirty"] for origin in origins] == [True]
    words = [word.encode() for word in (*TELLING, *SECRETS.values(), socket.gethostname(), str(ROOT))]
    published = list(_published(artifacts))
    assert len(published) > 30
    assert [(name, word) for name, content in published for word in words if word in content] == []


@pytest.mark.slow
def test_nothing_that_a_library_says_or_a_person_types_of_folders_is_published(
    tmp_path: Path, prefect_api_url: str
) -> None:
    project = _poisoned(tmp_path, prefect_api_url)
    with (tmp_path / "zqcheckout" / "ablation" / "training" / "trial.py").open("a") as source:
        source.write(TALKATIVE)
    home = tmp_path / "zqhome"
    rows = "".join(f"{place / 40},{place % 7}\n" for place in range(40))
    (home / "wine.csv").write_text(f"sugar,quality\n{rows}")
    digest = hashlib.sha256((home / "wine.csv").read_bytes()).hexdigest()
    spec = project.write(OWN.replace("HOME", str(home)).replace("DIGEST", digest))
    code, run = project.run_json("run", spec, "--set", f"data.dataset.uri=file://{home}/wine.csv", "--skip-preflight")
    assert (code, [trial["status"] for trial in run["trials"]]) == (1, ["trained", "failed"]), run
    assert run["trials"][1]["error"] == (
        "FileNotFoundError: [Errno 2] No such file or directory: '<home>/lost/keras.json'"
    )
    folder = project.published(run["run_id"])
    assert "<user> reads <home>/.keras/keras.json, <python>/lib and <cache>/runs/" in (
        (folder / "variants/baseline/seed-0/log.txt").read_text()
    )
    assert 'File "<program>/ablation/training/trial.py"' in (folder / "variants/l2/seed-0/log.txt").read_text()
    assert "uri: <home>/wine.csv" in (folder / "spec.yaml").read_text()
    plan = json.loads((folder / "plan.json").read_bytes())
    assert plan["command"] == "ablate run study.yaml --set 'data.dataset.uri=<home>/wine.csv'"
    words = [word.encode() for word in (*TELLING, *SECRETS.values(), str(tmp_path), str(ROOT), sys.prefix)]
    published = list(_published(project.directory / "artifacts"))
    assert [(name, word) for name, content in published for word in words if word in content] == []

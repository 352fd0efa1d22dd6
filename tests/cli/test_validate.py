"""`ablate validate` and `ablate schema`: what they print and how they end."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import pytest
import yaml

from tests.conftest import ROOT, TINY, Project, ablate

# Two variants that are equal: something to know, and no error.
TWIN = "  twin: {set: {model.layers.hidden.kernel_regularizer: {kind: l2, factor: 0.01}}}\n"
HEAVY = {"keras", "tensorflow", "jax", "prefect", "boto3", "numpy", "rich", "scipy", "jinja2"}


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    from tests.conftest import new_project

    return new_project(tmp_path_factory.mktemp("validate"), "")


def test_validate_with_warnings_only_prints_them_and_ends_well(project: Project) -> None:
    completed = project.call("validate", project.write(TINY + TWIN))
    assert completed.returncode == 0
    assert "study.yaml: 3 variants x 2 seeds, valid, 1 warning" in completed.stdout
    assert "study.yaml:22: variants.twin: warning: is equal to l2" in completed.stderr


def test_validate_as_json_has_problems_and_warnings_by_file(project: Project) -> None:
    project.write(TINY + TWIN, "warned.yaml")
    project.write(TINY.replace("epochs: 2", "epochs: 0"), "wrong.yaml")
    code, document = project.call_json("validate", "warned.yaml", "wrong.yaml")
    assert code == 2
    assert document["valid"] is False
    assert document["problems"]["warned.yaml"] == []
    assert document["warnings"]["warned.yaml"][0].startswith("warned.yaml:22: variants.twin: warning: is equal to l2")
    assert document["problems"]["wrong.yaml"][0].startswith("wrong.yaml:16: training.epochs: must be")
    assert document["warnings"]["wrong.yaml"] == []


def test_validate_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import json, sys\nfrom cli import main\nsys.argv = ['ablate', 'validate', 'specs/quickstart.yaml']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(json.dumps([end.code, sorted(sys.modules)]))\n"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    ended_with, modules = json.loads(completed.stdout.splitlines()[-1])
    assert ended_with == 0
    assert HEAVY & set(modules) == set()


def test_schema_prints_what_is_committed_and_accepts_a_study(project: Project) -> None:
    completed = project.call("schema")
    assert completed.returncode == 0
    assert completed.stdout == (ROOT / "docs" / "spec.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(json.loads(completed.stdout)).validate(yaml.safe_load(TINY))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "x.yaml", "--workers", "0"], "ablate run: --workers: must be greater than or equal to 1, got 0."),
        (["run", "x.yaml", "--workers", "two"], "ablate run: --workers: must be a valid integer"),
        (["run"], "ablate run: Missing argument 'SPEC'."),
        (["run", "x.yaml", "--worker", "1"], "ablate run: No such option: --worker (Possible options: --workers)."),
        (["validte", "x.yaml"], "ablate: No such command 'validte'.\n  Did you mean validate?"),
    ],
)
def test_wrong_usage_is_reported_as_every_other_mistake_is(
    project: Project, arguments: list[str], message: str
) -> None:
    completed = project.call(*arguments)
    assert completed.returncode == 2
    assert completed.stderr.startswith(message)
    assert "╭" not in completed.stderr
    assert completed.stdout == ""


def test_wrong_usage_with_json_gives_a_document(project: Project) -> None:
    code, document = project.call_json("run", "x.yaml", "--workers", "0")
    assert code == document["exit_code"] == 2
    assert "got 0" in document["error"]


def test_bare_command_shows_the_help(project: Project) -> None:
    completed = project.call()
    assert completed.returncode == 2
    assert "validate" in completed.stdout


@pytest.mark.parametrize(
    ("name", "advice"),
    [("ABLATION_WORKER", "Did you mean ABLATION_WORKERS?"), ("ABLATION_QUUX", "Known are ABLATION_STORE, ")],
)
def test_variable_that_is_no_setting_is_named_once(project: Project, name: str, advice: str) -> None:
    project.environment[name] = "1"
    completed = project.call("validate", project.write())
    assert completed.returncode == 0
    assert completed.stderr.count(name) == 1 + advice.count(f"{name}S")
    assert f"{name} is set in the environment or in .env, but is no setting.\n  {advice}" in completed.stderr


def test_misspelt_variable_in_the_env_file_is_named(project: Project) -> None:
    project.write("ABLATION_WORKER=1\n", ".env")
    completed = subprocess.run(
        [*ablate(), "validate", project.write()],
        cwd=project.directory,
        env=project.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Did you mean ABLATION_WORKERS?" in completed.stderr


def test_known_variables_are_not_named(project: Project) -> None:
    project.environment["ABLATION_WORKERS"] = "1"
    assert project.call("validate", project.write()).stderr == ""


def test_run_of_more_trials_than_the_spec_allows_asks_for_yes(project: Project) -> None:
    completed = project.call("run", project.write(TINY + "runtime: {max_trials: 3}\n"))
    assert completed.returncode == 2
    assert "2 variants x 2 seeds are 4 trials, more than runtime.max_trials, 3." in completed.stderr
    assert "--yes" in completed.stderr
    assert not (project.directory / "artifacts").exists()

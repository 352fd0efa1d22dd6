from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .walls import breaches, imports_of

ROOT = Path(__file__).parents[1]

ORDER = "the order is cli -> flows -> tasks -> ablation, never back"
LEARNING = "ablation.data, ablation.model, ablation.training, ablation.evaluation"

# A source tree of a few files, and the one breach in it.
BROKEN = {
    "engine_imports_flows": (
        {"ablation/pipeline.py": "import sys\nfrom flows.study import run\n", "flows/study.py": "run = 1\n"},
        f"ablation/pipeline.py:2: ablation imports flows; {ORDER}",
    ),
    "task_imports_flow_for_types": (
        {"tasks/train.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import flows.study\n"},
        f"tasks/train.py:3: tasks imports flows; {ORDER}",
    ),
    "flow_imports_cli_in_a_function": (
        {"flows/study.py": "def run():\n    from cli.app import app\n    return app\n"},
        f"flows/study.py:2: flows imports cli; {ORDER}",
    ),
    "engine_imports_prefect": (
        {"ablation/pipeline/__init__.py": "from prefect import task\n"},
        "ablation/pipeline/__init__.py:1: prefect is imported only in flows, tasks",
    ),
    "cli_imports_prefect": (
        {"cli/run.py": "import prefect.settings\n"},
        "cli/run.py:1: prefect is imported only in flows, tasks",
    ),
    "pipeline_imports_keras": (
        {"ablation/pipeline.py": "import keras\n"},
        f"ablation/pipeline.py:1: keras is imported only in {LEARNING}",
    ),
    "report_imports_tensorflow_in_a_function": (
        {"ablation/report/page.py": "def draw():\n    import tensorflow as tf\n    return tf\n"},
        f"ablation/report/page.py:2: tensorflow is imported only in {LEARNING}",
    ),
    "room_whose_name_begins_alike_imports_jax": (
        {"ablation/model_card.py": "import jax\n"},
        f"ablation/model_card.py:1: jax is imported only in {LEARNING}",
    ),
    "data_imports_boto3": (
        {"ablation/data/fetching.py": "from boto3.session import Session\n"},
        "ablation/data/fetching.py:1: boto3 is imported only in ablation.store",
    ),
    "task_imports_botocore": (
        {"tasks/publish.py": "import botocore\n"},
        "tasks/publish.py:1: botocore is imported only in ablation.store",
    ),
    "analysis_imports_altair": (
        {"ablation/analysis/effects.py": "import altair as alt\n"},
        "ablation/analysis/effects.py:1: altair is imported only in ablation.report",
    ),
    "cli_imports_vl_convert": (
        {"cli/tables.py": "import vl_convert\n"},
        "cli/tables.py:1: vl_convert is imported only in ablation.report",
    ),
    "room_imports_the_inside_of_another": (
        {
            "ablation/data/__init__.py": "",
            "ablation/data/arrays.py": "Array = 1\n",
            "ablation/evaluation.py": "from ablation.data.arrays import Array\n",
        },
        "ablation/evaluation.py:1: imports ablation.data.arrays, the inside of a room; "
        "its public face is ablation.data",
    ),
    "task_imports_a_module_from_a_face": (
        {
            "ablation/data/__init__.py": "",
            "ablation/data/arrays.py": "Array = 1\n",
            "tasks/normalize.py": "from ablation.data import arrays\n",
        },
        "tasks/normalize.py:1: imports ablation.data.arrays, the inside of a room; its public face is ablation.data",
    ),
    "room_reaches_another_relatively": (
        {
            "ablation/data/__init__.py": "",
            "ablation/data/arrays.py": "",
            "ablation/model/building.py": "from ..data.arrays import Array\n",
        },
        "ablation/model/building.py:1: imports ablation.data.arrays, the inside of a room; "
        "its public face is ablation.data",
    ),
    "two_rooms_import_each_other": (
        {
            "ablation/data/__init__.py": "from ablation.model import build\n",
            "ablation/model/__init__.py": "def build():\n    from ablation import data\n    return data\n",
        },
        "the rooms import each other in a circle: ablation.data -> ablation.model -> ablation.data",
    ),
    "three_rooms_import_each_other": (
        {
            "ablation/a.py": "import ablation.b\n",
            "ablation/b.py": "import ablation.c\n",
            "ablation/c.py": "import ablation.a\n",
        },
        "the rooms import each other in a circle: ablation.a -> ablation.b -> ablation.c -> ablation.a",
    ),
    "two_folders_of_a_room_import_each_other": (
        {
            "ablation/spec/checks/__init__.py": "from ablation.spec.expansion.trials import Trial\n",
            "ablation/spec/expansion/__init__.py": "",
            "ablation/spec/expansion/trials.py": "Trial = 1\n",
            "ablation/spec/expansion/variants.py": "from ablation.spec.checks import check\n",
        },
        "the places of a room import each other in a circle: "
        "ablation.spec.checks -> ablation.spec.expansion -> ablation.spec.checks",
    ),
    "room_named_utils": (
        {"ablation/utils/__init__.py": ""},
        "ablation/utils/__init__.py: a room has a name of its own, not utils",
    ),
    "module_named_helpers": (
        {"flows/helpers.py": ""},
        "flows/helpers.py: a room has a name of its own, not helpers",
    ),
}


def test_every_wall_stands() -> None:
    assert breaches(ROOT) == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken_wall_is_found(tmp_path: Path, name: str) -> None:
    files, message = BROKEN[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert breaches(tmp_path) == [message]


def test_tree_that_keeps_the_rules_has_no_breach(tmp_path: Path) -> None:
    files = {
        "ablation/__init__.py": "",
        "ablation/data/__init__.py": "from .arrays import Array\nfrom ablation.data import arrays\nimport keras\n",
        "ablation/data/arrays.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ablation.model\n",
        "ablation/model/__init__.py": "from ablation.data import Array\n",
        "tasks/train.py": "import prefect\nfrom ablation import data, model\n",
        "flows/study.py": "from prefect import flow\nfrom tasks.train import train\n",
        "cli/run.py": "def run():\n    from flows.study import study\n    from ablation.model import build\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert breaches(tmp_path) == []


def test_imports_of_this_project_are_all_seen() -> None:
    targets = {found.target for found in imports_of(ROOT, Path("ablation/training/fitting.py"))}
    assert {"keras", "dataclasses", "ablation.data", "ablation.training.feeding.batches"} <= targets


# Runs a command as `ablate` does, and prints which modules that took.
COMMAND = """
import json, sys
from cli import main
sys.argv = ["ablate", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    print(json.dumps({"exit": end.code, "modules": sorted(sys.modules)}))
"""
HEAVY = {"keras", "tensorflow", "jax", "prefect", "boto3", "botocore", "altair", "vl_convert"}


@pytest.mark.parametrize(
    "arguments", [["validate", "specs/quickstart.yaml"], ["--help"], ["run", "--help"], ["data", "list"]]
)
def test_light_command_imports_no_heavy_library(arguments: list[str]) -> None:
    command = [sys.executable, "-c", COMMAND, *arguments]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer = json.loads(completed.stdout.splitlines()[-1])
    assert answer["exit"] == 0
    assert ("ablation.spec" in answer["modules"]) == (arguments[0] in ("validate", "data"))
    assert HEAVY & set(answer["modules"]) == set()


@pytest.mark.parametrize("room", ["ablation.pipeline", "ablation.training", "ablation.data"])
def test_room_is_imported_without_keras_and_prefect(room: str) -> None:
    command = [sys.executable, "-c", f"import json, sys, {room}; print(json.dumps(sorted(sys.modules)))"]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"keras", "tensorflow", "prefect"} & set(json.loads(completed.stdout)) == set()

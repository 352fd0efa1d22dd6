"""The record of where a result comes from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from ablation.provenance import Subject, as_text, describe
from ablation.records import Determinism, Provenance, Record

ROOT = Path(__file__).parents[2]
BEGAN, ENDED = datetime(2026, 11, 21, 8, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC)
ON_GPU = Determinism(
    level="bit-exact",
    backend="tensorflow",
    has_deterministic_operations=True,
    threads=2,
    device="gpu",
    device_name="NVIDIA H200",
)
SUBJECT = Subject(
    seeds=(0, 1),
    datasets={"digits": "ab" * 32},
    started_at=BEGAN,
    ended_at=ENDED,
    determinism=(ON_GPU, None, ON_GPU),
    flow_run_id="flow",
    task_run_id="task",
)


def test_record_has_what_its_subject_says() -> None:
    found = describe(SUBJECT)
    assert (found.seeds, found.datasets) == ((0, 1), {"digits": "ab" * 32})
    assert (found.started_at, found.ended_at) == (BEGAN, ENDED)
    assert (found.flow_run_id, found.task_run_id) == ("flow", "task")
    assert [each.model_dump() for each in found.accelerators] == [{"kind": "gpu", "name": "NVIDIA H200"}]


def test_record_names_the_libraries_that_matter() -> None:
    names = describe(SUBJECT).libraries.keys()
    assert {"keras", "numpy", "scipy", "pydantic", "prefect", "boto3"} <= names
    assert names & {"tensorflow", "tensorflow-cpu", "jax"}


def test_record_comes_back_from_json_as_it_was() -> None:
    found = describe(SUBJECT)
    assert Provenance.model_validate_json(found.model_dump_json()) == found


def test_page_shows_processor_versions_and_the_first_half_of_a_digest() -> None:
    lines = as_text(describe(SUBJECT))
    assert {"ablation", "python", "keras", "numpy", "processor", "system"} <= lines.keys()
    assert re.fullmatch(r".+, \d+ cores, \d+ GiB", lines["processor"])
    assert re.fullmatch("sha256:[0-9a-f]{64}", lines["code that can change results"])
    assert {name for name in lines if name.startswith("data of ")} == {f"data of {name}" for name in SUBJECT.datasets}
    assert "commit" not in lines or re.fullmatch(r"[0-9a-f]{12}(, with changes)?", lines["commit"])


def _models(record: type[Record]) -> list[type[Record]]:
    return [record, *(child for field in record.model_fields.values() for child in _records_in(field.annotation))]


def _records_in(annotation: object) -> list[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return [annotation]
    return [each for part in getattr(annotation, "__args__", ()) for each in _records_in(part)]


def test_docs_describe_every_field() -> None:
    text = (ROOT / "docs/provenance.md").read_text(encoding="utf-8")
    models = _models(Provenance)
    assert len(models) == 5
    for model in models:
        for name, field in model.model_fields.items():
            assert f"`{name}`" in text, (model.__name__, name)
            assert field.description or name == "schema_version"


ALONE = """
import json, os, sys
from datetime import UTC, datetime
from ablation.provenance import Subject, describe
now = datetime.now(UTC)
told = describe(Subject(seeds=(0,), datasets={}, started_at=now, ended_at=now))
print(json.dumps({"image": told.image_digest, "modules": sorted(sys.modules)}))
"""


def test_image_is_what_its_variable_says_and_no_backend_is_imported(tmp_path: Path) -> None:
    environment = {"ABLATION_IMAGE_DIGEST": f"sha256:{'0f' * 32}", "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", ALONE]
    done = subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    assert answer["image"] == f"sha256:{'0f' * 32}"
    assert {"keras", "tensorflow", "jax", "prefect", "boto3"} & set(answer["modules"]) == set()

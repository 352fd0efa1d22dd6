from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from ablation.pipeline import new_run_id, plan_run, reproduce_command
from ablation.pipeline.planning.plans import library_versions
from ablation.spec import load_study
from tests.conftest import TINY


def test_run_ids_sort_by_time_and_differ_within_a_second() -> None:
    earlier, later = datetime(2026, 11, 21, 4, 12, 33, tzinfo=UTC), datetime(2026, 11, 21, 4, 12, 34, tzinfo=UTC)
    ids = [new_run_id(earlier) for _ in range(50)]
    assert len(set(ids)) == 50
    assert max(ids) < new_run_id(later)
    assert ids[0].startswith("20261121-041233-")


def test_plan_numbers_trials_in_order_and_gives_each_its_own_identity(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(TINY)
    plan = plan_run(load_study(tmp_path / "study.yaml"), "run")
    assert [planned.position for planned in plan.trials] == [0, 1, 2, 3]
    assert len({planned.fingerprint for planned in plan.trials}) == 4
    assert plan.changes["baseline"] == {}


def test_trials_of_the_most_steps_start_first(tmp_path: Path) -> None:
    longer = TINY.replace("variants:\n", "variants:\n  longer: {set: {training.epochs: 50}}\n")
    (tmp_path / "study.yaml").write_text(longer)
    plan = plan_run(load_study(tmp_path / "study.yaml"), "run")
    started = sorted(plan.trials, key=lambda planned: planned.position)
    assert [(each.trial.variant, each.trial.seed) for each in started] == [
        ("longer", 0), ("longer", 1), ("baseline", 0), ("baseline", 1), ("l2", 0), ("l2", 1),
    ]  # fmt: skip


def test_plan_of_a_renamed_study_and_variant_keeps_identities(tmp_path: Path) -> None:
    renamed = TINY.replace("study: tiny", "study: other").replace("  l2:", "  weight_decay:")
    (tmp_path / "study.yaml").write_text(TINY)
    (tmp_path / "renamed.yaml").write_text(renamed)
    plans = [plan_run(load_study(tmp_path / name), "run") for name in ("study.yaml", "renamed.yaml")]
    assert [planned.fingerprint for planned in plans[0].trials] == [planned.fingerprint for planned in plans[1].trials]


def test_versions_name_keras_numpy_and_the_backend_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    versions = library_versions()
    assert versions["keras"] == version("keras")
    assert versions["numpy"] == version("numpy")
    assert versions["backend"] == "tensorflow"
    assert versions["tensorflow"].startswith("2.")


def test_reproduce_command_quotes_what_a_shell_would_take_apart() -> None:
    command = reproduce_command("my study.yaml", ("question=why?", "training.epochs=3"), ("l2",))
    assert command == "ablate run 'my study.yaml' --set 'question=why?' --set training.epochs=3 --only l2"


def test_reproduce_command_names_no_folder_outside_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reproduce_command(str(tmp_path / "specs" / "a.yaml"), (), ()) == "ablate run specs/a.yaml"
    assert reproduce_command("/home/somebody/a.yaml", (), ()) == "ablate run a.yaml"

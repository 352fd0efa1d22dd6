"""What holds for every study of `specs/`, and that the docs list it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ablation.spec import load_study

from .shipped import MNIST, SPECS, VARIANTS, shipped

OVERVIEW = (SPECS.parent / "docs" / "studies.md").read_text(encoding="utf-8")
USES_THE_TEST_PART = ["data.validation.use"]
WARNINGS: dict[str, list[str]] = {
    **{name: USES_THE_TEST_PART for name in MNIST},
    "seeds/mnist_epochs.yaml": [*USES_THE_TEST_PART, "training.early_stopping.monitor"],
    "seeds/imdb_overfitting.yaml": USES_THE_TEST_PART,
    # Said once for all layers of one axis.
    "seeds/cifar10_regularization.yaml": [*USES_THE_TEST_PART, "model.layers.norm_1.axis"],
    "seeds/tips_recipe.yaml": ["model.layers.output.activation"],
}


def test_every_spec_of_the_seeds_and_starters_is_known_here() -> None:
    found = sorted(path.relative_to(SPECS).as_posix() for path in SPECS.rglob("*.y*ml"))
    assert [name for name in found if name.startswith(("seeds/", "starters/"))] == [*VARIANTS][1:]
    assert len(VARIANTS) == 18
    assert "quickstart.yaml" in found


def test_every_spec_there_is_a_users_own_included_is_valid() -> None:
    for path in SPECS.rglob("*.y*ml"):
        assert load_study(path).trials


@pytest.mark.parametrize("name", VARIANTS)
def test_shipped_spec_expands_to_its_variants_in_order(name: str) -> None:
    study = shipped(name)
    assert [variant.name for variant in study.variants] == VARIANTS[name]
    assert study.seeds == ((0, 1, 2, 3, 4) if name == "quickstart.yaml" else (0, 1, 2))


@pytest.mark.parametrize("name", VARIANTS)
def test_shipped_spec_has_the_warnings_that_are_meant_and_no_other(name: str) -> None:
    found = shipped(name).warnings
    assert sorted(warning.path for warning in found) == WARNINGS.get(name, [])
    assert {warning.severity for warning in found} <= {"warning"}


@pytest.mark.parametrize("name", VARIANTS)
def test_shipped_spec_says_its_question_source_command_and_expectation(name: str) -> None:
    text = (SPECS / name).read_text(encoding="utf-8")
    header = text[: re.search(r"^[a-z]", text, re.MULTILINE).start()]  # type: ignore[union-attr]
    said = re.findall(r"^# (Question|Source|Run|Expected): (.+)", header, re.MULTILINE)
    assert [word for word, _ in said] == ["Question", "Source", "Run", "Expected"]
    assert dict(said)["Run"] == ("make run" if name == "quickstart.yaml" else f"ablate run specs/{name}")
    assert re.search(r"\d+ trials", dict(said)["Expected"]) is not None
    assert int(dict(said)["Expected"].split()[0]) == len(shipped(name).trials)
    assert shipped(name).spec.question
    assert shipped(name).spec.source


def test_shipped_studies_are_named_as_their_files_and_ask_different_questions() -> None:
    names = [shipped(name).name for name in VARIANTS]
    assert names == [Path(name).stem.replace("_", "-") for name in VARIANTS]
    assert len({shipped(name).spec.question for name in VARIANTS}) == len(VARIANTS)


@pytest.mark.parametrize("name", VARIANTS)
def test_overview_of_studies_lists_shipped_spec_with_its_question(name: str) -> None:
    rows = [line for line in OVERVIEW.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    assert f"| {shipped(name).spec.question} |" in rows[0]


def test_overview_of_studies_lists_no_spec_that_is_not_there() -> None:
    assert re.findall(r"^\| `(\S+\.yaml)` \|", OVERVIEW, re.MULTILINE) == [*VARIANTS]


def test_example_in_the_overview_extends_the_base_of_the_mnist_studies(tmp_path: Path) -> None:
    example = re.search(r"^    extends: .*?(?=^\S)", OVERVIEW, re.MULTILINE | re.DOTALL)
    assert example is not None
    (tmp_path / "my_study.yaml").write_text(re.sub(r"^    ", "", example[0], flags=re.MULTILINE), encoding="utf-8")
    shutil.copy(SPECS / "seeds" / "mnist_base.yaml", tmp_path)
    study = load_study(tmp_path / "my_study.yaml")
    assert [variant.name for variant in study.variants] == ["written", "wider"]

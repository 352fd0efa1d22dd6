"""The README names every command and every Make target, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ablation.settings import Settings
from ablation.spec import load_study
from cli.group import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*?## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_readme_names_make_target(target: str) -> None:
    assert re.search(rf"make {target}\b|`{target}`", README)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_readme_names_command(command: str) -> None:
    assert f"ablate {command}" in README


@pytest.mark.parametrize("command", ["list", "show NAME", "fetch NAME", "digest PATH", "preview SPEC"])
def test_readme_names_command_about_data(command: str) -> None:
    assert re.search(rf"`?(ablate )?data {command}\b", README)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_readme_names_setting(name: str) -> None:
    assert f"`ABLATION_{name.upper()}`" in README


def test_readme_names_no_command_or_target_that_does_not_exist() -> None:
    assert set(re.findall(r"bin/ablate ([a-z-]+)", README)) <= COMMANDS.keys()
    assert set(re.findall(r"^    make ([a-z-]+)", README, re.MULTILINE)) <= TARGETS


def test_readme_example_of_own_data_is_valid(tmp_path: Path) -> None:
    found = re.search(r"^    study: wine-quality.*?(?=^\S)", README, re.MULTILINE | re.DOTALL)
    assert found
    (tmp_path / "study.yaml").write_text(re.sub(r"^    ", "", found[0], flags=re.MULTILINE), encoding="utf-8")
    study = load_study(tmp_path / "study.yaml")
    assert [variant.name for variant in study.variants] == ["baseline", "l2"]
    assert study.warnings == ()


def test_readme_example_spec_is_valid(tmp_path: Path) -> None:
    example = re.search(r"^    study: my-study.*?(?=^\S)", README, re.MULTILINE | re.DOTALL)
    assert example
    (tmp_path / "study.yaml").write_text(re.sub(r"^    ", "", example[0], flags=re.MULTILINE), encoding="utf-8")
    study = load_study(tmp_path / "study.yaml")
    assert [variant.name for variant in study.variants] == ["baseline", "dropout", "small"]
    assert study.seeds == (0, 1, 2)

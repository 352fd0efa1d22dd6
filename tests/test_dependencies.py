"""Every package the code imports is one that pyproject.toml asks for: a transitive one may vanish with any update."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("ablation", "tasks", "flows", "cli")


def imported_packages() -> set[str]:
    found: set[str] = set()
    for source in (path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - set(OURS)


def required_distributions() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    groups.append(project["dependency-groups"]["dev"])  # stubs, imported for types only
    names = [re.split(r"[^A-Za-z0-9_.-]", requirement)[0] for group in groups for requirement in group]
    return {name.lower().replace("_", "-") for name in names}


def test_every_imported_package_is_required_by_name() -> None:
    known = packages_distributions()
    required = required_distributions()
    parts = {"mypy_boto3_s3", "botocore", "pydantic_core"}  # what boto3, its stubs and pydantic are made of
    missing = {
        package
        for package in imported_packages() - parts
        if not {name.lower().replace("_", "-") for name in known[package]} & required
    }
    assert missing == set()

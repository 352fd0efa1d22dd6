"""Two runs of one study at the same time: they share its trials."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import Project
from tests.faults.test_runs import assert_clean
from tests.flows.test_at_once import SLOWER, finish, statuses

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("prefect")]


@pytest.mark.parametrize("caches", [("same", "same"), ("one", "other")])
def test_two_runs_of_one_study_at_once_train_each_trial_once_and_both_complete(
    project: Project, caches: tuple[str, str]
) -> None:
    spec = project.write(SLOWER)
    processes = []
    for cache in caches:
        project.environment["ABLATION_CACHE_DIR"] = str(project.directory / cache)
        processes.append(project.start("run", spec, "--json", "--workers", "1"))
    results = [finish(process) for process in processes]
    assert [result["status"] for result in results] == ["complete", "complete"]
    assert Counter(statuses(results[0]) + statuses(results[1])) == {"trained": 6, "cached": 6}
    assert len(attempts(project)) == len(set(attempts(project))) == 6
    for result in results:
        assert_clean(project, result)
    leftovers = [*project.directory.glob("artifacts/.leases/*.json"), *project.directory.glob("artifacts/running/*")]
    assert leftovers == []


def attempts(project: Project) -> list[str]:
    folder = project.directory / "artifacts" / "trials"
    return sorted(path.relative_to(folder).parts[0] for path in folder.glob("*/attempt-*/manifest.json"))

"""Two runs of one study on two machines that share a store which honours conditions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ablation.store.transport.client import embedded_client
from tests.conftest import Project
from tests.flows.test_at_once import SLOWER, finish, statuses
from tests.servers.moto import moto
from tests.servers.server import S3Server

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.servers]


@pytest.fixture
def bucket(project: Project, tmp_path: Path) -> Iterator[S3Server]:
    """Let the project use a store that honours conditions, as one of several machines, and yield its server."""
    with moto(tmp_path) as server:
        project.environment.update(
            ABLATION_STORE=f"s3://{server.bucket}",
            AWS_ENDPOINT_URL_S3=server.endpoint_url,
            AWS_ACCESS_KEY_ID=server.credentials.access_key,
            AWS_SECRET_ACCESS_KEY=server.credentials.secret_key,
        )
        yield server


def test_two_runs_of_one_study_on_two_machines_train_each_trial_once_and_both_complete(
    project: Project, bucket: S3Server
) -> None:
    spec = project.write(SLOWER)
    processes = []
    for cache in ("one", "other"):  # what is in it is all that a machine knows of its own
        project.environment["ABLATION_CACHE_DIR"] = str(project.directory / cache)
        processes.append(project.start("run", spec, "--json", "--workers", "1"))
    results = [finish(process) for process in processes]
    assert Counter(statuses(results[0]) + statuses(results[1])) == {"trained": 6, "cached": 6}
    client = embedded_client(bucket.endpoint_url, bucket.credentials)
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket.bucket)["Contents"]]
    assert len([key for key in keys if re.fullmatch("trials/.*/attempt-1/manifest.json", key)]) == 6
    assert [key for key in keys if "/attempt-2/" in key or key.startswith(("leases/", "running/", "crashed/"))] == []

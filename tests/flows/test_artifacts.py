"""What a run tells Prefect's UI while it runs."""

from __future__ import annotations

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from flows.artifacts import StudyProgress

NOBODY = "http://127.0.0.1:9/api"


@pytest.mark.filterwarnings("ignore:Artifact creation outside of a flow:FutureWarning")
def test_progress_that_no_server_takes_costs_a_warning_alone(caplog: pytest.LogCaptureFixture) -> None:
    with temporary_settings({PREFECT_API_URL: NOBODY, PREFECT_CLIENT_MAX_RETRIES: 0}):
        progress = StudyProgress(done=0, total=1)
        progress.advance()
    assert [record.getMessage()[:25] for record in caplog.records if record.name == "flows.artifacts"] == [
        "Prefect does not show thi",
        "Prefect does not show thi",
    ]

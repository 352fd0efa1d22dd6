"""What a run tells Prefect's UI while it runs."""

from __future__ import annotations

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from ablation.analysis import answer_lines, compare, effect_numbers
from ablation.pipeline import RunResult
from ablation.records import TrialOutcome
from flows.artifacts import StudyProgress, summary_markdown

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


HOSTILE = "<script>|`*_[x](y)\n# "


def result(variant: str = "l2", error: str | None = None) -> RunResult:
    """Return the result of a run of two variants; with an error one trial of them failed."""
    trials = tuple(
        TrialOutcome(
            variant=name,
            seed=seed,
            fingerprint="0" * 64,
            status="trained",
            metrics={"val_loss": level + 0.01 * seed * (1 + (name == variant))},
        )
        for name, level in (("original", 1.0), (variant, 0.8))
        for seed in (0, 1, 2)
    )
    if error is not None:
        trials = (*trials[:-1], trials[-1].model_copy(update={"status": "failed", "metrics": {}, "error": error}))
    comparison = compare(
        trials, metric="val_loss", direction="min", baseline="original", margin=0.01, variants=["original", variant]
    )
    return RunResult(
        run_id="20261121-041200-7f3a1c",
        study="imdb",
        status="complete",
        uri="s3://bucket/studies/imdb/20261121-041200-7f3a1c",
        address="s3://bucket/studies/imdb/20261121-041200-7f3a1c/index.html",
        wall_s=1.0,
        trials=trials,
        comparison=comparison,
        answers=tuple(answer_lines(comparison, trials)),
    )


def test_markdown_says_what_the_terminal_says_and_links_the_page() -> None:
    run = result()
    lines = summary_markdown(run).splitlines()
    assert lines[0] == "## imdb"
    assert lines[2] == "- " + run.answers[0].replace("_", "\\_")
    (row,) = [line for line in lines if line.startswith("| l2 |")]
    difference, low, high = effect_numbers(run.comparison.effects[0], run.comparison)
    assert row == f"| l2 | {difference} | {low} to {high} | 3 | {run.comparison.effects[0].verdict} |"
    assert lines[-1] == (
        "[The page of run 20261121-041200-7f3a1c](<s3://bucket/studies/imdb/20261121-041200-7f3a1c/index.html>)"
    )
    assert "Trials without a result" not in lines


def test_markdown_of_hostile_names_and_errors_is_no_markup() -> None:
    text = summary_markdown(result(HOSTILE, error=HOSTILE))
    assert "<script>" not in text and "](y)" not in text.replace("\\](y)", "")
    shown = "&lt;script&gt;\\|\\`\\*\\_\\[x\\](y) \\#"
    assert f"- {shown} seed 2: failed: {shown}" in text.splitlines()
    assert len([line for line in text.splitlines() if line.startswith("| &lt;script")]) == 1

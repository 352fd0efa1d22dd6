"""What Prefect's UI shows of a run: progress while it runs, then the answer, the effects and the page's address."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.exceptions import PrefectException

from ablation.analysis import effect_numbers
from ablation.pipeline import RunResult
from ablation.records import TrialOutcome
from ablation.report import escape_markdown

_log = logging.getLogger(__name__)

MOST_FAILURES = 20
UPDATE_S = 2.0  # an update takes as much of this program's time as a small trial's upload


class StudyProgress:
    """A progress artifact: trials with an end, of all trials."""

    def __init__(self, *, done: int, total: int) -> None:
        self._done = done
        self._total = total
        self._artifact: UUID | None = None
        self._say()

    @property
    def _percent(self) -> float:
        return 100.0 * self._done / self._total

    def advance(self) -> None:
        """Count one more trial; the server is told once in a while, and of the last."""
        self._done += 1
        if self._done < self._total and time.monotonic() < self._said_at + UPDATE_S:
            return
        self._say()

    def _say(self) -> None:
        self._said_at = time.monotonic()
        with _as_far_as_possible():
            if self._artifact is None:
                said = create_progress_artifact(progress=self._percent, key="trials", description="Trials ended")
                self._artifact = said  # type: ignore[assignment]  # it is awaitable in a coroutine alone
            else:
                update_progress_artifact(artifact_id=self._artifact, progress=self._percent)


def publish_summary(result: RunResult) -> None:
    """Show the answer, the effects and where the page is."""
    logger = get_run_logger()
    for line in result.answers:
        logger.info(line)
    rows = [effect.model_dump(mode="json", exclude={"differences"}) for effect in result.comparison.effects]
    with _as_far_as_possible():
        create_markdown_artifact(markdown=summary_markdown(result), key="answer", description=result.study)
        if rows:
            create_table_artifact(table=rows, key="effects", description=result.comparison.metric)
        create_link_artifact(link=_link(result.address), link_text=f"{result.study} {result.run_id}", key="page")


@contextmanager
def _as_far_as_possible() -> Iterator[None]:
    """Let a run go on whose server is too busy, or away, to show what it is doing."""
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        _log.warning("Prefect does not show this: %s", " ".join(str(error).split()) or type(error).__name__)


def _link(address: str) -> str:
    """Return an address a browser can follow: of the embedded store's page, its file."""
    return address if "://" in address else Path(address).absolute().as_uri()


def summary_markdown(result: RunResult) -> str:
    """Return the answer in the words of terminal and page, a row a variant, what failed, and where the page is.

    Every text of a study is escaped: it shows as it is written, and is no markup.
    """
    return "\n\n".join(part for part in _parts(result) if part) + "\n"


def _parts(result: RunResult) -> Iterator[str]:
    yield f"## {escape_markdown(result.study)}"
    yield "\n".join(f"- {escape_markdown(line)}" for line in result.answers)
    yield _table(result)
    failed = [trial for trial in result.trials if not trial.is_finished]
    lines = [_failure(trial) for trial in failed[:MOST_FAILURES]]
    if len(failed) > MOST_FAILURES:
        lines.append(f"- and {len(failed) - MOST_FAILURES} more")
    yield "\n".join(["### Trials without a result", "", *lines]) if lines else ""
    yield f"[The page of run {escape_markdown(result.run_id)}](<{_link(result.address)}>)"


def _table(result: RunResult) -> str:
    comparison = result.comparison
    if not comparison.effects:
        return ""
    metric = escape_markdown(comparison.metric)
    rows = [f"| variant | difference in {metric} | interval | seeds | verdict |", "|---|---:|---:|---:|---|"]
    for effect in comparison.ranked_effects():
        difference, low, high = effect_numbers(effect, comparison)
        interval = f"{low} to {high}" if low else ""
        rows.append(
            f"| {escape_markdown(effect.variant)} | {difference} | {interval} | {effect.pairs} | {effect.verdict} |"
        )
    return "\n".join(rows)


def _failure(trial: TrialOutcome) -> str:
    return "- " + escape_markdown(f"{trial.variant} seed {trial.seed}: {trial.status}: {trial.error}")

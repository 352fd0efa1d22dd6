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

from ablation.pipeline import RunResult

_log = logging.getLogger(__name__)

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

    def withdraw(self) -> None:
        """Count one trial less: what was finished proved to be damaged."""
        self._done -= 1

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
        create_markdown_artifact(markdown=_markdown(result), key="answer", description=result.study)
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


def _markdown(result: RunResult) -> str:
    answers = "\n".join(f"- {line}" for line in result.answers)
    failures = [trial for trial in result.trials if not trial.is_finished]
    failed = "".join(f"\n- {trial.variant} seed {trial.seed}: {trial.status}: {trial.error}" for trial in failures)
    return f"## {result.study}\n\n{answers}\n" + (f"\n### Trials without a result\n{failed}\n" if failed else "")

"""Studies that are drawn once for many tests."""

from __future__ import annotations

import pytest

from ablation.report import StudyReport, render_study

from .studies import Page, study

HOSTILE = '<script>alert("1")</script>'


@pytest.fixture(scope="session")
def report() -> StudyReport:
    """Three variants, one of them with a diverged and a timed-out trial."""
    return study(("original", "l2", "dropout"), failed={("dropout", 1): "diverged", ("dropout", 2): "timeout"})


@pytest.fixture(scope="session")
def files(report: StudyReport) -> dict[str, bytes]:
    """Return its rendered files."""
    return dict(render_study(report))


@pytest.fixture(scope="session")
def page(files: dict[str, bytes]) -> Page:
    """Return its page."""
    return Page(files["index.html"])


@pytest.fixture(scope="session")
def hostile_files() -> dict[str, bytes]:
    """Return the files of a study in which every text is an attack."""
    plain = study(("original", HOSTILE), failed={(HOSTILE, 1): "failed"}, metric="val_loss")
    texts = {"study": HOSTILE, "question": HOSTILE, "source": HOSTILE, "reproduce": f"```\n{HOSTILE}"}
    lists = {"notes": (HOSTILE,), "changes": {HOSTILE: HOSTILE}, "environment": {HOSTILE: HOSTILE}}
    trials = tuple(trial.model_copy(update={"error": HOSTILE}) for trial in plain.trials)
    return dict(render_study(plain.model_copy(update={**texts, **lists, "trials": trials})))

"""Published runs read again."""

from __future__ import annotations

from ablation.inspection import read_curves, read_failures, read_published
from ablation.store import Store, publish_run
from tests.inspection.conftest import FIRST, SECOND, read
from tests.summaries import run


def test_run_is_read_with_its_answer_and_its_trials(runs: Store) -> None:
    published = read(runs, FIRST)
    assert published.comparison is not None
    assert (published.comparison.metric, published.comparison.baseline) == ("val_loss", "original")
    assert [(each.variant, each.seed, each.status) for each in published.trials][-2:] == [
        ("l2", 1, "trained"),
        ("l2", 2, "failed"),
    ]
    assert published.trials[0].metrics == {"val_loss": 1.0, "test_accuracy": 0.5}
    assert len({each.fingerprint for each in published.trials}) == 6
    assert published.answer[0].startswith("l2 ")


def test_curves_are_means_over_the_finished_seeds(runs: Store) -> None:
    curves = read_curves(runs, read(runs, FIRST))
    assert curves.metric == "val_loss"
    assert list(curves.values) == ["original", "l2"]
    assert [round(value or 0, 6) for value in curves.values["l2"]] == [2.0, 1.5, 0.85]


def test_failure_shows_how_its_log_begins(runs: Store) -> None:
    (failure,) = read_failures(runs, read(runs, FIRST))
    assert (failure.trial.variant, failure.trial.seed, failure.trial.error) == ("l2", 2, "out of memory")
    assert failure.log == "variants/l2/seed-2/log.txt"
    assert failure.first_lines == ("line 1", "line 2", "line 3", "line 4", "line 5")
    assert read_failures(runs, read(runs, SECOND)) == ()


def test_run_without_results_still_has_its_headline(runs: Store) -> None:
    manifest = publish_run(runs, run("20250101-zz", None, "bare"), {"effects.json": b"{}", "index.html": b"<p>"})
    published = read_published(runs, manifest)
    assert (published.comparison, published.trials, published.answer) == (None, (), ("l2 helps",))
    assert read_curves(runs, published).values == {}

"""The index pages: lists of answers."""

from __future__ import annotations

import itertools
import re

from ablation.records import RunManifest, UnpublishedRun
from ablation.report import render_store_index, render_study_index
from tests.summaries import effect, run, summary

from .studies import Page, manifest

RUNS = [
    manifest("imdb", "20260101-0000-aaaa", "old"),
    manifest("imdb", "20260301-0000-bbbb", "<b>new</b>"),
    manifest("mnist", "20260201-0000-cccc"),
]


def test_indexes_do_not_depend_on_the_order_of_manifests() -> None:
    orders = list(itertools.permutations(RUNS))
    assert len({render_store_index(order) for order in orders}) == 1
    assert len({render_study_index("imdb", order) for order in orders}) == 1


def test_store_index_shows_the_newest_answer_of_every_study() -> None:
    page = Page(render_store_index(RUNS))
    assert page.attributes("a", "href") == [
        "studies/imdb/index.html",
        "studies/imdb/20260301-0000-bbbb/index.html",
        "studies/mnist/index.html",
        "studies/mnist/20260201-0000-cccc/index.html",
    ]
    assert "<b>new</b>" in page.text and "old" not in page.texts
    assert "2 runs" in page.text and "(4 trained)" in page.text
    assert page.open == []


def test_study_index_gives_the_newest_answer_and_lists_its_runs_newest_first() -> None:
    page = Page(render_study_index("imdb", RUNS))
    assert page.attributes("a", "href") == [
        "../../index.html",
        "20260301-0000-bbbb/index.html",
        "20260301-0000-bbbb/index.html",
        "20260101-0000-aaaa/index.html",
    ]


def test_indexes_of_nothing_say_so() -> None:
    assert "No study has been published yet." in Page(render_store_index([])).text
    assert "No run has been published yet." in Page(render_study_index("imdb", [])).text


def test_incomplete_run_is_marked() -> None:
    run = manifest("imdb", "20260101-0000-aaaa").model_copy(update={"status": "incomplete"})
    assert "alarm" in Page(render_store_index([run])).attributes("span", "class")


def moved() -> list[RunManifest]:
    """Return two runs of which the second one says otherwise, with more epochs."""
    longer = summary(effect("l2", 0.1, verdict="hurts", trials="b"), settings={"training": {"epochs": 30}})
    return [
        run("20260101-0000-aaaa", summary(effect("l2", -0.2, trials="a"))),
        run("20260301-0000-bbbb", longer, headline="l2 hurts"),
    ]


def test_study_index_says_whether_an_effect_is_stable_and_what_changed_where_it_moved() -> None:
    page = Page(render_study_index("imdb", moved()))
    assert "2 runs do not agree: helps 1, hurts 1; from -0.20 to 0.10" in page.text
    assert "It moved in 20260301-0000-bbbb : helps → hurts (-0.20 → 0.10)" in page.text
    assert "training.epochs: 20 → 30" in page.texts
    assert page.attributes("svg", "aria-label") == ["l2: 2 runs do not agree: helps 1, hurts 1; from -0.20 to 0.10"]
    assert page.open == []


def test_move_without_a_recorded_change_says_so() -> None:
    runs = moved()
    settings = {"settings": {"training": {"epochs": 20}}}
    assert runs[1].summary
    runs[1] = runs[1].model_copy(update={"summary": runs[1].summary.model_copy(update=settings)})
    assert "nothing that is recorded changed" in Page(render_study_index("imdb", runs)).text


def test_study_index_with_summaries_does_not_depend_on_the_order_of_manifests() -> None:
    runs = [*moved(), run("20260201-0000-cccc", None)]
    crashed = UnpublishedRun(study="imdb", run_id="20260401-0000-dddd", status="crashed")
    assert len({render_study_index("imdb", order, [crashed]) for order in itertools.permutations(runs)}) == 1


def test_store_index_names_the_best_variant_or_says_that_none_helps() -> None:
    helped = run("20260101-0000-aaaa", summary(effect("l2", -0.2), effect("dropout", -0.3)))
    assert "Best: dropout" in Page(render_store_index([helped])).text
    undecided = [effect(name, 0.1, verdict="inconclusive") for name in ("dropout", "l1")]
    unhelped = run("20260101-0000-aaaa", summary(effect("l2", 0.2, verdict="hurts"), *undecided))
    assert "None is shown to help: 2 inconclusive, 1 hurts" in Page(render_store_index([unhelped])).text


def deviating(run_id: str, difference: float = 0.3) -> RunManifest:
    """Return a run with --only, where l2 hurts."""
    known = summary(effect("l2", difference, verdict="hurts", trials=run_id))
    told = run(run_id, known, headline="[--only l2] l2 hurts")
    return told.model_copy(update={"deviations": ("--only l2",)})


def test_indexes_answer_by_the_newest_run_of_the_spec_as_written() -> None:
    runs = [run("20260101-0000-aaaa", summary(effect("l2", -0.2))), deviating("20260301-0000-bbbb")]
    store, study = Page(render_store_index(runs)), Page(render_study_index("imdb", runs))
    assert "Best: l2" in store.text and "[--only l2] l2 hurts" not in store.text
    assert store.attributes("a", "href")[1] == "studies/imdb/20260101-0000-aaaa/index.html"
    assert study.attributes("a", "href")[1] == "20260101-0000-aaaa/index.html"
    for page in (store, study):
        assert "A newer run differs from the spec: 20260301-0000-bbbb (--only l2)" in page.text
    assert "[--only l2] l2 hurts" in study.text and study.text.count("differs from the spec · ") == 1


def test_stability_leaves_out_runs_that_differ_from_the_spec() -> None:
    runs = [run("20260101-0000-aaaa", summary(effect("l2", -0.2))), deviating("20260301-0000-bbbb")]
    page = Page(render_study_index("imdb", runs))
    assert page.attributes("svg", "aria-label") == ["l2: one run: helps; -0.20; nothing to compare with yet"]
    assert "Left out: 1 run that differs from the spec." in page.text


def test_indexes_of_runs_that_all_differ_from_the_spec_show_the_newest() -> None:
    runs = [deviating("20260101-0000-aaaa"), deviating("20260301-0000-bbbb", 0.4)]
    study = Page(render_study_index("imdb", runs))
    assert study.attributes("a", "href")[1] == "20260301-0000-bbbb/index.html"
    assert "2 runs agree: hurts in all" in study.text and "Left out" not in study.text
    assert "A newer run" not in study.text + Page(render_store_index(runs)).text


def test_run_older_than_the_answer_that_differs_from_the_spec_is_only_listed() -> None:
    runs = [deviating("20260101-0000-aaaa"), run("20260301-0000-bbbb", summary(effect("l2", -0.2)))]
    assert "differs from the spec" not in Page(render_store_index(runs)).text
    assert "A newer run" not in Page(render_study_index("imdb", runs)).text


def test_crashed_and_running_runs_are_shown_unless_they_were_published_after_all() -> None:
    unpublished = [
        UnpublishedRun(study="imdb", run_id="20260101-0000-aaaa", status="crashed"),
        UnpublishedRun(study="imdb", run_id="20260401-0000-dddd", status="running"),
        UnpublishedRun(study="young", run_id="20260402-0000-eeee", status="crashed"),
    ]
    page = Page(render_store_index(RUNS, unpublished))
    assert "run 20260401-0000-dddd: running" in page.text
    assert "run 20260402-0000-eeee: crashed" in page.text
    assert page.headings[:1] == ["Studies"] and page.texts.count("crashed") == 1
    study = Page(render_study_index("imdb", RUNS, unpublished))
    assert study.texts.count("running") == 1 and "crashed" not in study.texts


def test_chart_of_many_runs_shows_the_newest_and_says_so() -> None:
    runs = [run(f"2026{number:04}-0000-aaaa", summary(effect("l2", -0.2, trials=f"{number}"))) for number in range(60)]
    page = Page(render_study_index("imdb", runs))
    assert len(page.attributes("circle", "cx")) == 40
    assert "the newest 40 of 60 runs" in page.text
    assert "60 runs agree: helps in all; -0.20" in page.text


def test_index_shows_hostile_names_as_text() -> None:
    hostile = '<script>alert("1")</script>'
    page = Page(render_study_index("imdb", [run("20260101", summary(effect(hostile, -0.2)), headline=hostile)]))
    assert page.attributes("script", "src") == [] and not [tag for tag, _ in page.tags if tag == "script"]
    assert hostile in page.texts


def test_manifest_of_an_older_version_still_loads_and_is_listed() -> None:
    old = run("20260101-0000-aaaa", None).model_dump(mode="json", exclude={"summary", "deviations"})
    manifest = RunManifest.model_validate(old)
    assert (manifest.summary, manifest.deviations) == (None, ())
    page = Page(render_study_index("imdb", [manifest]))
    assert "l2 helps" in page.text and "Is it stable?" not in page.text


def test_underline_of_links_lies_below_the_underscores_of_metric_names() -> None:
    found = re.search(rb"\na \{[^}]*text-underline-offset: ([\d.]+)em", render_store_index(RUNS))
    assert found
    # The underscore ends 0.20 em below the baseline in Liberation Sans (and Arial), 0.24 em in DejaVu Sans.
    assert float(found[1]) > 0.24

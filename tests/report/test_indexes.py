"""The index pages: lists of answers."""

from __future__ import annotations

import itertools

from ablation.report import render_store_index, render_study_index

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


def test_study_index_lists_its_runs_newest_first() -> None:
    page = Page(render_study_index("imdb", RUNS))
    assert page.attributes("a", "href") == [
        "../../index.html",
        "20260301-0000-bbbb/index.html",
        "20260101-0000-aaaa/index.html",
    ]


def test_indexes_of_nothing_say_so() -> None:
    assert "No study has been published yet." in Page(render_store_index([])).text
    assert "No run has been published yet." in Page(render_study_index("imdb", [])).text


def test_incomplete_run_is_marked() -> None:
    run = manifest("imdb", "20260101-0000-aaaa").model_copy(update={"status": "incomplete"})
    assert "alarm" in Page(render_store_index([run])).attributes("span", "class")

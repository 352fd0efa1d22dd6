"""The page of a run."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from ablation.analysis import answer_lines
from ablation.report import StudyReport, render_study

from .studies import Page, study


def test_page_closes_every_tag_and_names_its_language(page: Page) -> None:
    assert page.open == []
    assert page.attributes("html", "lang") == ["en"]


def test_page_sections_are_in_the_order_of_a_readers_questions(page: Page) -> None:
    assert page.headings == [
        "Which regulariser closes the gap?",
        "Answer",
        "Effects",
        "When does it overfit",
        "Gap between training and validation",
        "Trials",
        "What each variant changed",
        "How to reproduce",
    ]


def test_page_says_the_same_words_as_the_terminal(page: Page, report: StudyReport) -> None:
    text = page.text.lower()
    for line in answer_lines(report.comparison, report.trials, report.notes):
        assert re.sub(r"\W+", " ", line).strip().lower() in re.sub(r"\W+", " ", text)


def test_page_is_self_contained(files: dict[str, bytes], page: Page) -> None:
    assert page.attributes("script", "src") == page.attributes("img", "src") == page.attributes("link", "href") == []
    assert b"@import" not in files["index.html"]
    assert not re.search(rb"url\((?!#)", files["index.html"])


def test_page_links_are_relative(page: Page) -> None:
    links = page.attributes("a", "href")
    assert "variants/l2/seed-0/history.csv" in links
    assert all(not link.startswith(("http", "/")) for link in links)


def test_page_links_to_every_figure_that_was_drawn(files: dict[str, bytes], page: Page) -> None:
    drawn = {name for name in files if name.endswith((".svg", ".png", ".csv"))}
    assert drawn <= set(page.attributes("a", "href"))


def test_page_shows_failures_with_error_and_log(page: Page) -> None:
    assert "2 of 9 trials have no result." in page.text
    assert "the loss was <b>nan</b>" in page.text
    assert "variants/dropout/seed-1/log.txt" in page.attributes("a", "href")


def test_every_chart_has_a_text_alternative(page: Page) -> None:
    charts = [attrs for tag, attrs in page.tags if attrs.get("role") == "img"]
    assert len(charts) == 4  # the effects twice, once for phones
    assert all(len(attrs.get("aria-label") or "") > 20 for attrs in charts)
    assert set(page.attributes("svg", "aria-hidden")) == {"true"}


def test_charts_on_a_page_share_no_ids(page: Page) -> None:
    ids = [identity for _, attrs in page.tags if (identity := attrs.get("id"))]
    assert len(ids) == len(set(ids))


def test_tables_have_scoped_headers(page: Page) -> None:
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.tags if tag == "th")


def test_hostile_texts_stay_texts_on_the_page(hostile_files: dict[str, bytes]) -> None:
    hostile = Page(hostile_files["index.html"])
    assert [attrs.get("type") for tag, attrs in hostile.tags if tag == "script"] == ["application/json", None]
    assert '<script>alert("1")</script> helps' in hostile.text
    assert hostile.open == []


def test_hostile_texts_stay_texts_in_charts_and_card(hostile_files: dict[str, bytes]) -> None:
    assert all(b"<script" not in content for name, content in hostile_files.items() if name.endswith(".svg"))
    card = hostile_files["model_card.md"].decode()
    outside_code = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", card, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside_code and "&lt;script&gt;" in outside_code


def test_page_of_one_variant_and_one_seed_has_no_chart_of_effects() -> None:
    files = dict(render_study(study(("original",), (0,))))
    assert "effects.svg" not in files and "validation_loss.svg" in files
    assert "there is nothing to compare it with" in Page(files["index.html"]).text
    assert "What each variant changed" not in Page(files["index.html"]).headings


def test_page_of_a_study_that_failed_throughout_still_tells_what_happened() -> None:
    trials = [(variant, seed) for variant in ("original", "l2") for seed in (0, 1)]
    page = Page(dict(render_study(study(seeds=(0, 1), failed=dict.fromkeys(trials, "diverged"))))["index.html"])
    assert "4 of 4 trials have no result" in page.text
    assert "l2 diverged : 2 of 2 seeds" in page.text


def test_page_without_histories_leaves_the_sections_of_curves_out() -> None:
    files = dict(render_study(study(metric="test_mae").model_copy(update={"histories": {}})))
    headings = Page(files["index.html"]).headings
    assert "When does it overfit" not in headings and "Effects" in headings


def content_of(page_bytes: bytes, pattern: str) -> str:
    """Return what stands between the tags that a pattern begins with."""
    found = re.search(pattern + r"(.*?)</", page_bytes.decode(), flags=re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(("directive", "tag"), [("style-src", "<style>"), ("script-src", "<script>")])
def test_page_allows_only_its_own_style_and_script(files: dict[str, bytes], directive: str, tag: str) -> None:
    digest = hashlib.sha256(content_of(files["index.html"], tag).encode()).digest()
    policy = Page(files["index.html"]).attributes("meta", "content")[2]
    assert f"{directive} 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_page_has_no_styles_and_handlers_in_attributes(page: Page) -> None:
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}


def test_data_of_a_page_are_json_that_no_text_ends(hostile_files: dict[str, bytes]) -> None:
    data = content_of(hostile_files["index.html"], '<script type="application/json" id="data">')
    assert json.loads(data)["study"] == '<script>alert("1")</script>'
    assert "<" not in data


def test_data_of_a_page_hold_every_curve(page: Page, files: dict[str, bytes]) -> None:
    data = json.loads(content_of(files["index.html"], '<script type="application/json" id="data">'))
    assert [column["name"] for column in data["curves"]] == ["val_loss", "loss"]
    assert data["curves"][0]["seeds"][0]["0"] == [1, 2.2, 2.1, 2, 2.1, 2.2, 2.3]
    assert data["curves"][0]["seeds"][2]["1"][4:] == [None, None, None]  # diverged
    assert data["unfinished"] == [["dropout", 1], ["dropout", 2]]


def test_rendering_twice_gives_the_same_bytes(report: StudyReport, files: dict[str, bytes]) -> None:
    assert dict(render_study(report)) == files

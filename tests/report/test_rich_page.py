"""The page of a large study with everything that a page can show."""

from __future__ import annotations

import re

import pytest

from ablation.records import Assessment
from ablation.report import StudyReport, render_study
from ablation.report.charts.figures import Figure, study_figures
from ablation.report.page.page import study_page

from .rich import regression, rich_study
from .studies import Page

SMALL = ("baseline", "dropout", "weight_decay", "wider")


@pytest.fixture(scope="module")
def small() -> StudyReport:
    return rich_study(SMALL, seeds=2, epochs=8)


@pytest.fixture(scope="module")
def figures(small: StudyReport) -> dict[str, Figure]:
    return {figure.name: figure for figure in study_figures(small)}


@pytest.fixture(scope="module")
def small_page(small: StudyReport, figures: dict[str, Figure]) -> Page:
    return Page(study_page(small, figures))


def page_of(report: StudyReport) -> Page:
    """Render a page alone, without the pictures as files."""
    return Page(study_page(report, {figure.name: figure for figure in study_figures(report)}))


def test_every_section_of_a_full_study_is_there(small_page: Page) -> None:
    assert small_page.headings[1:] == [
        "Answer",
        "Effects",
        "When does it overfit",
        "Gap between training and validation",
        "What each factor does",
        "Mistakes",
        "Trials",
        "What each variant changed",
        "How to reproduce",
    ]
    assert small_page.open == []


@pytest.mark.slow
def test_every_figure_is_svg_png_and_csv(small: StudyReport) -> None:
    small_files = dict(render_study(small))
    names = {name.removesuffix(".svg") for name in small_files if name.endswith(".svg")}
    assert names >= {"effects", "main_effects", "interactions", "shares", "gap", "confusion", "reliability", "mistakes"}
    assert all(small_files[f"{name}.png"].startswith(b"\x89PNG") for name in names)
    assert all(small_files[f"{name}.csv"].count(b"\n") > 1 for name in names)


def test_fairness_warnings_are_marked_before_the_charts(small_page: Page) -> None:
    before, _, _ = small_page.text.partition("numbers (CSV)")
    assert "[!] selection on the test set: the test set chose every epoch." in before
    assert "[!] unequal steps: augmentation and mixup took 12 % fewer steps than the others." in before


def test_other_metrics_have_a_table_of_their_own(small_page: Page) -> None:
    assert "The same variants on 2 other metrics" in small_page.text
    assert "test_accuracy (larger is better)" in small_page.text


def test_mistakes_are_pictures_with_words(small_page: Page) -> None:
    words = small_page.attributes("img", "alt")
    assert len(words) == 24
    assert re.fullmatch(r"Sample \d+ is \d, said \d \(99\.9 % sure\)", words[0])
    assert all(address.startswith("data:image/png;base64,") for address in small_page.attributes("img", "src"))


def test_confusion_of_seeds_is_added_up(small: StudyReport, figures: dict[str, Figure]) -> None:
    rows = figures["confusion"].csv.decode().splitlines()
    counts = [found.confusion.counts for found in small.assessments["baseline"].values() if found.confusion]
    assert rows[1] == f"baseline,0,0,{counts[0][0][0] + counts[1][0][0]}"
    assert len(rows) == 1 + 4 * 100


def test_section_of_mistakes_is_left_out_where_there_is_nothing_in_it(small: StudyReport) -> None:
    page = page_of(small.model_copy(update={"assessments": {"baseline": {0: Assessment(samples=3)}}}))
    assert "Mistakes" not in page.headings
    assert "#mistakes" not in page.attributes("a", "href")


def test_image_that_is_no_base64_is_left_out(small: StudyReport) -> None:
    assessment = small.assessments["baseline"][0]
    hostile = assessment.mistakes[0].model_copy(update={"image": '"><script>alert(1)</script>'})
    changed = assessment.model_copy(update={"mistakes": (hostile,)})
    page = page_of(small.model_copy(update={"assessments": {"baseline": {0: changed}}}))
    assert page.attributes("img", "src") == []
    assert "mistakes.svg" not in page.attributes("a", "href")


def test_regression_shows_residuals_instead_of_classes(small: StudyReport) -> None:
    page = page_of(regression(small))
    assert "Residuals" in page.headings and "Mistakes" not in page.headings
    assert {"residuals.svg", "confusion.svg"} & set(page.attributes("a", "href")) == {"residuals.svg"}


@pytest.mark.slow
def test_page_of_twenty_variants_is_below_three_megabytes() -> None:
    report = rich_study()
    assert len(study_page(report, {figure.name: figure for figure in study_figures(report)})) < 3_000_000

"""The page of a large study with everything that a page can show."""

from __future__ import annotations

import re

import pytest

from ablation.records import Assessment
from ablation.report import StudyReport, render_study
from ablation.report.charts.factors import interaction_words, main_effect_words, picture_interactions
from ablation.report.charts.figures import Figure, study_figures
from ablation.report.page.page import study_page
from ablation.report.page.terms import term_notes

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


def test_factors_are_answered_before_the_variants(small_page: Page) -> None:
    answer = " ".join(small_page.text.partition("Before you quote this")[0].split())
    factor, variant = answer.index("factor dropout helps : val_loss falls by 0.08"), answer.index("wider ")
    assert factor < variant
    assert "3 interactions inconclusive" in answer
    assert small_page.text.count("3 interactions inconclusive") == 1


def test_interactions_are_named_by_their_factors_and_in_the_digits_of_sentences(
    small: StudyReport, figures: dict[str, Figure]
) -> None:
    panels = "".join(panel.content for panel in figures["interactions"].picture.panels)
    assert "weight_decay off" in panels and "augmentation on" in panels and "second factor" not in panels
    factors = small.comparison.factors
    assert factors is not None
    near = factors.interactions[0].model_copy(update={"difference": 0.047, "low": 0.003, "high": 0.091})
    assert interaction_words(near, small.comparison) == "beyond the sum: 0.047 (0.003 to 0.091)"
    wide = factors.main[0].model_copy(
        update={"difference": -0.23, "low": -0.49, "high": 0.02, "verdict": "inconclusive"}
    )
    assert main_effect_words(wide, small.comparison) == "inconclusive: -0.23 (-0.49 to 0.02)"


@pytest.mark.parametrize(("level", "first_line"), [("on", "dropout off"), ("off", "dropout on"), ("0.5", "dropout as")])
def test_interaction_names_the_level_of_the_baseline(small: StudyReport, level: str, first_line: str) -> None:
    factors = small.comparison.factors
    assert factors is not None
    found = factors.interactions[0].model_copy(update={"factors": ("wide", "dropout"), "levels": ("on", level)})
    picture = picture_interactions(small.comparison, factors.model_copy(update={"interactions": (found,)}))
    assert f">{first_line}" in picture.panels[0].content


def test_line_of_no_difference_says_baseline_once(figures: dict[str, Figure]) -> None:
    drawn = figures["effects"].picture.panels[0].content
    assert ">baseline<" in drawn and "baseline: baseline" not in drawn


def test_words_that_few_readers_know_are_explained_below_their_table(small_page: Page) -> None:
    assert small_page.attributes("table", "aria-describedby") == ["effect-terms", "gap-terms"]
    for words in ("IQM : interquartile mean", "p (Holm) : how likely", "area of the gap : the gap summed up"):
        assert words in " ".join(small_page.text.split())


def test_objective_is_explained_where_it_stands() -> None:
    assert [term for term, _ in term_notes(["val_objective", "loss"])] == ["objective"]
    assert term_notes(["val_loss"]) == []


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

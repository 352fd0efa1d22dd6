"""The page of a study in a real browser."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ablation.report.charts.figures import study_figures
from ablation.report.page.page import study_page
from tests.report.studies import study

from .conftest import DESKTOP, PHONE, Opener

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script>"
CURVES = ".plot [data-variant]"
# What a reader who clicks does not take for a hang.
RESPONSIVE_MS = 1000
BUILD_S = 10.0


def names_of(page: Page, table: str) -> list[str]:
    """Return the first cells of a table's rows, from top to bottom."""
    return page.locator(f"{table} tbody th:visible").all_inner_texts()


@pytest.mark.parametrize("place", ["file", "website", "browse", "presigned"])
def test_page_opens_without_an_error_and_fetches_nothing(
    open_page: Opener, request: pytest.FixtureRequest, place: str
) -> None:
    watched = open_page(request.getfixturevalue(f"{place}_address"))
    expect(watched.page.get_by_role("heading", name="Answer")).to_be_visible()
    expect(watched.page.locator(CURVES)).to_have_count(8)
    watched.page.mouse.wheel(0, 5000)
    assert watched.complaints == []
    # Browsers ask websites for an icon, whatever the page says.
    assert [url for url in watched.others if not url.endswith("/favicon.ico")] == []


def test_page_reads_without_scripts(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address, java_script_enabled=False).page
    expect(page.locator("#figure-validation_loss .multiples").first).to_be_visible()
    expect(page.locator("#explore")).to_be_hidden()
    expect(page.locator(".answer").first).to_contain_text("dropout_weight_decay helps: val_loss falls by")
    assert len(names_of(page, "section[aria-labelledby=trials]")) == 100


def test_variant_is_drawn_only_while_it_is_chosen(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    chip = page.locator("#explore").get_by_role("button", name="dropout", exact=True)
    chip.click()
    expect(page.locator('.plot [data-variant="dropout"]')).to_have_count(0)
    expect(chip).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator(CURVES)).to_have_count(20)
    page.get_by_role("button", name="Only the baseline").click()
    expect(page.locator(CURVES)).to_have_count(1)


def test_curve_scale_smoothing_and_seeds_change_the_chart(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    lines = page.locator('.plot [data-variant="dropout"] path')
    expect(lines).to_have_count(6)
    linear = lines.last.get_attribute("d")
    page.get_by_role("radio", name="log").check()
    expect(page.locator(".plot")).to_contain_text("val_loss (log)")
    assert lines.last.get_attribute("d") != linear
    page.get_by_role("radio", name="linear").check()
    assert lines.last.get_attribute("d") == linear
    expect(page.locator("#explore output")).to_have_text("off")
    page.get_by_role("slider", name="Smoothing").fill("3")
    expect(page.locator("#explore output")).to_have_text("mean of 7 epochs")
    assert lines.last.get_attribute("d") != linear
    page.get_by_role("checkbox", name="single seeds").uncheck()
    expect(lines).to_have_count(1)
    page.get_by_role("combobox", name="Curve").select_option("gap (val_loss - loss, dropout off)")
    expect(page.locator(".plot")).to_have_attribute("aria-label", re.compile("^gap over epochs"))


def test_clipped_axis_says_so_and_shows_all_on_demand(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    expect(page.locator("#explore .clipped")).to_contain_text("clipped: some values lie outside the axis")
    page.get_by_role("button", name="Show all values").click()
    page.get_by_role("button", name="Clip outliers").click()
    page.get_by_role("button", name="Only the baseline").click()
    expect(page.locator("#explore .clipped")).to_be_empty()


def test_pointer_reads_a_value_off_and_lets_the_others_fade(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    plot = page.locator(".plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 200)
    tip = page.locator(".tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text(re.compile(r"epoch \d+val_loss \d\.\d+"))
    expect(page.locator(f"{CURVES}.dim")).to_have_count(7)
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    expect(page.locator(f"{CURVES}.dim")).to_have_count(0)


def test_keyboard_reads_a_value_off_and_says_it(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    page.locator(".plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    spoken = page.locator("#explore [aria-live]")
    expect(spoken).to_have_text(
        re.compile(r"^dropout, mean of 5 seeds, epoch 2, val_loss [\d.]+\. [\d.]+ above baseline$")
    )
    page.keyboard.press("Escape")
    expect(page.locator(".tip")).to_be_hidden()


def test_first_key_leads_to_the_answer(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_in_viewport()


def test_header_sorts_by_number_and_back(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    effects = "section[aria-labelledby=effects] .scroll:not(details *)"
    header = page.locator(effects).get_by_role("columnheader", name="mean")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    ascending = names_of(page, effects)
    assert (ascending[0], ascending[-1]) == ("long-named_variant_with_many_words", "baseline")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert names_of(page, effects) == ascending[::-1]


def test_sorting_puts_trials_without_a_number_last(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    trials = "section[aria-labelledby=trials]"
    button = page.locator(trials).get_by_role("columnheader", name="val_loss").get_by_role("button")
    for _ in range(2):
        button.click()
        assert set(names_of(page, trials)[-2:]) == {"wider", "long-named_variant_with_many_words"}


def test_filter_shows_the_trials_with_all_words(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    page.get_by_label("filter trials").fill("weight_decay trained")
    assert set(names_of(page, "section[aria-labelledby=trials]")) == {"weight_decay", "dropout_weight_decay"}
    expect(page.get_by_text("10 of 100 trials")).to_be_visible()
    page.get_by_label("filter trials").fill("diverged")
    expect(page.get_by_text("2 of 100 trials", exact=True)).to_be_visible()


def test_failed_trial_opens_to_its_error_and_log(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    page.get_by_text("wider seed 2: diverged after 10 epochs").click()
    expect(page.get_by_text("the loss was not finite at epoch 10").first).to_be_visible()
    expect(page.get_by_role("link", name="log", exact=True).first).to_have_attribute(
        "href", "variants/wider/seed-2/log.txt"
    )


def test_confusion_of_another_variant_is_shown_on_demand(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    panels = page.locator("#figure-confusion .multiple:visible")
    expect(panels).to_have_count(2)
    page.locator("#figure-confusion").get_by_role("button", name="gelu").click()
    expect(panels).to_have_count(3)


def test_presigned_page_offers_its_numbers_and_says_how_to_get_the_rest(
    open_page: Opener, presigned_address: str, folder: Path
) -> None:
    page = open_page(presigned_address).page
    expect(page.locator("#presigned")).to_contain_text("ablate pull 20261121-0412-7f3a mnist-regularisers")
    outside = page.locator("a[href]:not([href^='#']):not([href^='blob:'])")
    expect(outside).to_have_count(0)
    with page.expect_download() as download:
        page.locator("#figure-effects a", has_text="numbers (CSV)").click()
    assert Path(download.value.path()).read_bytes() == (folder / "effects.csv").read_bytes()
    with page.expect_download() as download:
        page.locator("#figure-validation_loss a", has_text="numbers (CSV)").click()
    saved = Path(download.value.path()).read_text().splitlines()
    assert saved[0] == "variant,seed,epoch,val_loss" and len(saved) == 1 + 20 * 5 * 60


def test_links_of_a_file_lead_to_its_neighbours(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    expect(page.locator("#presigned")).to_be_hidden()
    hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {"effects.csv", "variants/gelu/seed-3/model.keras", "summary.csv", "model_card.md"} <= set(hrefs)


@pytest.mark.parametrize("has_script", [True, False])
def test_page_of_a_phone_does_not_scroll_sideways(open_page: Opener, file_address: str, has_script: bool) -> None:
    page = open_page(file_address, viewport=PHONE, java_script_enabled=has_script).page
    page.locator("h2").last.scroll_into_view_if_needed()
    width = page.locator("main").evaluate("() => document.documentElement.scrollWidth") if has_script else None
    box = page.locator("body").bounding_box()
    assert box is not None and box["width"] == 360
    assert width in (None, 360)
    expect(page.locator("#figure-effects .narrow")).to_be_visible()
    expect(page.locator("#figure-effects .wide")).to_be_hidden()


@pytest.mark.parametrize(
    ("study_of", "viewport", "scheme"),
    [("file", DESKTOP, "light"), ("small", DESKTOP, "dark"), ("small", PHONE, "light"), ("small", PHONE, "dark")],
)
def test_page_has_no_accessibility_violation(
    open_page: Opener, request: pytest.FixtureRequest, study_of: str, viewport: dict[str, int], scheme: str
) -> None:
    address = request.getfixturevalue(f"{study_of}_address")
    page = open_page(address, viewport=viewport, color_scheme=scheme).page
    for details in page.locator("details").all():
        details.evaluate("each => each.open = true")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_printed_page_has_everything_open_and_no_controls(open_page: Opener, file_address: str) -> None:
    page = open_page(file_address).page
    page.emulate_media(media="print")
    expect(page.locator("#explore .controls").first).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details:not([open])")).to_have_count(0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 2
    assert page.pdf().startswith(b"%PDF")


def test_hostile_name_is_shown_and_not_run(open_page: Opener, tmp_path: Path) -> None:
    plain = study(("original", HOSTILE), failed={(HOSTILE, 1): "failed"})
    texts = {"study": HOSTILE, "question": f"{HOSTILE}?", "reproduce": HOSTILE, "changes": {HOSTILE: HOSTILE}}
    report = plain.model_copy(update=texts)
    path = tmp_path / "index.html"
    path.write_bytes(study_page(report, {figure.name: figure for figure in study_figures(report)}))
    watched = open_page(path.as_uri())
    page = watched.page
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{HOSTILE}?")
    expect(page.locator("#explore").get_by_role("button", name=HOSTILE)).to_be_visible()
    page.locator(".plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tip b")).to_have_text(HOSTILE)
    assert watched.complaints == []


def test_page_of_200_variants_is_built_and_answers_in_time(open_page: Opener, tmp_path: Path) -> None:
    report = study([f"variant-{place}" for place in range(200)], range(5), epochs=60)
    before = time.process_time()
    content = study_page(report, {figure.name: figure for figure in study_figures(report)})
    assert time.process_time() - before < BUILD_S
    path = tmp_path / "index.html"
    path.write_bytes(content)
    page = open_page(path.as_uri()).page
    click = """button => { const start = performance.now(); button.click(); return performance.now() - start; }"""
    assert page.get_by_role("button", name="All", exact=True).evaluate(click) < RESPONSIVE_MS
    expect(page.locator(CURVES)).to_have_count(200)
    header = page.locator("section[aria-labelledby=trials] th", has_text="val_loss").get_by_role("button")
    assert header.evaluate(click) < RESPONSIVE_MS
    page.get_by_label("find a variant").fill("variant-17")
    expect(page.locator("#explore .chip:visible")).to_have_count(11)

"""The pictures of the page in docs/images: on a desktop, light and dark, on a phone, and printed.

Run by `make screenshots`. Whoever changes the page draws them anew and looks at them.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from ablation.report import render_study
from tests.report.rich import rich_study

from .conftest import ARGUMENTS, DESKTOP, PHONE, chromium

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SECTIONS = {"light": ("effects", "overfit", "mistakes"), "dark": ("overfit",)}
# A4 without its margins, at 96 pixels to the inch.
PAPER = {"width": 690, "height": 820}
# The chart is drawn anew when its width changes, with the next frame.
SETTLE_MS = 300
MARGIN_PX = 52


def draw_all() -> None:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for name, content in render_study(rich_study()):
            (Path(folder) / name).write_bytes(content)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        address = (Path(folder) / "index.html").as_uri()
        for scheme, sections in SECTIONS.items():
            page = _open(browser, address, DESKTOP, scheme)
            _keep(page.screenshot(), f"page-{scheme}")
            for section in sections:
                _show(page, section)
                _keep(page.screenshot(), f"page-{section}-{scheme}")
        _keep_phone(_open(browser, address, PHONE, "light"))
        _keep_print(_open(browser, address, PAPER, "light"))
        browser.close()


def _open(browser: Browser, address: str, viewport: dict[str, int], scheme: str) -> Page:
    page = browser.new_page(viewport=viewport, color_scheme=scheme)
    page.goto(address)
    return page


def _show(page: Page, section: str) -> None:
    place = "#explore" if section == "overfit" else f"h2#{section}"
    page.locator(place).evaluate("place => place.scrollIntoView()")
    if section == "overfit":
        box = page.locator(".plot").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.55)


def _keep_phone(page: Page) -> None:
    """Set three screens of a phone side by side."""
    screens = []
    for place in ("h2#answer", "h2#effects", "#explore"):
        page.locator(place).evaluate("place => place.scrollIntoView()")
        screens.append(Image.open(io.BytesIO(page.screenshot())))
    width, height = screens[0].size
    sheet = Image.new("RGB", (3 * width + 2 * 24, height), "#c9ced4")
    for place, screen in enumerate(screens):
        sheet.paste(screen, (place * (width + 24), 0))
    _write(sheet, "page-phone")


def _keep_print(page: Page) -> None:
    """Set the beginning of the printed report side by side, in the width of the paper."""
    page.emulate_media(media="print", color_scheme="light")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(SETTLE_MS)
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    width, height = PAPER["width"], PAPER["height"]
    step = width + 2 * MARGIN_PX + 24
    sheet = Image.new("RGB", (2 * step - 24, height + 2 * MARGIN_PX), "#c9ced4")
    for place in range(2):
        paper = Image.new("RGB", (width + 2 * MARGIN_PX, height + 2 * MARGIN_PX), "white")
        paper.paste(whole.crop((0, place * height, width, (place + 1) * height)), (MARGIN_PX, MARGIN_PX))
        sheet.paste(paper, (place * step, 0))
    _write(sheet, "page-print")


def _keep(content: bytes, name: str) -> None:
    _write(Image.open(io.BytesIO(content)).convert("RGB"), name)


def _write(image: Image.Image, name: str) -> None:
    image.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    draw_all()

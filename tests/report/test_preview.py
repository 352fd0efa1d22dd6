"""The sheet of a preview: pixels at their places, text within its bounds."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ablation.report.drawing.svg import shorten, text, wrap
from ablation.report.preview import Balance, Cell, GridColumn, ImageGrid, Panel, PreviewSheet, render_preview
from ablation.report.preview.charts import draw_charts
from ablation.report.preview.grid import draw_grid
from ablation.report.preview.pixels import data_uri, pixels_of

RED_AND_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8)


def column(*images: Any, low: float = 0, high: float = 255) -> GridColumn:
    return GridColumn("as stored", tuple(Cell(image) for image in images), low, high)


def sheet(**parts: Any) -> PreviewSheet:
    nothing = {"grid": None, "balance": None, "panels": (), "panels_title": "", "notes": ()}
    return PreviewSheet(title="study: baseline, seed 0", subtitle="digits", **nothing | parts)


def picture(of: PreviewSheet) -> Image.Image:
    return Image.open(io.BytesIO(render_preview(of))).convert("RGB")


@pytest.mark.parametrize(
    ("values", "low", "high", "pixels"),
    [
        ([[0.0, 0.5, 1.0]], 0, 1, [[0, 128, 255]]),
        ([[-1.0, 0.0, 1.0]], -1, 1, [[0, 128, 255]]),
        ([[-3.0, 9.0, np.nan]], 0, 1, [[0, 255, 0]]),
        ([[np.inf, -np.inf, 8.0]], 0, 16, [[255, 0, 128]]),
    ],
)
def test_values_become_pixels_between_black_and_white(
    values: list[list[float]], low: float, high: float, pixels: list[list[int]]
) -> None:
    image = np.array(values)
    assert pixels_of(image, column(image, low=low, high=high)).tolist() == pixels


@pytest.mark.parametrize(("channels", "shape"), [(1, (2, 2)), (3, (2, 2, 3)), (5, (2, 2))])
def test_three_channels_stay_colours_and_others_are_grey(channels: int, shape: tuple[int, ...]) -> None:
    image = np.zeros((2, 2, channels), dtype=np.uint8)
    assert pixels_of(image, column(image)).shape == shape


def test_small_images_grow_by_whole_pixels_and_keep_their_proportions() -> None:
    content = base64.b64decode(data_uri(RED_AND_BLUE, 8).removeprefix("data:image/png;base64,"))
    grown = np.asarray(Image.open(io.BytesIO(content)))
    assert grown.shape == (4, 8, 3)
    assert (grown[:, :4] == (255, 0, 0)).all()
    assert (grown[:, 4:] == (0, 0, 255)).all()


def test_sheet_has_the_colours_of_its_images() -> None:
    drawn = picture(sheet(grid=ImageGrid((("class 0", "sample 0"),), (column(RED_AND_BLUE),))))
    pixels = np.asarray(drawn).reshape(-1, 3)
    # A side of 104 pixels, doubled: half of a 208 x 104 image each, less the frame around it.
    for colour in ((255, 0, 0), (0, 0, 255)):
        assert 0.9 < (pixels == colour).all(axis=1).sum() / (104 * 104) <= 1


def test_sheet_grows_with_its_rows_and_its_notes() -> None:
    one = sheet(grid=ImageGrid((("a",),), (column(RED_AND_BLUE),)))
    two = sheet(grid=ImageGrid((("a",), ("b",)), (column(RED_AND_BLUE, RED_AND_BLUE),)))
    noted = sheet(grid=one.grid, notes=("nothing is clipped.",))
    heights = [picture(each).height for each in (one, two, noted)]
    assert heights[1] - heights[0] == 2 * (104 + 14)
    assert heights[2] > heights[0]


def test_names_are_escaped_and_cut_to_their_place() -> None:
    grid = ImageGrid((("<b>&" + "x" * 200,),), (column(RED_AND_BLUE),))
    parts, _ = draw_grid(grid, 0)
    assert any("&lt;b&gt;&amp;xxx" in part and "…" in part for part in parts)
    assert not any("x" * 30 in part for part in parts)


def test_text_is_wrapped_and_shortened_to_a_width() -> None:
    assert wrap("one two three", 60, 12) == ["one two", "three"]
    assert wrap("", 60, 12) == [""]
    assert shorten("dandelion", 200, 12) == "dandelion"
    assert shorten("dandelion", 40, 12) == "dande…"
    assert ">a &lt; b</text>" in text("a < b", 0, 0)


def test_class_balance_has_a_bar_a_split_and_names_its_classes() -> None:
    svg = draw_charts(sheet(balance=Balance(("cat", "dog"), {"train": (0.25, 0.75), "test": (0.5, 0.5)})))
    assert svg is not None
    assert all(f">{word}</text>" in svg for word in ("cat", "dog", "train", "test", "Class balance"))
    assert svg.count('fill="#0072B2"') == svg.count('fill="#D55E00"') == 2 + 1  # and the legend's


def test_balance_of_many_classes_has_no_names() -> None:
    names = tuple(f"class_{index}" for index in range(41))
    svg = draw_charts(sheet(balance=Balance(names, {"train": (1 / 41,) * 41})))
    assert svg is not None
    assert "class_0" not in svg
    assert "of the training samples of 41 classes, the most frequent first" in svg


def test_panel_has_a_bar_a_bin_and_its_mark() -> None:
    panel = Panel("length", 0, 30, (1, 2, 3), 20, "padded length")
    svg = draw_charts(sheet(panels=(panel,), panels_title="lengths before encoding"))
    assert svg is not None
    assert svg.count('fill="#0072B2"') == 3
    assert all(f">{word}</text>" in svg for word in ("length", "padded length", "lengths before encoding"))


def test_sheet_without_charts_is_drawn() -> None:
    assert draw_charts(sheet()) is None
    assert picture(sheet()).width == 2 * (800 + 2 * 20)

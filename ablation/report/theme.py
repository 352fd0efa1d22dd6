"""How every chart looks: colours, type and the size of things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

INK = "#1f2328"
MUTED = "#59636e"
GRID = "#dfe3e8"
BAND = "#e6eaef"
PAPER = "#ffffff"
BASELINE = "#3b3f45"

# Okabe and Ito's palette without its black, which the baseline takes; its yellow, last, is darkened for white paper.
# Source: Okabe and Ito, Color Universal Design (2008).
VARIANT_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A8000")
# From little to much, for counts: ten equal steps of lightness in OKLab, one hue, so that grey print and every kind of
# colour vision keep the order. Source: Ottosson, A perceptual color space for image processing (2020).
HEAT = (
    "#e6f5ff",
    "#c0e2ff",
    "#9ccdff",
    "#7ab9fe",
    "#5ca4f2",
    "#438fe0",
    "#307bc8",
    "#2568ac",
    "#21568c",
    "#21446a",
)
# The same on a dark page, where much is light.
HEAT_DARK = (
    "#1c2735",
    "#1d3855",
    "#1e4977",
    "#215b96",
    "#2a6eb3",
    "#3a81cc",
    "#5096e0",
    "#6caaef",
    "#8bbff9",
    "#add3ff",
)
TRAINING_COLOUR, VALIDATION_COLOUR, CLEAN_COLOUR = VARIANT_COLOURS[:3]

# Charts are laid out with the widths of Arial, which Liberation Sans shares; another font would overrun its place.
CHART_FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

THIN, BOLD, BOLD_BASELINE = 1.0, 2.25, 3.25
FAINT = 0.38
# Below this many epochs a line is too short to be seen, so its points are drawn too.
FEW_EPOCHS = 4

PLOT_WIDTH, PLOT_HEIGHT = 760, 340

_AXIS = {
    "gridColor": GRID,
    "domainColor": MUTED,
    "tickColor": MUTED,
    "labelColor": MUTED,
    "titleColor": INK,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "titlePadding": 8,
    "labelFlush": False,
}

CONFIG: dict[str, Any] = {
    "font": CHART_FONT,
    "background": PAPER,
    "padding": 8,
    # The page gives every chart one text alternative; hundreds of labelled points would only bury it.
    "aria": False,
    "view": {"stroke": None},
    "axis": _AXIS,
    "title": {
        "anchor": "start",
        "frame": "group",
        "color": INK,
        "fontSize": 14,
        "fontWeight": 600,
        "subtitleColor": MUTED,
        "subtitleFontSize": 12,
        "subtitlePadding": 4,
        "offset": 12,
    },
    "header": {
        "labelColor": INK,
        "labelFontSize": 12,
        "labelFontWeight": 600,
        "labelAnchor": "start",
        "labelPadding": 4,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 12,
        "symbolStrokeWidth": 2.25,
        "symbolSize": 250,
    },
}


# Beyond the palette colours come again, and dashes tell the variants of one colour apart.
DASHES = ("", "7 3", "2 3", "9 3 2 3")


def dashes_of(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Give every variant the dash of its curves: none, until the colours come again."""
    others = [variant for variant in variants if variant != baseline]
    rounds = {variant: place // len(VARIANT_COLOURS) for place, variant in enumerate(others)}
    return {variant: DASHES[rounds.get(variant, 0) % len(DASHES)] for variant in variants}


def colours_of(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Give every variant its colour, in the order of the spec; the baseline is always grey-black."""
    others = [variant for variant in variants if variant != baseline]
    palette = {variant: VARIANT_COLOURS[place % len(VARIANT_COLOURS)] for place, variant in enumerate(others)}
    return {variant: palette.get(variant, BASELINE) for variant in variants}


def widths_of(variants: Sequence[str], baseline: str) -> dict[str, float]:
    """Give every variant the width of its mean curve; the baseline's is thicker."""
    return {variant: BOLD_BASELINE if variant == baseline else BOLD for variant in variants}

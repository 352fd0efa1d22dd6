"""The confusion matrix: a row a true class, a column a predicted one, coloured by the share of the row."""

from __future__ import annotations

from ablation.records import Confusion
from ablation.report import theme
from ablation.report.charts.assessments.assessed import accuracy_of, assessed_variants, assessments_of, pooled_confusion
from ablation.report.drawing.picture import Key, Panel, Picture
from ablation.report.drawing.rendering import Row
from ablation.report.drawing.svg import BOLD, LETTER_WIDTH, box, label, rule, shorten, text
from ablation.report.study import StudyReport

MOST_VARIANTS = 8
SIDE = 380
MOST_LABELLED, MOST_NUMBERED = 40, 16
LABEL_SIZE = 12
HEADER, FOOT = 44, 26
LARGEST_LABEL_PX = 90
# From this colour on a number is light.
FIRST_DARK = 6


def confusions(report: StudyReport) -> dict[str, Confusion]:
    """Return the confusion over all seeds of the baseline, the best and those that differ most."""
    names = assessed_variants(report, lambda assessment: assessment.confusion, MOST_VARIANTS)
    found = {
        name: [
            assessment.confusion
            for assessment in assessments_of(report, name, lambda each: each.confusion).values()
            if assessment.confusion
        ]
        for name in names
    }
    return {name: pooled_confusion(each) for name, each in found.items()}


def picture_confusion(report: StudyReport, found: dict[str, Confusion]) -> Picture:
    """Draw a matrix a variant."""
    most = largest_mistake(found)
    return Picture(
        "Which class is taken for which",
        tuple(confusion_panel(name, confusion, most) for name, confusion in found.items()),
        columns=2,
        notes=("samples of all seeds; mistakes are coloured by their share of the true class, empty: none",),
        keys=(
            Key("right", theme.BAND, "band"),
            Key("few", theme.HEAT[0], "band"),
            Key(f"{100 * most:.2g} % of the class", theme.HEAT[-1], "band"),
        ),
    )


def largest_mistake(found: dict[str, Confusion]) -> float:
    """Return the largest share of a class that is taken for one other."""
    shares = [
        count / sum(counts)
        for confusion in found.values()
        for row, counts in enumerate(confusion.counts)
        for column, count in enumerate(counts)
        if count and row != column
    ]
    return max(shares, default=1.0)


def confusion_rows(found: dict[str, Confusion]) -> list[Row]:
    """Return a row a variant, true class and predicted class."""
    return [
        {"variant": name, "truth": truth, "predicted": predicted, "samples": count}
        for name, confusion in found.items()
        for truth, counts in zip(confusion.labels, confusion.counts, strict=True)
        for predicted, count in zip(confusion.labels, counts, strict=True)
    ]


def confusion_panel(name: str, confusion: Confusion, most: float) -> Panel:
    """Return the matrix of one variant, its name and accuracy above it."""
    labels = confusion.labels
    longest = max((len(words) for words in labels), default=1)
    space = min(LARGEST_LABEL_PX, longest * LABEL_SIZE * LETTER_WIDTH + 8) if len(labels) <= MOST_LABELLED else 12
    left, top, cell = space + 20, HEADER + (18 if longest <= 3 else space), SIDE / max(1, len(labels))
    accuracy = accuracy_of(confusion)
    share = "" if accuracy is None else f"{100 * accuracy:.1f} % right"
    parts = [
        text(shorten(name, SIDE - 90, 13), 0, 13, 13, style=BOLD),
        label(share, left + SIDE, 13, "end"),
        label("predicted", left + SIDE / 2, 34, "middle", colour=theme.INK),
        text("true", 0, 0, style=f'text-anchor="middle" transform="translate(11,{top + SIDE / 2:g}) rotate(-90)"'),
        *_frame(left, top),
        *_cells(confusion, (left, top), cell, most),
        *(_labels(labels, (left, top), cell, space) if len(labels) <= MOST_LABELLED else []),
    ]
    return Panel("".join(parts), left + SIDE + 8, top + SIDE + FOOT, name)


def _frame(left: float, top: float) -> list[str]:
    corners = [(left, top), (left + SIDE, top), (left + SIDE, top + SIDE), (left, top + SIDE)]
    return [rule(corners[place], corners[(place + 1) % 4], theme.GRID) for place in range(4)]


def _cells(confusion: Confusion, corner: tuple[float, float], cell: float, most: float) -> list[str]:
    parts = []
    is_numbered = len(confusion.labels) <= MOST_NUMBERED
    for row, counts in enumerate(confusion.counts):
        for column, count in enumerate(counts):
            if not count:
                continue
            x, y = corner[0] + column * cell, corner[1] + row * cell
            fill, ink = _colours(count / sum(counts) / most, is_right=row == column)
            parts.append(box((x + 0.5, y + 0.5), max(0.5, cell - 1), max(0.5, cell - 1), fill))
            if is_numbered:
                parts.append(label(f"{count}", x + cell / 2, y + cell / 2 + 4, "middle", size=11, colour=ink))
    return parts


def _colours(share: float, *, is_right: bool) -> tuple[str, str]:
    """Return the colours of a cell and of its number; what is right is quiet, so that the mistakes are seen."""
    if is_right:
        return theme.BAND, theme.INK
    step = min(len(theme.HEAT) - 1, int(len(theme.HEAT) * share))
    return theme.HEAT[step], theme.PAPER if step >= FIRST_DARK else theme.INK


def _labels(labels: tuple[str, ...], corner: tuple[float, float], cell: float, space: float) -> list[str]:
    left, top = corner
    size = LABEL_SIZE if cell >= LABEL_SIZE + 2 else 9
    parts = []
    for place, words in enumerate(labels):
        middle = (place + 0.5) * cell
        short = shorten(words, space, size)
        parts.append(label(short, left - 6, top + middle + 4, "end", size=size))
        if len(words) <= 3:
            parts.append(label(short, left + middle, top - 6, "middle", size=size))
        else:
            turn = f'transform="translate({left + middle + 4:.1f},{top - 6:.1f}) rotate(-90)"'
            parts.append(text(short, 0, 0, size, colour=theme.MUTED, style=turn))
    return parts

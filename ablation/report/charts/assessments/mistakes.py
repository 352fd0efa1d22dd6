"""The samples that a model is confidently wrong about, as pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ablation.records import Mistake
from ablation.report import theme
from ablation.report.charts.assessments.assessed import assessed_variants, assessments_of
from ablation.report.drawing.picture import Panel, Picture
from ablation.report.drawing.rendering import Row
from ablation.report.drawing.svg import BOLD, shorten, text
from ablation.report.study import StudyReport

MOST_VARIANTS = 2
MOST_MISTAKES = 12
# What all pictures of a page may weigh, as base64: the page has to open on a phone.
MOST_CHARACTERS = 700_000
COLUMNS = 6
SIDE, STEP_X, STEP_Y, HEADER = 104, 128, 152, 28
# Only this can be in base64; anything else does not become part of an address.
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True)
class Gallery:
    """The worst mistakes of one trial, the worst first."""

    variant: str
    seed: int
    mistakes: tuple[Mistake, ...]

    @property
    def has_images(self) -> bool:
        """Whether there is a picture to show."""
        return any(mistake.image for mistake in self.mistakes)


def galleries(report: StudyReport) -> list[Gallery]:
    """Return the mistakes of the first seed that has some: of the baseline and of the best variant."""
    found: list[Gallery] = []
    left = MOST_CHARACTERS
    for name in assessed_variants(report, lambda assessment: assessment.mistakes, MOST_VARIANTS):
        seed, assessment = next(iter(assessments_of(report, name, lambda each: each.mistakes).items()))
        kept = []
        for mistake in assessment.mistakes[:MOST_MISTAKES]:
            image = mistake.image if mistake.image and BASE64.fullmatch(mistake.image) else None
            left -= len(image or "")
            kept.append(mistake.model_copy(update={"image": image if left > 0 else None}))
        found.append(Gallery(name, seed, tuple(kept)))
    return found


def picture_mistakes(found: list[Gallery]) -> Picture:
    """Draw a sheet of pictures a trial."""
    panels = tuple(_sheet(gallery) for gallery in found if gallery.has_images)
    return Picture("The worst mistakes", panels, notes=("what it is, what the model says and how sure it is",))


def mistake_words(mistake: Mistake) -> str:
    """Return what a sample is and what it was taken for."""
    sure = sure_words(mistake)
    return f"is {mistake.truth}, said {mistake.predicted}{f' ({sure})' if sure else ''}"


def sure_words(mistake: Mistake) -> str:
    """Return how sure the model is; never quite 100 %."""
    if mistake.probability is None:
        return ""
    return f"{min(99.9, 100 * mistake.probability):.3g} % sure"


def mistake_rows(found: list[Gallery]) -> list[Row]:
    """Return a row a mistake."""
    return [
        {
            "variant": gallery.variant,
            "seed": gallery.seed,
            "sample": mistake.index,
            "truth": mistake.truth,
            "predicted": mistake.predicted,
            "probability": mistake.probability,
            "loss": mistake.loss,
        }
        for gallery in found
        for mistake in gallery.mistakes
    ]


def _sheet(gallery: Gallery) -> Panel:
    parts = [text(f"{shorten(gallery.variant, 400, 13)}, seed {gallery.seed}", 0, 13, 13, style=BOLD)]
    shown = [mistake for mistake in gallery.mistakes if mistake.image]
    for place, mistake in enumerate(shown):
        x, y = place % COLUMNS * STEP_X, HEADER + place // COLUMNS * STEP_Y
        address = f"data:image/png;base64,{mistake.image}"
        look = 'preserveAspectRatio="xMidYMid" image-rendering="pixelated"'
        parts.append(f'<image x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" {look} href="{address}"/>')
        parts.append(text(shorten(f"is {mistake.truth}", STEP_X - 8, 12), x, y + SIDE + 15))
        said = shorten(f"said {mistake.predicted}, {sure_words(mistake)}", STEP_X - 4, 11)
        parts.append(text(said, x, y + SIDE + 31, 11, colour=theme.MUTED))
    rows = (len(shown) + COLUMNS - 1) // COLUMNS
    return Panel("".join(parts), COLUMNS * STEP_X, HEADER + rows * STEP_Y)

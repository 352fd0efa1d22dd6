"""Words of the page's tables that not every reader knows."""

from __future__ import annotations

from collections.abc import Sequence

from ablation.history import OBJECTIVE
from ablation.report.page.numbers import GAP_AREA

TERMS = {
    "p (Holm)": "how likely chance alone would make a difference of this size or more (paired t test), raised by "
    "Holm's rule for the number of comparisons",
    "IQM": "interquartile mean, of the middle half of the seeds, which a single odd seed does not move",
    GAP_AREA: "the gap summed up over the epochs (loss x epochs)",
    OBJECTIVE: "the loss with the penalties of regularisers added: what training minimises",
}


def term_notes(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the terms that occur in some names, with what they mean.

    Args:
        names: Of columns or of charts.
    """
    return [(term, words) for term, words in TERMS.items() if any(term in name for name in names)]

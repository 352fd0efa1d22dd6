"""Which values are drawn from black to white, and what part of the values lies outside of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ablation.data import Array
from ablation.data.describing import ValueRange
from ablation.records import Record

# Of standardised pixels that seldom are anything but 0 a few lie a hundred deviations away; all others would be grey.
WIDEST, SHOWN = 12.0, 4.0
HALF_OF_8_BITS = 128


class Window(Record):
    """The values that are drawn black and white."""

    low: float
    high: float


EIGHT_BITS, UNIT, SIGNED = Window(low=0, high=255), Window(low=0, high=1), Window(low=-1, high=1)


def stored_window(ranges: Sequence[ValueRange], *, is_8_bit: bool) -> Window:
    """Return the window of samples as the dataset has them: 8-bit images as they are, others from end to end."""
    whole = _whole(ranges)
    return EIGHT_BITS if is_8_bit and whole.high >= HALF_OF_8_BITS else whole


def normalized_window(ranges: Sequence[ValueRange]) -> Window:
    """Return the window of normalised samples: 0 to 1 or -1 to 1 where that is meant, else from end to end.

    Where the ends are more than 12 standard deviations apart, 4 on either side of the mean are shown.
    """
    whole = _whole(ranges)
    for natural in (UNIT, SIGNED):
        if natural.low <= whole.low and whole.high <= natural.high:
            return natural
    mean = sum(each.mean or 0.0 for each in ranges) / len(ranges)
    squares = [(each.deviation or 0.0) ** 2 + ((each.mean or 0.0) - mean) ** 2 for each in ranges]
    deviation = math.sqrt(sum(squares) / len(squares))
    if deviation == 0 or whole.high - whole.low <= WIDEST * deviation:
        return whole
    return Window(low=max(whole.low, mean - SHOWN * deviation), high=min(whole.high, mean + SHOWN * deviation))


def share_outside(images: Sequence[Array], window: Window) -> float:
    """Return the share of values that are not inside of a window, those that are no numbers among them."""
    outside = [np.count_nonzero(~((image >= window.low) & (image <= window.high))) for image in images]
    return sum(outside) / max(1, sum(image.size for image in images))


def describe_window(title: str, window: Window, images: Sequence[Array]) -> str:
    """Say how the images of a column are drawn."""
    low, high = f"{window.low:.3g}", f"{window.high:.3g}"
    how = "drawn as they are" if window == EIGHT_BITS else "rescaled"
    share = share_outside(images, window)
    clipped = f"{percent(share)} of the drawn values lie outside and are clipped" if share else "no value is clipped"
    return f"{title}: {how}, {low} is black and {high} is white; {clipped}."


def percent(share: float) -> str:
    """Write a share that is not 0 as such, however small it is."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    return f"{share * 100:.1f} %"


def _whole(ranges: Sequence[ValueRange]) -> Window:
    low = min((each.minimum for each in ranges if each.minimum is not None), default=0.0)
    high = max((each.maximum for each in ranges if each.maximum is not None), default=1.0)
    return Window(low=low, high=high if high > low else low + 1.0)

"""Windows that slide over an axis: how many places they have.

Source: https://keras.io/api/layers/convolution_layers/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ablation.spec.shapes.records import Misfit, Shape, display

Pair = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """A window along each spatial axis.

    Attributes:
        sizes: Elements, per axis.
        strides: Steps, per axis.
        padding: `valid`: only where it fits; `same`: everywhere.
        dilation: Distances between its elements, per axis.
        field: The key that its size stands under.
    """

    sizes: Sequence[int]
    strides: Sequence[int]
    padding: str
    dilation: Sequence[int]
    field: str = "kernel_size"

    def places(self, spatial: Sequence[int | None]) -> Shape:
        """Return how many places it has along each axis.

        Raises:
            Misfit: It is larger than an axis and may not stick out.
        """
        axes = zip(spatial, self.sizes, self.strides, self.dilation, strict=True)
        found = tuple(self._along(*axis) for axis in axes)
        if any(count is not None and count < 1 for count in found):
            raise self._too_large()
        return found

    def _along(self, size: int | None, window: int, stride: int, dilation: int) -> int | None:
        if size is None:
            return None
        reach = 1 if self.padding == "same" else dilation * (window - 1) + 1
        return (size - reach) // stride + 1

    def _too_large(self) -> Misfit:
        reach = tuple(gap * (size - 1) + 1 for size, gap in zip(self.sizes, self.dilation, strict=True))
        hint = f"Use padding: same, a smaller {self.field}, or fewer layers before it that shrink."
        return Misfit(f"its window {display(reach)} is larger than its input", hint, field=self.field)


def pair(value: int | tuple[int, ...]) -> Pair:
    """Return [height, width] of a setting that may be one number for both."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])

"""The model section: layers, and what all layers of a kind share."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, SpecModel
from ablation.spec.layers import Activation, ActivationName, Kernel, Layer, Residual


class ModelSpec(SpecModel):
    """Layers, first to last; the last one gives the outputs, linear unless it says otherwise.

    In a resolved spec every default stands in its layer, and `defaults` is empty.
    """

    model_config = ConfigDict(defer_build=False)  # built once, for the study as written and for its trials

    defaults: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Settings of all layers of a kind; a layer's own come first.",
        examples=[{"conv2d": {"kernel_regularizer": {"kind": "l2", "factor": 1e-4}}}],
    )
    layers: Many[Layer] = Field(min_length=1, description="The layers, first to last.")

    def __hash__(self) -> int:
        """Return a hash of the layers: `defaults`, a mapping, has none, and is empty in a resolved spec."""
        return hash(self.layers)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names: set[str] = set()
        for place, layer in _all_layers(self.layers, ("layers",)):
            if layer.name in names:
                context: dict[str, Any] = {"name": layer.name, "place": (*place, "name")}
                raise PydanticCustomError("repeated_name", "more than one layer is named {name}", context)
            names.add(layer.name)
        return self

    @property
    def output_activation(self) -> ActivationName:
        """The activation the outputs went through; `linear` means logits."""
        last = self.layers[-1]
        return last.activation if isinstance(last, Kernel | Activation | Residual) else "linear"

    @property
    def all_layers(self) -> tuple[Layer, ...]:
        """Every layer, those inside residual blocks included, first to last."""
        return tuple(layer for _, layer in _all_layers(self.layers, ()))


def _all_layers(layers: Sequence[Layer], place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Layer]]:
    for index, layer in enumerate(layers):
        yield (*place, index), layer
        if isinstance(layer, Residual):
            yield from _all_layers(layer.layers, (*place, index, "layers"))

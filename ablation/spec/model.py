"""The model section: layers in order."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ablation.spec.base import Many, SpecModel
from ablation.spec.layers import Activation, ActivationName, Dense, Layer


class ModelSpec(SpecModel):
    """A stack of layers; the last one gives the outputs, linear unless it says otherwise."""

    layers: Many[Layer] = Field(min_length=1, description="The layers, first to last.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [layer.name for layer in self.layers]
        for index, name in enumerate(names):
            if name in names[:index]:
                context = {"name": name, "index": index}
                raise PydanticCustomError("repeated_name", "more than one layer is named {name}", context)
        return self

    @property
    def output_activation(self) -> ActivationName:
        """The activation the outputs went through; `linear` means logits."""
        last = self.layers[-1]
        return last.activation if isinstance(last, Dense | Activation) else "linear"

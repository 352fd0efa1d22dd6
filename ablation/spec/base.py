"""The base of every spec model."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Strict

T = TypeVar("T")

# YAML gives lists where frozen models hold tuples; only that one conversion is allowed.
Many = Annotated[tuple[T, ...], Strict(False)]

NAME = r"^[a-z0-9][a-z0-9_.-]{0,62}$"
# No dot: a dot divides the steps of a path, and layers are addressed by path.
LAYER_NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"


class SpecModel(BaseModel):
    """Frozen, no unknown keys, no silent conversion: a number written as text is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

"""What is known of a dataset: its files and the digests that prove them, its task, how it is read."""

from __future__ import annotations

import hashlib
import json
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ablation.catalogue.formats import Format
from ablation.records import SHA256, Record

Part = Literal["train", "test"]
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$"


class DatasetFile(Record):
    """One published file of a dataset."""

    name: str = Field(pattern=FILE_NAME, description="File name, also on a mirror.")
    url: str | None = Field(default=None, description="Published address; None for what only a mirror has.")
    sha256: tuple[str, ...] = Field(min_length=1, description="Accepted digests, the published file's first.")
    bytes: int | None = Field(default=None, ge=1, description="Size of the published file, where it is known.")
    part: Part | None = Field(default=None, description="The part that all its samples belong to; None: to both.")
    is_own: bool = Field(default=False, description="Whether a study states it, who may state another digest.")


class Holdout(Record):
    """How a dataset without a test part of its own is given one, once and for all: stratified where it has classes."""

    model_config = ConfigDict(strict=True)

    test_fraction: float = Field(gt=0, lt=1, description="Share of the samples.", examples=[0.2])
    seed: int = Field(default=0, ge=0, description="Another seed holds out other samples.")


class Edition(Record):
    """Another published form of a dataset: other files, and other arrays, so its results are not those of the first."""

    format: Format
    files: tuple[DatasetFile, ...] = ()
    content_sha256: str | None = Field(default=None, pattern=SHA256, description="Digest of the decoded arrays.")


class Dataset(Record):
    """A dataset: of the catalogue, or as a study describes one of its own."""

    name: str
    title: str = ""
    task: Literal["classification", "regression"]
    classes: int | None = Field(default=None, ge=2, description="None for a regression.")
    targets: int = Field(default=1, ge=1, description="Numbers that a regression predicts of one sample.")
    input_shape: tuple[int | None, ...] | None = Field(
        description="Of one sample; None where samples differ, () for sequences. None where nobody says it."
    )
    samples: int | None = Field(default=None, ge=1, description="In both parts of the first form, where it is known.")
    licence: str = ""
    homepage: str = ""
    format: Format
    files: tuple[DatasetFile, ...] = ()
    holdout: Holdout | None = None
    content_sha256: str | None = Field(
        default=None, pattern=SHA256, description="Digest of the decoded arrays; None where nobody has decoded them."
    )
    alternatives: tuple[Edition, ...] = Field(default=(), description="Used where the first form cannot be had.")

    @model_validator(mode="after")
    def _has_classes_or_targets(self) -> Self:
        if (self.classes is None) != (self.task == "regression"):
            raise ValueError("a classification has classes, a regression has none")
        return self

    @property
    def is_sequence(self) -> bool:
        """Whether samples are integer sequences of any length."""
        return self.format.holds_sequences

    @property
    def identity(self) -> str:
        """Digest of the data: of the decoded arrays, or of the files and how they are read where none is stated."""
        if self.content_sha256 is not None:
            return self.content_sha256
        facts = self.model_dump(mode="json", include={"format", "holdout", "classes", "targets"})
        facts["files"] = [[file.sha256[0], file.part] for file in self.files]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    @property
    def editions(self) -> tuple[Dataset, ...]:
        """Every published form as a dataset of its own, the first one first."""
        first = self.model_copy(update={"alternatives": ()})
        forms = ({name: getattr(form, name) for name in Edition.model_fields} for form in self.alternatives)
        return (first, *(first.model_copy(update=form) for form in forms))

"""The datasets this project knows: what they are, where they come from, and the digests that prove it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, model_validator

from ablation.records import SHA256, Record

Format = Literal[
    "sklearn_digits", "sklearn_diabetes", "keras_npz", "idx_gzip", "cifar_python", "image_folders"
]  # each has a decoder in ablation.data.formats


class DatasetFile(Record):
    """One published file of a dataset."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="File name, also on a mirror.")
    url: str | None = Field(default=None, description="Published address; None for what only a mirror has.")
    sha256: tuple[str, ...] = Field(min_length=1, description="Accepted digests, the published file's first.")
    bytes: int | None = Field(default=None, ge=1, description="Size of the published file, where it is known.")


class Holdout(Record):
    """How a dataset without a test part of its own is given one, once and for all: stratified where it has classes."""

    test_fraction: float = Field(gt=0, lt=1)
    seed: int = Field(ge=0)


class Edition(Record):
    """Another published form of a dataset: other files, and other arrays, so its results are not those of the first."""

    format: Format
    files: tuple[DatasetFile, ...] = ()
    content_sha256: str | None = Field(default=None, pattern=SHA256, description="Digest of the decoded arrays.")


class Dataset(Record):
    """A dataset of the catalogue."""

    name: str
    title: str
    task: Literal["classification", "regression"]
    classes: int | None = Field(default=None, ge=2, description="None for a regression.")
    targets: int = Field(default=1, ge=1, description="Numbers that a regression predicts of one sample.")
    is_sequence: bool = Field(default=False, description="Whether samples are integer sequences of any length.")
    input_shape: tuple[int | None, ...] = Field(
        description="Of one sample; None where samples differ, () for sequences."
    )
    samples: int | None = Field(default=None, ge=1, description="In both parts of the first form, where it is known.")
    licence: str
    homepage: str
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
    def identity(self) -> str:
        """Digest of the data: of the decoded arrays, or of the published files where those are all that is known."""
        if self.content_sha256 is not None:
            return self.content_sha256
        text = "\n".join([self.format, *(f"{file.name} {file.sha256[0]}" for file in self.files)])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def editions(self) -> tuple[Dataset, ...]:
        """Every published form as a dataset of its own, the first one first."""
        first = self.model_copy(update={"alternatives": ()})
        forms = ({name: getattr(form, name) for name in Edition.model_fields} for form in self.alternatives)
        return (first, *(first.model_copy(update=form) for form in forms))


@cache
def catalogue() -> dict[str, Dataset]:
    """Return every known dataset by name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where LibYAML is there
    entries = yaml.load((Path(__file__).parent / "datasets.yaml").read_text(encoding="utf-8"), Loader=loader)
    return {name: Dataset.model_validate({"name": name, **entry}) for name, entry in entries.items()}

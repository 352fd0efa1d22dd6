"""Datasets that a study brings itself: where the files are, what proves them, how they are read."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ablation.catalogue import FILE_NAME, Dataset, DatasetFile, FileFormat, Holdout, Part, catalogue
from ablation.records import SHA256
from ablation.spec.base import Many, PositiveInt, SpecModel

Uri = Annotated[
    str,
    Field(
        pattern=r"^(https?://|s3://|file:///)?[^\s:]+(:\d+/)?[^\s:]*$",
        max_length=2000,
        description="https://, s3:// or file:// address, or a path relative to the working directory.",
        examples=["https://example.org/wine.csv"],
    ),
]
Digest = Annotated[
    str,
    Field(
        pattern=SHA256,
        description="Digest of the file, as `ablate data digest` tells it; one with another is not read.",
        examples=["0" * 64],
    ),
]


class SourceFile(SpecModel):
    """One file, or a folder."""

    uri: Uri
    sha256: Digest
    part: Part | None = Field(
        default=None, description="The part that all its samples belong to; both when left out.", examples=["train"]
    )

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        _require_name(self.uri)
        return self


class Source(SpecModel):
    """A dataset that is not in the catalogue: one file (`uri` and `sha256`), or several (`files`)."""

    model_config = ConfigDict(defer_build=False)

    uri: Uri | None = None
    sha256: Digest | None = None
    files: Many[SourceFile] = Field(default=(), description="In the order in which the format wants them.")
    format: FileFormat = Field(
        description="How the files are read.", examples=[{"kind": "csv", "targets": ["quality"]}]
    )
    classes: int | None = Field(
        default=None, ge=2, le=1_000_000, description="Number of classes; left out for a regression.", examples=[6]
    )
    targets: PositiveInt = Field(default=1, description="Numbers that a regression predicts of one sample.")
    input_shape: Many[PositiveInt | None] | None = Field(
        default=None,
        description="Shape of one sample, so that layers are checked before anything is fetched; null where it varies.",
        examples=[[28, 28]],
    )
    holdout: Holdout | None = Field(
        default=None,
        description="How a test part is drawn, where the files have none.",
        examples=[{"test_fraction": 0.2}],
    )

    @model_validator(mode="after")
    def _has_files(self) -> Self:
        if bool(self.files) == (self.uri is not None) or (self.uri is None) != (self.sha256 is None):
            raise PydanticCustomError("one_choice", "give either uri and sha256, or files")
        if self.uri is not None:
            _require_name(self.uri)
        return self

    @model_validator(mode="after")
    def _has_a_test_part(self) -> Self:
        parts = {file.part for file in self.files} or {None}
        if None in parts and len(parts) > 1:
            raise PydanticCustomError("mixed_parts", "either every file has a part, or none")
        if parts in ({"train"}, {"test"}):
            raise PydanticCustomError("one_part", "files of the parts train and test are needed")
        if parts == {None} and not self.format.has_own_parts and self.holdout is None:
            raise PydanticCustomError("no_test_part", "nothing is for testing: give holdout, or files of the part test")
        return self

    @property
    def dataset(self) -> Dataset:
        """What the study says, as the catalogue would."""
        written = [(file.uri, file.sha256, file.part) for file in self.files]
        if self.uri is not None and self.sha256 is not None:
            written = [(self.uri, self.sha256, None)]
        files = [
            DatasetFile(name=_file_name(uri), url=uri, sha256=(sha256,), part=part) for uri, sha256, part in written
        ]
        return Dataset(
            name=files[0].name,
            task="regression" if self.classes is None else "classification",
            classes=self.classes,
            targets=self.targets,
            input_shape=self.input_shape,
            format=self.format,
            files=tuple(files),
            holdout=self.holdout,
        )


DatasetChoice = Annotated[
    Annotated[str, Field(pattern=r"^[a-z0-9_]{1,63}$"), Tag("name")] | Annotated[Source, Tag("source")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "source"),
]


def find_dataset(choice: str | Source) -> Dataset | None:
    """Return the dataset that a study means; None where the catalogue has none of that name."""
    return choice.dataset if isinstance(choice, Source) else catalogue().get(choice)


def _file_name(uri: str) -> str:
    return PurePosixPath(urlsplit(uri).path).name


def _require_name(uri: str) -> None:
    if not re.match(FILE_NAME, name := _file_name(uri)):
        context = {"name": name}
        raise PydanticCustomError("file_name", "ends with {name}, which is no plain file name", context)

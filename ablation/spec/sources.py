"""Datasets that a study brings itself: where the files are, what proves them, how they are read."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from ablation.catalogue import Dataset, DatasetFile, FileFormat, Holdout, Part, catalogue
from ablation.catalogue.formats import Csv, Parquet
from ablation.records import SHA256
from ablation.spec.addresses import file_name, require_address
from ablation.spec.base import Many, PositiveInt, SpecModel, wrong_at

Uri = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(require_address)]
Digest = Annotated[str, Field(pattern=SHA256)]

_URI = "https://, http://, s3:// or file:/// address, or a path relative to the working directory."
_SHA256 = "Digest of the file, as `ablate data digest PATH` prints it; a file with another one is not read."
_URIS, _DIGESTS = ["data/wine.csv"], ["0" * 64]


class SourceFile(SpecModel):
    """One of the files of a dataset of your own."""

    uri: Uri = Field(description=_URI, examples=_URIS)
    sha256: Digest = Field(description=_SHA256, examples=_DIGESTS)
    part: Part | None = Field(
        default=None, description="The part that all its samples belong to; both when left out.", examples=["train"]
    )


class Source(SpecModel):
    """A dataset that is not in the catalogue: one file or folder (`uri` and `sha256`), or several files (`files`)."""

    model_config = ConfigDict(defer_build=False)

    uri: Uri | None = Field(default=None, description=_URI, examples=_URIS)
    sha256: Digest | None = Field(default=None, description=_SHA256, examples=_DIGESTS)
    files: Many[SourceFile] = Field(
        default=(), max_length=10_000, description="Several files, in the order in which the format wants them."
    )
    format: FileFormat = Field(
        description="How the files are read.", examples=[{"kind": "csv", "targets": ["quality"]}]
    )
    classes: int | None = Field(
        default=None, ge=2, le=1_000_000, description="Number of classes; left out for a regression.", examples=[6]
    )
    targets: PositiveInt | None = Field(
        default=None,
        description="Numbers that a regression predicts of one sample: when left out, one, or as many as a table's "
        "columns to predict.",
        examples=[2],
    )
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
        written = [name for name in ("uri", "sha256") if getattr(self, name) is not None]
        if self.files and written:
            hint = f"Remove files, or {' and '.join(written)}."
            raise wrong_at(("files",), "a dataset has either uri and sha256, or files", hint)
        if not self.files and not written:
            raise wrong_at(("uri",), "is missing", "Add `uri:` and `sha256:`, or `files:` with both for each file.")
        if written == ["sha256"]:
            raise wrong_at(("uri",), "is missing", f"Add `uri:`. {_URI}")
        if written == ["uri"]:
            path = "PATH" if "://" in str(self.uri) else self.uri
            raise wrong_at(("sha256",), "is missing", f"Add `sha256:`; `ablate data digest {path}` prints it.")
        return self

    @model_validator(mode="after")
    def _has_as_many_as_the_format_takes(self) -> Self:
        counts, got = self.format.counts, len(self.files) or 1
        if counts and got not in counts:
            place = "files" if self.files else "uri"
            message = f"{self.format.kind} takes {self.format.wanted}; got {got}"
            raise wrong_at((place,), message, "List as many under `files:`." if got < min(counts) else "Take fewer.")
        return self

    @model_validator(mode="after")
    def _has_a_test_part(self) -> Self:
        parts = {file.part for file in self.files} or {None}
        if parts == {None}:
            self._check_holdout()
            return self
        if self.format.counts:
            index = next(index for index, file in enumerate(self.files) if file.part is not None)
            message = f"{self.format.kind} says by itself which samples are for testing, or by the order of its files"
            raise wrong_at(("files", index, "part"), message, "Remove `part:`.")
        if None in parts:
            index = [file.part for file in self.files].index(None)
            raise wrong_at(("files", index, "part"), "is missing: other files have one", "Add `part:`, train or test.")
        if len(parts) == 1:
            (part,) = parts
            message = f"every file is of the part {part}"
            raise wrong_at(("files",), message, "Add files of the other part, or remove `part:` and add `holdout:`.")
        if self.holdout is not None:
            raise wrong_at(("holdout",), "the files have a test part already", "Remove it.")
        return self

    def _check_holdout(self) -> None:
        own = self.format.own_parts(len(self.files) or 1)
        if own == "always" and self.holdout is not None:
            raise wrong_at(("holdout",), f"files of the format {self.format.kind} have a test part", "Remove it.")
        if own == "never" and self.holdout is None:
            parts = "" if self.format.counts else ", or give each of several files a `part:`, train or test"
            hint = f"Add `holdout: {{test_fraction: 0.2}}`{parts}."
            raise wrong_at(("holdout",), "is missing: nothing says which samples are for testing", hint)

    @model_validator(mode="after")
    def _has_classes_or_targets(self) -> Self:
        if self.classes is None and self.format.is_of_classes:
            hint = "Add `classes:`, the number of them."
            raise wrong_at(("classes",), f"is missing: {self.format.kind} holds classes", hint)
        if self.classes is not None and self.targets is not None:
            message = "a dataset has either classes, to tell apart, or targets, to predict as numbers"
            raise wrong_at(("targets",), message, "Remove one of them.")
        columns = len(self._columns)
        if self.classes is not None and columns > 1:
            message = f"classes stand in one column, got {columns}"
            raise wrong_at(("format", "targets"), message, "Keep one, or remove `classes:` to predict numbers.")
        if self.targets is not None and columns and columns != self.targets:
            message = f"is {self.targets}, but format.targets has {columns}"
            raise wrong_at(("targets",), message, "Remove it: columns are counted.")
        return self

    @model_validator(mode="after")
    def _has_the_shape_of_its_format(self) -> Self:
        known = self.format.sample_shape
        if self.input_shape is not None and known is not None and self.input_shape != known:
            known_as = list(known) or "that of sequences"
            raise wrong_at(("input_shape",), f"is not that of these files, {known_as}", "Remove it.")
        return self

    @model_validator(mode="after")
    def _has_every_file_once(self) -> Self:
        seen: dict[str, int] = {}
        for index, file in enumerate(self.files):
            first = seen.setdefault(file.sha256, index)
            if first != index:
                message = f"is the digest of files.{first} as well: a file counts once"
                raise wrong_at(("files", index, "sha256"), message, "Remove one of them, or write its own digest.")
        return self

    @property
    def dataset(self) -> Dataset:
        """What the study says, as the catalogue would."""
        written = [(file.uri, file.sha256, file.part) for file in self.files]
        if self.uri is not None and self.sha256 is not None:
            written = [(self.uri, self.sha256, None)]
        files = [
            DatasetFile(name=file_name(uri), url=uri, sha256=(sha256,), part=part, is_own=True)
            for uri, sha256, part in written
        ]
        return Dataset(
            name=files[0].name,
            task="regression" if self.classes is None else "classification",
            classes=self.classes,
            targets=self.targets or len(self._columns) or 1,
            input_shape=self.format.sample_shape if self.input_shape is None else self.input_shape,
            format=self.format,
            files=tuple(files),
            holdout=self.holdout,
        )

    @property
    def _columns(self) -> tuple[str, ...]:
        return self.format.targets if isinstance(self.format, Csv | Parquet) else ()


def _require_no_file(name: Any) -> Any:
    if isinstance(name, str) and ("." in name or "/" in name):
        hint = "For files of your own write {uri: ..., sha256: ..., format: {kind: ...}}."
        raise wrong_at((), "is a name of the catalogue, not a file", hint)
    return name


DatasetChoice = Annotated[
    Annotated[str, Field(pattern=r"^[a-z0-9_]{1,63}$"), BeforeValidator(_require_no_file), Tag("name")]
    | Annotated[Source, Tag("source")],
    Discriminator(lambda value: "source" if isinstance(value, dict | Source) else "name"),
]


def find_dataset(choice: str | Source) -> Dataset | None:
    """Return the dataset that a study means; None where the catalogue has none of that name."""
    return choice.dataset if isinstance(choice, Source) else catalogue().get(choice)

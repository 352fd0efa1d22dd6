"""How a dataset's files are read: one record a format, with what its reader must be told.

Each has a reader of the same kind in `ablation.data.formats`. As in the modules of the language, annotations are not
postponed: pydantic would compile each of them again from text.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, Strict, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ablation.records import Record

# YAML gives lists where frozen records hold tuples.
Names = Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]


OwnParts = Literal["always", "perhaps", "never"]


class _Format(Record):
    model_config = ConfigDict(strict=True)

    counts: ClassVar[tuple[int, ...]] = (1,)
    """How many files belong together; none for any number, and then a file may have a part."""
    wanted: ClassVar[str] = "one file"
    """Those files in words."""
    is_of_classes: ClassVar[bool] = False
    """Whether labels are always classes."""

    def own_parts(self, files: int) -> OwnParts:
        """Return whether so many files say by themselves which samples are for testing."""
        return "perhaps"

    @property
    def holds_sequences(self) -> bool:
        """Whether samples are integer sequences of any length."""
        return False

    @property
    def sample_shape(self) -> tuple[int, ...] | None:
        """Shape of one sample, () for sequences; None where only the files tell."""
        return () if self.holds_sequences else None


class Npz(_Format):
    """A NumPy archive with the arrays x_train, y_train, x_test and y_test, or x and y."""

    kind: Literal["npz"]


class KerasSequences(_Format):
    """Integer sequences as Keras publishes IMDB and Reuters: pickled lists under the names of `npz`."""

    kind: Literal["keras_sequences"]

    def own_parts(self, files: int) -> OwnParts:
        """One that is not divided by its publisher is divided as Keras does."""
        return "always"

    @property
    def holds_sequences(self) -> bool:
        """All of them are."""
        return True


class Idx(_Format):
    """IDX files of 8-bit values, compressed or not: training images, training labels, test images, test labels.

    Two files are images and labels of both parts.
    """

    counts = (2, 4)
    wanted = "four files (training images, training labels, test images, test labels) or two (images, labels)"

    kind: Literal["idx"]

    def own_parts(self, files: int) -> OwnParts:
        """Four files do."""
        return "always" if files > 2 else "never"


class _Cifar(_Format):
    is_of_classes = True

    def own_parts(self, files: int) -> OwnParts:
        """The batches in the archive do."""
        return "always"

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """That of CIFAR's photos."""
        return (32, 32, 3)


class CifarPython(_Cifar):
    """A tar archive of pickled batches, as CIFAR-10 and CIFAR-100 are published for Python."""

    kind: Literal["cifar_python"]


class CifarBinary(_Cifar):
    """A tar archive of batches of 3,073 bytes an image (CIFAR-10), or 3,074 (CIFAR-100)."""

    kind: Literal["cifar_binary"]
    labels: Literal["only", "fine", "coarse"] = Field(
        default="only", description="CIFAR-100 has two labels an image, fine and coarse; CIFAR-10 has one only."
    )


class ImageFolders(_Format):
    """Photos in one folder a class, as a folder, a tar or a zip archive: [train/|test/]<class>/<name>.jpg or .png."""

    counts = ()
    is_of_classes = True

    kind: Literal["image_folders"]


class TfRecord(_Format):
    """TFRecord files of `tf.train.Example`: encoded images and their classes, in one shard or several."""

    counts = ()
    is_of_classes = True

    kind: Literal["tfrecord"]
    image: str = Field(default="image", description="Feature that holds a JPEG or PNG file.")
    label: str = Field(default="class", description="Feature that holds the class, an integer from 0 on.")

    def own_parts(self, files: int) -> OwnParts:
        """A record does not say which part it belongs to; a file does."""
        return "never"


class _Table(_Format):
    counts = ()

    targets: Names = Field(
        description="Columns to predict: one of classes, one or more of numbers.", examples=[["quality"]]
    )
    features: Names | None = Field(
        default=None, description="Columns to predict from; all others when left out.", examples=[["alcohol", "ph"]]
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        seen: set[str] = set()
        for field, names in (("targets", self.targets), ("features", self.features or ())):
            for index, name in enumerate(names):
                if name in seen:
                    said = "is a target as well" if field == "features" and name in self.targets else "stands twice"
                    context = {"name": name, "said": said, "place": (field, index), "hint": "Remove one of them."}
                    raise PydanticCustomError("repeated_column", "the column '{name}' {said}", context)
                seen.add(name)
        return self

    def own_parts(self, files: int) -> OwnParts:
        """A row does not say which part it belongs to; a file does."""
        return "never"

    @property
    def sample_shape(self) -> tuple[int, ...] | None:
        """As many numbers as features are named."""
        if self.holds_sequences:
            return ()
        return None if self.features is None else (len(self.features),)


class Csv(_Table):
    """A table as text, with the names of its columns in the first line. Features are numbers; classes may be names."""

    kind: Literal["csv"]
    delimiter: str = Field(
        default=",", min_length=1, max_length=1, description="What stands between two values, an ASCII character."
    )

    @field_validator("delimiter")
    @classmethod
    def _delimiter_divides(cls, delimiter: str) -> str:
        if not delimiter.isascii() or delimiter in '"\r\n':
            hint = "Write another one, such as ',', ';' or '\\t'."
            context = {"place": (), "hint": hint}
            message = "must be an ASCII character that neither quotes a value nor ends a line"
            raise PydanticCustomError("not_a_delimiter", message, context)
        return delimiter


class Parquet(_Table):
    """A table as Parquet. Features are columns of numbers, or one column of integer lists: sequences."""

    kind: Literal["parquet"]
    sequences: bool = Field(
        default=False, description="Whether the one feature is a column of integer lists of any length."
    )

    @model_validator(mode="after")
    def _sequences_are_one_column(self) -> Self:
        if self.sequences and self.features is not None and len(self.features) > 1:
            context = {"count": len(self.features), "place": ("features",), "hint": "Keep the column of lists."}
            raise PydanticCustomError("several_sequences", "sequences are one column, got {count}", context)
        return self

    @property
    def holds_sequences(self) -> bool:
        """As the study says."""
        return self.sequences


class SklearnDigits(_Format):
    """The digits that scikit-learn ships in its wheel."""

    kind: Literal["sklearn_digits"]


class SklearnDiabetes(_Format):
    """The diabetes patients that scikit-learn ships in its wheel."""

    kind: Literal["sklearn_diabetes"]


_FILE_FORMATS = Npz | KerasSequences | Idx | CifarPython | CifarBinary | ImageFolders | TfRecord | Csv | Parquet

FileFormat = Annotated[_FILE_FORMATS, Field(discriminator="kind")]
"""A format of files that a study may name by itself."""

Format = Annotated[_FILE_FORMATS | SklearnDigits | SklearnDiabetes, Field(discriminator="kind")]
"""A format of the catalogue."""

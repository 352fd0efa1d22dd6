"""How a dataset's files are read: one record a format, with what its reader must be told.

Each has a reader of the same kind in `ablation.data.formats`. As in the modules of the language, annotations are not
postponed: pydantic would compile each of them again from text.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, Strict

from ablation.records import Record

# YAML gives lists where frozen records hold tuples.
Names = Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]


class _Format(Record):
    model_config = ConfigDict(strict=True)

    @property
    def has_own_parts(self) -> bool:
        """Whether the files may say by themselves which samples are for testing."""
        return True

    @property
    def holds_sequences(self) -> bool:
        """Whether samples are integer sequences of any length."""
        return False


class Npz(_Format):
    """A NumPy archive with the arrays x_train, y_train, x_test and y_test, or x and y."""

    kind: Literal["npz"]


class KerasSequences(_Format):
    """Integer sequences as Keras publishes IMDB and Reuters: pickled lists under the names of `npz`."""

    kind: Literal["keras_sequences"]

    @property
    def holds_sequences(self) -> bool:
        """All of them are."""
        return True


class Idx(_Format):
    """IDX files of 8-bit values, compressed or not: training images, training labels, test images, test labels."""

    kind: Literal["idx"]


class CifarPython(_Format):
    """A tar archive of pickled batches, as CIFAR-10 and CIFAR-100 are published for Python."""

    kind: Literal["cifar_python"]


class CifarBinary(_Format):
    """A tar archive of batches of 3,073 bytes an image (CIFAR-10), or 3,074 (CIFAR-100)."""

    kind: Literal["cifar_binary"]
    labels: Literal["only", "fine", "coarse"] = Field(
        default="only", description="CIFAR-100 has two labels an image, fine and coarse; CIFAR-10 has one only."
    )


class ImageFolders(_Format):
    """Photos in one folder a class, as a folder, a tar or a zip archive: [train/|test/]<class>/<name>.jpg or .png."""

    kind: Literal["image_folders"]


class TfRecord(_Format):
    """TFRecord files of `tf.train.Example`: encoded images and their classes, in one shard or several."""

    kind: Literal["tfrecord"]
    image: str = Field(default="image", description="Feature that holds a JPEG or PNG file.")
    label: str = Field(default="class", description="Feature that holds the class, an integer from 0 on.")

    @property
    def has_own_parts(self) -> bool:
        """A record does not say which part it belongs to; a file does."""
        return False


class _Table(_Format):
    targets: Names = Field(
        description="Columns to predict: one of classes, one or more of numbers.", examples=[["quality"]]
    )
    features: Names | None = Field(
        default=None, description="Columns to predict from; all others when left out.", examples=[["alcohol", "ph"]]
    )

    @property
    def has_own_parts(self) -> bool:
        """A row does not say which part it belongs to; a file does."""
        return False


class Csv(_Table):
    """A table as text, with the names of its columns in the first line. Features are numbers; classes may be names."""

    kind: Literal["csv"]
    delimiter: str = Field(default=",", min_length=1, max_length=1, description="What stands between two values.")


class Parquet(_Table):
    """A table as Parquet. Features are columns of numbers, or one column of integer lists: sequences."""

    kind: Literal["parquet"]
    sequences: bool = Field(
        default=False, description="Whether the one feature is a column of integer lists of any length."
    )

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

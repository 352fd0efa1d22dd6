from __future__ import annotations

import gzip
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
import pytest

from ablation.data import Array, DataError
from ablation.data.formats import tfrecord
from ablation.data.samples import Ragged, samples_of

from .small import dataset, decoded, picture

tf = pytest.importorskip("tensorflow")
Sample = tuple[bytes, int]


def example(image: bytes, label: int, names: tuple[str, str] = ("image", "class")) -> bytes:
    features = {
        names[0]: tf.train.Feature(bytes_list=tf.train.BytesList(value=[image])),
        names[1]: tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
        "score": tf.train.Feature(float_list=tf.train.FloatList(value=[0.5, 1.5])),
    }
    encoded: bytes = tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
    return encoded


def shard(path: Path, records: Sequence[bytes], compression: str = "") -> Path:
    """Write a file with TensorFlow itself."""
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=compression)) as writer:
        for record in records:
            writer.write(record)
    return path


def in_parts(folder: Path, train: Sequence[Sample], test: Sequence[Sample], **changes: Any) -> dict[str, Array]:
    paths = [
        shard(folder / f"{part}.tfrecord", [example(*sample) for sample in samples])
        for part, samples in (("train", train), ("test", test))
    ]
    return decoded(folder, dataset("tfrecord", *paths, parts=["train", "test"], **changes), *paths)


def test_records_become_images_and_classes_in_the_order_of_the_file(tmp_path: Path) -> None:
    train = [(picture(value), value % 2) for value in (5, 3, 4)]
    arrays = in_parts(tmp_path, train, [(picture(9), 1)])
    assert (arrays["x_train"].shape, arrays["x_train"].dtype.name) == ((3, 2, 3, 3), "uint8")
    assert arrays["x_train"][:, 0, 0, 0].tolist() == [5, 3, 4]
    assert (arrays["y_train"].tolist(), arrays["y_train"].dtype.name) == ([1, 1, 0], "int32")
    assert (arrays["x_test"][:, 0, 0, 0].tolist(), arrays["y_test"].tolist()) == ([9], [1])


def test_jpeg_that_tensorflow_encoded_is_read(tmp_path: Path) -> None:
    jpeg = tf.io.encode_jpeg(np.full((8, 4, 3), 200, np.uint8), quality=100).numpy()
    arrays = in_parts(tmp_path, [(jpeg, 0)], [(jpeg, 1)])
    assert arrays["x_train"].shape == (1, 8, 4, 3)
    assert np.all(np.abs(arrays["x_train"].astype(int) - 200) <= 1)


def test_images_of_different_sizes_are_kept_end_to_end(tmp_path: Path) -> None:
    sizes = [(1, 2), (3, 1), (2, 2)]
    samples = [(picture(height, height=height, width=width), 0) for height, width in sizes]
    read = samples_of(in_parts(tmp_path, samples, samples[:1]), "train")
    assert isinstance(read, Ragged)
    assert [read[position].shape for position in range(3)] == [(*size, 3) for size in sizes]
    assert [read[position].max() for position in range(3)] == [1, 3, 2]


def test_shards_of_a_part_are_joined_in_the_order_of_the_files(tmp_path: Path) -> None:
    parts = ["train", "test", "train"]
    paths = [
        shard(tmp_path / f"{number}.tfrecord", [example(picture(10 * number + each), 0) for each in (1, 2)])
        for number in range(3)
    ]
    arrays = decoded(tmp_path, dataset("tfrecord", *paths, parts=parts), *paths)
    assert arrays["x_train"][:, 0, 0, 0].tolist() == [1, 2, 21, 22]
    assert arrays["x_test"][:, 0, 0, 0].tolist() == [11, 12]


def test_shards_without_parts_are_divided_as_the_dataset_says(tmp_path: Path) -> None:
    values = ((0, 1), (4, 5))
    paths = [
        shard(tmp_path / f"{number}.tfrecord", [example(picture(value), value % 2) for value in pair])
        for number, pair in enumerate(values)
    ]
    arrays = decoded(tmp_path, dataset("tfrecord", *paths), *paths)
    assert (sorted(arrays["y_train"].tolist()), sorted(arrays["y_test"].tolist())) == ([0, 1], [0, 1])
    read = [*arrays["x_train"][:, 0, 0, 0].tolist(), *arrays["x_test"][:, 0, 0, 0].tolist()]
    assert sorted(read) == [0, 1, 4, 5]


def test_names_of_the_features_are_those_of_the_format(tmp_path: Path) -> None:
    records = [example(picture(1), label, ("image/encoded", "label")) for label in (0, 1) * 2]
    path = shard(tmp_path / "a.tfrecord", records)
    described = dataset("tfrecord", path, told={"image": "image/encoded", "label": "label"})
    assert decoded(tmp_path, described, path)["y_test"].tolist() == [0, 1]


def test_compressed_shard_is_read(tmp_path: Path) -> None:
    path = shard(tmp_path / "a.tfrecord", [example(picture(1), label) for label in (0, 1) * 2], "GZIP")
    assert path.read_bytes()[:2] == b"\x1f\x8b"
    assert decoded(tmp_path, dataset("tfrecord", path), path)["y_test"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1], "record 2: the file ends in the middle of it"),
        (lambda content: content[:-40], "record 2: the file ends in the middle of it"),
        (lambda content: content + b"\x01\x00", "record 3: the file ends in the middle of it"),
        (lambda content: content[:20] + b"!" + content[21:], "record 1: the checksum is wrong"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "record 2: the checksum is wrong"),
        (lambda content: b"\xff" + content[1:], "record 1: the checksum is wrong"),
        (lambda content: content[:8] + bytes(4) + content[12:], "record 1: the checksum is wrong"),
        (lambda content: b"text " * 100, "record 1: the checksum is wrong"),
        (lambda content: gzip.compress(content)[:-9], "cannot be unpacked"),
        (lambda content: b"", r"has no records\."),
    ],
)
def test_shard_that_is_damaged_is_refused(tmp_path: Path, change: Callable[[bytes], bytes], message: str) -> None:
    path = shard(tmp_path / "a.tfrecord", [example(picture(1), label) for label in (0, 1)])
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match=rf"a\.tfrecord.*{message}"):
        decoded(tmp_path, dataset("tfrecord", path), path)


def several(values: list[int]) -> bytes:
    feature = {
        "image": tf.train.Feature(bytes_list=tf.train.BytesList(value=[picture(1)])),
        "class": tf.train.Feature(int64_list=tf.train.Int64List(value=values)),
    }
    encoded: bytes = tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()
    return encoded


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (lambda: example(picture(1), 0, ("photo", "class")), "has no feature 'image', it has class, photo, score"),
        (lambda: example(picture(1), 0, ("image", "label")), "has no feature 'class', it has image, label, score"),
        (lambda: example(picture(1), 0, ("class", "image")), "'image' must hold one value of a bytes_list, it holds 0"),
        (lambda: several([]), "'class' must hold one value of a int64_list, it holds 0"),
        (lambda: several([0, 1]), "'class' must hold one value of a int64_list, it holds 2"),
        (lambda: b"", "has no feature 'image', it has none"),
        (lambda: b"\xff\xff", "is no tf.train.Example"),
        (lambda: example(b"text", 0), "is no image"),
        (lambda: example(picture(1, height=99, width=99)[:-30], 0), "cannot be decoded"),
        (lambda: example(picture(1), 2), "has the class 2; small has 2 classes, from 0 on"),
        (lambda: example(picture(1), -1), "has the class -1; small has 2 classes"),
    ],
)
def test_record_without_an_image_and_a_class_is_refused(
    tmp_path: Path, record: Callable[[], bytes], message: str
) -> None:
    path = shard(tmp_path / "a.tfrecord", [example(picture(1), 0), record()])
    with pytest.raises(DataError, match=rf"a\.tfrecord, record 2:? .*{message}|record 2: the feature {message}"):
        decoded(tmp_path, dataset("tfrecord", path), path)


@pytest.mark.parametrize(("limit", "message"), [("MAX_RECORD_BYTES", "record 1 has"), ("MAX_BYTES", "record 2 has")])
def test_record_of_more_bytes_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, message: str
) -> None:
    record = example(picture(1), 0)
    monkeypatch.setattr(tfrecord, limit, len(record) - 1 if limit == "MAX_RECORD_BYTES" else len(record))
    path = shard(tmp_path / "a.tfrecord", [record, record])
    with pytest.raises(DataError, match=message):
        decoded(tmp_path, dataset("tfrecord", path), path)


def test_record_that_states_terabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    head = struct.pack("<Q", 1 << 42)
    checksum = google_crc32c.value(head)
    masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) % 2**32
    path = tmp_path / "a.tfrecord"
    path.write_bytes(head + struct.pack("<I", masked))
    with pytest.raises(DataError, match="record 1 has 4,398,046,511,104 bytes"):
        decoded(tmp_path, dataset("tfrecord", path), path)


READ = """
import sys
from pathlib import Path
from ablation.data.formats.tfrecord import _samples
count = sum(1 for _ in _samples(Path(sys.argv[1]), "image", "class"))
print(count, sorted({"tensorflow", "keras", "pyarrow"} & set(sys.modules)))
"""


def test_shard_is_read_without_tensorflow(tmp_path: Path) -> None:
    path = shard(tmp_path / "a.tfrecord", [example(picture(1), 0)] * 3)
    command = [sys.executable, "-c", READ, str(path)]
    completed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert completed.stdout == "3 []\n"

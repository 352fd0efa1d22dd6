"""`tf.train.Example`, the message in a TFRecord file, without TensorFlow.

Source: tensorflow/core/example/example.proto and feature.proto of TensorFlow 2.21.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_ONE, _MANY = _Field.LABEL_OPTIONAL, _Field.LABEL_REPEATED
_PACKAGE = "ablation.tfrecord"

# Message: (name, number, how often, type or message) of each field.
_MESSAGES: dict[str, tuple[tuple[str, int, int, int | str], ...]] = {
    "BytesList": (("value", 1, _MANY, _Field.TYPE_BYTES),),
    "FloatList": (("value", 1, _MANY, _Field.TYPE_FLOAT),),
    "Int64List": (("value", 1, _MANY, _Field.TYPE_INT64),),
    "Feature": (
        ("bytes_list", 1, _ONE, "BytesList"),
        ("float_list", 2, _ONE, "FloatList"),
        ("int64_list", 3, _ONE, "Int64List"),
    ),
    # A map is sent as a list of keys and values.
    "NamedFeature": (("key", 1, _ONE, _Field.TYPE_STRING), ("value", 2, _ONE, "Feature")),
    "Features": (("feature", 1, _MANY, "NamedFeature"),),
    "Example": (("features", 1, _ONE, "Features"),),
}


def parse_example(record: bytes) -> dict[str, Any]:
    """Return the features of a record by name: each has a `bytes_list`, a `float_list` or an `int64_list`.

    Raises:
        google.protobuf.message.DecodeError: The bytes are no such message.
    """
    example = _example_class()()
    example.ParseFromString(record)
    return {named.key: named.value for named in example.features.feature}


@cache
def _example_class() -> Any:
    # A pool of its own: TensorFlow, where it is imported too, registers its messages in the default one.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Example"))


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package=_PACKAGE, syntax="proto3")
    for message, fields in _MESSAGES.items():
        described = file.message_type.add(name=message)
        for name, number, label, kind in fields:
            field = described.field.add(name=name, number=number, label=label)
            if isinstance(kind, int):
                field.type = kind
            else:
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    return file

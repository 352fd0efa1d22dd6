"""The history of a trial as TensorBoard reads it: made of history.csv and diagnostics.csv, whenever that is wanted.

Written with TensorBoard's own messages and framing, which need no TensorFlow. The same history gives the same bytes:
its epochs stand where TensorBoard wants times.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ablation.history import EPOCH, History

# TensorBoard reads files with `tfevents` in their names, and calls a run by its folder.
EVENTS = "events.out.tfevents.0000000000.history"
FORMAT = "brain.Event:2"


def render_events(history: History, layers: bytes = b"") -> bytes:
    """Write a history as an event file: a scalar a column, and one a layer, e.g. gradient/hidden; a step is an epoch.

    Args:
        history: Of the trial.
        layers: Its diagnostics.csv, if it has one.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    content = io.BytesIO()
    writer = RecordWriter(content)
    writer.write(Event(wall_time=0.0, file_version=FORMAT).SerializeToString())
    for epoch, values in _scalars(history, layers).items():
        event = Event(wall_time=float(epoch), step=epoch)
        for tag, value in values:
            event.summary.value.add(tag=tag, simple_value=value)
        writer.write(event.SerializeToString())
    return content.getvalue()


def _scalars(history: History, layers: bytes) -> dict[int, list[tuple[str, float]]]:
    """Return the values of each epoch with their tags."""
    epochs = history.epochs()
    scalars: dict[int, list[tuple[str, float]]] = {epoch: [] for epoch in epochs}
    for name, values in history.columns.items():
        if name != EPOCH:
            for epoch, value in zip(epochs, values, strict=True):
                scalars[epoch].append((name, value))
    for epoch, tag, value in _layer_values(layers):
        scalars[epoch].append((tag, value))
    return scalars


def _layer_values(content: bytes) -> Iterator[tuple[int, str, float]]:
    whole_lines, _, _ = content.rpartition(b"\n")  # a trial that was killed may have left half of one
    for row in csv.DictReader(io.StringIO(whole_lines.decode("utf-8"))):
        yield int(row["epoch"]), f"{row['kind']}/{row['layer']}", float(row["value"])

"""Event files of TensorBoard, read back by TensorBoard."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ablation.history import History
from ablation.report import EVENTS, render_events

LAYERS = b"epoch,layer,kind,value\n1,hidden,weight,3.5\n1,hidden,dead_share,0.25\n2,hidden,weight,4.5\n"
COLUMNS = {"epoch": [1.0, 2.0], "loss": [0.75, 0.5], "val_loss": [0.875, math.nan], "learning_rate": [1e-3, 1e-4]}


def scalars(directory: Path, content: bytes) -> dict[str, list[tuple[int, float]]]:
    (directory / EVENTS).write_bytes(content)
    events = EventAccumulator(str(directory)).Reload()
    return {tag: [(each.step, each.value) for each in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


@pytest.mark.slow
def test_events_are_the_columns_of_the_history_and_the_values_of_layers(tmp_path: Path) -> None:
    found = scalars(tmp_path, render_events(History(columns=COLUMNS), LAYERS))
    assert found == {
        "loss": [(1, 0.75), (2, 0.5)],
        "val_loss": [(1, 0.875), (2, pytest.approx(math.nan, nan_ok=True))],
        "learning_rate": [(1, pytest.approx(1e-3)), (2, pytest.approx(1e-4))],
        "weight/hidden": [(1, 3.5), (2, 4.5)],
        "dead_share/hidden": [(1, 0.25)],
    }


def test_half_a_line_that_a_killed_trial_left_is_passed_over(tmp_path: Path) -> None:
    found = scalars(tmp_path, render_events(History(columns={"loss": [1.0]}), LAYERS[:45]))
    assert found == {"loss": [(1, 1.0)], "weight/hidden": [(1, 3.5)]}


def test_value_beyond_float32_is_infinite(tmp_path: Path) -> None:
    assert scalars(tmp_path, render_events(History(columns={"loss": [1e300]}))) == {"loss": [(1, math.inf)]}


SCRIPT = """
import hashlib, json, sys
from ablation.history import History
from ablation.report import render_events
content = render_events(History(columns={"epoch": [1.0], "loss": [0.5]}))
loaded = [name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")]
print(json.dumps([hashlib.sha256(content).hexdigest(), loaded]))
"""


@pytest.mark.slow
def test_same_history_gives_the_same_bytes_in_another_process_and_needs_no_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    expected = render_events(History(columns={"epoch": [1.0], "loss": [0.5]}))
    assert json.loads(done.stdout) == [hashlib.sha256(expected).hexdigest(), []]

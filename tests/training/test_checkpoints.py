from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ablation.training.checkpoints import forget_checkpoint, read_checkpoint, write_checkpoint

STATE = {
    "epoch": 3,
    "best": 0.1 + 0.2,
    "never": float("inf"),
    "nothing": None,
    "rows": [{"epoch": 1.0, "loss": 1e-300}, {"epoch": 2.0, "loss": 5e-324}],
    "weights": [np.array([[1.0, -0.0], [np.nan, 3e-45]], dtype=np.float32), np.arange(3, dtype=np.uint32)],
    "scalar": np.array(7, dtype=np.int64),
}


def test_state_comes_back_to_the_bit(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a" / "checkpoint", STATE)
    found = read_checkpoint(tmp_path / "a" / "checkpoint")
    assert found is not None
    arrays = [*found.pop("weights"), found.pop("scalar")]
    assert found == {name: value for name, value in STATE.items() if name not in ("weights", "scalar")}
    for array, expected in zip(arrays, [*STATE["weights"], STATE["scalar"]], strict=True):  # type: ignore[misc]
        assert (array.dtype, array.shape, array.tobytes()) == (expected.dtype, expected.shape, expected.tobytes())


def test_nothing_is_read_where_nothing_was_written(tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path / "checkpoint") is None


def test_last_checkpoint_is_read_and_no_other_file_is_left(tmp_path: Path) -> None:
    for epoch in (1, 2):
        write_checkpoint(tmp_path / "checkpoint", {"epoch": epoch})
    assert read_checkpoint(tmp_path / "checkpoint") == {"epoch": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_file_that_was_cut_is_no_checkpoint(tmp_path: Path, share: float) -> None:
    path = tmp_path / "checkpoint"
    write_checkpoint(path, STATE)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert read_checkpoint(path) is None


def test_file_with_a_flipped_bit_in_an_array_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    write_checkpoint(path, {"weights": np.zeros(1000, dtype=np.float32)})
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)
    assert read_checkpoint(path) is None


def test_arrays_of_objects_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        write_checkpoint(tmp_path / "checkpoint", {"weights": np.array([object()])})
    assert list(tmp_path.iterdir()) == []


def test_forgotten_checkpoint_leaves_nothing_of_processes_that_were_killed(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "checkpoint", {"epoch": 1})
    write_checkpoint(tmp_path / "other", {"epoch": 1})
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    (tmp_path / f".checkpoint-{dead.pid}-00ff").write_bytes(b"half")
    (tmp_path / f".other-{os.getpid()}-00ff").write_bytes(b"half")
    forget_checkpoint(tmp_path / "checkpoint")
    forget_checkpoint(tmp_path / "other")
    write_checkpoint(tmp_path / "other", {"epoch": 1})
    forget_checkpoint(tmp_path / "never_written")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".other-{os.getpid()}-00ff", "other"]


WRITER = """
import sys
from pathlib import Path
import numpy as np
from ablation.training.checkpoints import write_checkpoint
print("ready", flush=True)
epoch = 0
while True:
    epoch += 1
    write_checkpoint(Path(sys.argv[1]), {"epoch": epoch, "weights": np.full(200_000, epoch, dtype=np.float32)})
    print(epoch, flush=True)
"""


@pytest.mark.slow
def test_checkpoint_of_a_process_killed_while_writing_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as writer:
        assert writer.stdout is not None
        while writer.stdout.readline().strip() != "20":
            pass
        writer.send_signal(signal.SIGKILL)
    found = read_checkpoint(path)
    assert found is not None
    assert found["epoch"] >= 20
    assert set(found["weights"].tolist()) == {float(found["epoch"])}

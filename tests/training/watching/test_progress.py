from __future__ import annotations

import math
from pathlib import Path

from ablation.training import Progress, read_progress
from ablation.training.watching.progress import FILE_NAME, write_progress


def progress(epoch: int, updated_at: float, **metrics: float) -> Progress:
    return Progress(pid=1, epoch=epoch, epochs=10, metrics=metrics, started_at=100.0, updated_at=updated_at)


def test_progress_survives_the_disk(tmp_path: Path) -> None:
    written = progress(3, 130.25, val_loss=0.1)
    write_progress(tmp_path, written)
    assert read_progress(tmp_path) == written


def test_progress_of_a_diverged_trial_survives_the_disk(tmp_path: Path) -> None:
    write_progress(tmp_path, progress(3, 130.0, loss=math.nan, val_loss=math.inf))
    read = read_progress(tmp_path)
    assert read is not None
    assert math.isnan(read.metrics["loss"])
    assert read.metrics["val_loss"] == math.inf


def test_time_left_is_that_of_the_epochs_so_far() -> None:
    assert progress(4, 120.0).eta_s == 30.0
    assert progress(10, 120.0).eta_s == 0.0


def test_time_left_is_unknown_before_the_first_epoch_ends() -> None:
    assert progress(0, 120.0).eta_s is None


def test_progress_is_replaced_at_once(tmp_path: Path) -> None:
    write_progress(tmp_path, progress(1, 110.0))
    with (tmp_path / FILE_NAME).open("rb") as reader:
        write_progress(tmp_path, progress(2, 120.0))
        assert Progress.model_validate_json(reader.read()).epoch == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    read = read_progress(tmp_path)
    assert read is not None
    assert read.epoch == 2


def test_progress_that_was_not_written_yet_is_none(tmp_path: Path) -> None:
    assert read_progress(tmp_path) is None
    assert read_progress(tmp_path / "nowhere") is None


def test_progress_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"pid": 1, "epo')
    assert read_progress(tmp_path) is None

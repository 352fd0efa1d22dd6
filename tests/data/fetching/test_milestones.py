"""What the task that fetches writes into Prefect's log."""

from __future__ import annotations

import pytest

from ablation.data import Transfer
from tasks.fetch import SparseLog

MB = 1_000_000


@pytest.mark.parametrize(
    ("total", "lines"),
    [
        (
            20 * MB,
            ["a.npz: 5.0 of 20.0 MB", "a.npz: 10.0 of 20.0 MB", "a.npz: 15.0 of 20.0 MB", "a.npz: 20.0 of 20.0 MB"],
        ),
        (None, []),
    ],
)
def test_log_has_a_line_a_quarter(total: int | None, lines: list[str]) -> None:
    written: list[str] = []
    log = SparseLog(written.append)
    for done in range(0, 20 * MB + 1, MB // 4):
        log.write(Transfer("a.npz", done, total))
    assert written == lines


def test_log_of_a_file_of_unknown_size_has_a_line_every_64_mib() -> None:
    written: list[str] = []
    log = SparseLog(written.append)
    for done in range(0, 140 * 2**20, 2**20):
        log.write(Transfer("a.tar", done, None))
    assert written == ["a.tar: 67.1 MB", "a.tar: 134.2 MB"]


def test_log_counts_each_file_by_itself() -> None:
    written: list[str] = []
    log = SparseLog(written.append)
    log.write(Transfer("a", 10 * MB, 10 * MB))
    log.write(Transfer("b", 5 * MB, 10 * MB))
    assert written == ["a: 10.0 of 10.0 MB", "b: 5.0 of 10.0 MB"]

from __future__ import annotations

import pytest

from ablation.data import Milestones, Transfer

MB = 1_000_000


def told(*transfers: Transfer) -> list[str]:
    lines: list[str] = []
    milestones = Milestones(lambda transfer: lines.append(str(transfer)), steps=4, step_bytes=64 * 2**20)
    for transfer in transfers:
        milestones(transfer)
    return lines


def test_file_of_known_size_is_told_of_at_each_quarter() -> None:
    transfers = [Transfer("a.npz", done, 20 * MB) for done in range(0, 20 * MB + 1, MB // 4)]
    expected = ["a.npz: 5.0 of 20.0 MB", "a.npz: 10.0 of 20.0 MB", "a.npz: 15.0 of 20.0 MB", "a.npz: 20.0 of 20.0 MB"]
    assert told(*transfers) == expected


def test_file_of_unknown_size_is_told_of_every_64_mib() -> None:
    transfers = [Transfer("a.tar", done, None) for done in range(0, 140 * 2**20, 2**20)]
    assert told(*transfers) == ["a.tar: 67.1 MB", "a.tar: 134.2 MB"]


def test_each_file_counts_by_itself() -> None:
    assert told(Transfer("a", 10 * MB, 10 * MB), Transfer("b", 5 * MB, 10 * MB)) == [
        "a: 10.0 of 10.0 MB",
        "b: 5.0 of 10.0 MB",
    ]


def test_file_that_begins_anew_is_told_of_anew() -> None:
    transfers = [Transfer("a", done * MB, 10 * MB) for done in (6, 1, 6)]
    assert told(*transfers) == ["a: 6.0 of 10.0 MB", "a: 1.0 of 10.0 MB", "a: 6.0 of 10.0 MB"]


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (4_100_000, 11_490_434, "a: 4.1 of 11.5 MB"),
        (100, 2_500, "a: 0.1 of 2.5 kB"),
        (3_000_000, None, "a: 3.0 MB"),
        (0, None, "a: 0.0 kB"),
        (0, 0, "a: 0.0 kB"),
    ],
)
def test_transfer_says_how_far_it_is(done: int, total: int | None, text: str) -> None:
    assert str(Transfer("a", done, total)) == text

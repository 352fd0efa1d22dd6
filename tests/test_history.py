"""The learning history of one trial."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation.history import History


def test_history_reads_columns_and_empty_cells() -> None:
    history = History.from_csv(b"epoch,loss,val_loss\n1,0.5,0.6\n2,nan,\n")
    assert history.columns["epoch"] == [1.0, 2.0]
    assert history.curve("loss") == [(1, 0.5), (2, None)]
    assert history.curve("val_loss") == [(1, 0.6), (2, None)]
    assert history.paired_metrics() == ["loss"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"loss,val_loss,objective,val_objective\n1,2,1,2\n", True),
        (b"loss,val_loss,objective,val_objective\nnan,2,nan,2\n", True),
        (b"loss,val_loss,objective,val_objective\n1,2,1.5,2\n", False),
        (b"loss,val_loss,objective,val_objective\n1,2,1,2.5\n", False),
    ],
)
def test_history_is_without_penalty_where_the_objective_is_the_loss(content: bytes, expected: bool) -> None:
    assert History.from_csv(content).is_without_penalty() is expected


def test_history_without_an_epoch_column_counts_from_one() -> None:
    assert History(columns={"loss": [0.5, 0.4]}).epochs() == [1, 2]


def test_history_of_nothing_is_empty() -> None:
    assert History.from_csv(b"").epochs() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"epoch,loss\n1\n", r"history.csv:2: must have 2 cells"),
        (b"epoch,loss\n1,x\n", r"history.csv:2: loss: .*\n.*'x'"),
    ],
)
def test_history_that_is_broken_tells_where(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        History.from_csv(content)


def test_history_with_columns_of_two_lengths_is_an_error() -> None:
    with pytest.raises(ValueError, match="got lengths"):
        History(columns={"epoch": [1.0], "loss": []})


@given(st.lists(st.floats(allow_nan=False), max_size=5))
def test_history_survives_csv(values: list[float]) -> None:
    history = History(columns={"epoch": [float(place) for place in range(len(values))], "loss": values})
    assert History.from_csv(history.to_csv()) == history


def test_history_writes_epochs_as_whole_numbers() -> None:
    assert History(columns={"epoch": [1.0], "loss": [math.inf]}).to_csv() == b"epoch,loss\n1,inf\n"

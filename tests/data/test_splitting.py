from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.data import DataError
from ablation.data.splitting import kept_samples, split_validation
from ablation.spec import Subset, Validation

PROFILE = settings(max_examples=100, derandomize=True, deadline=None, database=None)


@PROFILE
@given(count=st.integers(2, 300), fraction=st.floats(0.01, 0.99), seed=st.integers(0, 2**31 - 1))
def test_split_is_disjoint_complete_and_ascending(count: int, fraction: float, seed: int) -> None:
    wanted = max(1, round(count * fraction))
    if wanted == count:
        return
    train, validation = split_validation(count, Validation(fraction=fraction), seed)
    assert len(validation) == wanted
    assert sorted([*train, *validation]) == list(range(count))
    assert np.all(np.diff(train) > 0)
    assert np.all(np.diff(validation) > 0)


def test_split_of_equal_seeds_is_equal_and_of_others_is_not() -> None:
    first, again, other = (split_validation(100, Validation(count=20), seed)[1].tolist() for seed in (4, 4, 5))
    assert first == again != other


def test_split_of_a_seed_stays_what_it_is() -> None:
    assert split_validation(10, Validation(count=4), 0)[1].tolist() == [2, 3, 5, 8]


def test_split_by_count_and_by_fraction_of_the_same_size_is_the_same() -> None:
    by_count, by_fraction = (
        split_validation(50, wanted, 0) for wanted in (Validation(count=10), Validation(fraction=0.2))
    )
    assert [part.tolist() for part in by_count] == [part.tolist() for part in by_fraction]


def test_smallest_fraction_validates_on_one_sample() -> None:
    train, validation = split_validation(10, Validation(fraction=0.001), 0)
    assert (len(train), len(validation)) == (9, 1)


@pytest.mark.parametrize("wanted", [Validation(count=10), Validation(count=11), Validation(fraction=0.96)])
def test_split_that_leaves_nothing_to_train_on_is_refused(wanted: Validation) -> None:
    with pytest.raises(DataError, match=r"data\.validation: 1[01] of 10 training samples leave nothing to train on"):
        split_validation(10, wanted, 0)


AVAILABLE = {"train": 6, "test": 3}


@pytest.mark.parametrize(
    ("subset", "kept"),
    [
        (Subset(train=4, test=1), {"train": 4, "test": 1}),
        (Subset(train=6), {"train": 6, "test": 3}),
        (Subset(), {"train": 6, "test": 3}),
    ],
)
def test_subset_keeps_so_many_samples_of_each_part(subset: Subset, kept: dict[str, int]) -> None:
    assert kept_samples(AVAILABLE, subset) == kept


def test_subset_larger_than_the_data_is_refused() -> None:
    with pytest.raises(DataError) as raised:
        kept_samples(AVAILABLE, Subset(train=6, test=4))
    assert str(raised.value) == "data.subset.test: 4 samples asked for, the test part has 3. Ask for fewer."

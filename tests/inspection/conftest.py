"""One store with some runs for all tests of this room, which only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ablation.inspection import PublishedRun, read_published
from ablation.store import Store, read_run
from tests.conftest import embedded_store

from .published import publish

FIRST, SECOND, OTHER, DIFFERENT = "20260101-aa", "20260102-bb", "20260103-cc", "20260104-dd"


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two runs of a study, one that shows the first one's trials again and a seed more, and one of another study."""
    values = {"original": {0: 1.0, 1: 1.1, 2: 1.2}, "l2": {0: 0.8, 1: 0.9, 2: None}}
    with embedded_store(tmp_path_factory.mktemp("runs")) as store:
        publish(store, FIRST, values)
        moved = {"original": {0: 1.0, 1: 1.1, 2: 1.2}, "l2": {0: 1.2, 1: 1.4}, "dropout": {0: 0.7, 1: 0.7}}
        publish(store, SECOND, moved, made_by="b", settings={"training": {"epochs": 30}})
        publish(store, OTHER, {"original": {0: 1.0, 1: 1.1, 2: 1.2, 3: 1.0}, "l2": {0: 0.8, 1: 0.9, 3: 0.7}})
        publish(
            store,
            DIFFERENT,
            {"original": {0: 2.0, 1: 2.1}},
            study="mnist",
            made_by="d",
            metric="test_loss",
            datasets={"mnist": "f" * 64},
        )
        yield store


def read(store: Store, run_id: str, study: str = "imdb") -> PublishedRun:
    """Read one of them."""
    return read_published(store, read_run(store, study, run_id))

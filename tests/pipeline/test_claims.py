"""Two runs of one study at the same time, seen from one of their trials."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ablation.pipeline import PlannedTrial, RunContext, Workspace, give_back, given_back_on_failure, plan_run
from ablation.pipeline.trials.claims import Claims, Place, claimed_place, claims_opened
from ablation.processes import Slots
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.spec import load_study
from ablation.store import Holder, Lease, LeaseFiles, Store, StoreUnreachable, publish_trial, put_blob
from tests.conftest import DEADLINE_S, TINY, embedded_store, wait_for


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with embedded_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[PlannedTrial]:
    """The trials of a study that no other test has."""
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "study.yaml").write_text(TINY.replace("units: 8", f"units: {len(request.node.name)}"))
    plan = plan_run(load_study(tmp_path / "study.yaml"), "here")
    return list(plan.trials)


def run_on(store: Store, run_id: str = "here", *, is_fresh: bool = False) -> RunContext:
    return RunContext(
        study="tiny", run_id=run_id, store=store.location, threads=1, workers=1, timeout_s=60, is_fresh=is_fresh
    )


def leases_of(store: Store, run_id: str) -> LeaseFiles:
    assert store.root is not None
    return LeaseFiles(store.root, Holder(run_id, "machine", run_id))


def claiming(store: Store, run_id: str = "here") -> AbstractContextManager[None]:
    return claims_opened(run_id, Claims(store, leases_of(store, run_id)))


def publish(store: Store, planned: PlannedTrial) -> None:
    """Finish a trial as another run does."""
    outcome = TrialOutcome(
        variant="other",
        seed=7,
        fingerprint=planned.fingerprint,
        status="trained",
        metrics={"val_loss": 0.25},
        files={"history.csv": put_blob(store, b"epoch,loss\n", "text/csv")},
    )
    publish_trial(store, outcome, {"at": str(datetime.now(UTC))})


def place_of(planned: PlannedTrial, run: RunContext, slots: Slots) -> Place:
    with claimed_place(planned, run, slots) as place:
        return place


def waiting(planned: PlannedTrial) -> str | None:
    return Workspace(Settings(), "here").read_waiting(planned.trial.variant, planned.trial.seed)


def result_of(place: Future[Place]) -> Place:
    return place.result(DEADLINE_S)


def test_trial_that_nobody_trains_has_its_place_at_once(store: Store, trials: list[PlannedTrial]) -> None:
    with claiming(store):
        assert place_of(trials[0], run_on(store), Slots(1)) == Place(None)
        assert not leases_of(store, "there").claim(trials[0].fingerprint)


def test_trial_of_a_run_without_claims_has_its_place_at_once(store: Store, trials: list[PlannedTrial]) -> None:
    there = leases_of(store, "there")
    assert there.claim(trials[0].fingerprint)
    assert place_of(trials[0], run_on(store), Slots(1)) == Place(None)
    there.release_all()


def test_trial_that_another_run_trains_waits_without_a_place_and_is_cached_when_that_run_publishes_it(
    store: Store, trials: list[PlannedTrial]
) -> None:
    there, slots = leases_of(store, "there"), Slots(1)
    assert there.claim(trials[0].fingerprint)
    with claiming(store), ThreadPoolExecutor(1) as pool:
        first = pool.submit(place_of, trials[0], run_on(store), slots)
        assert wait_for(lambda: waiting(trials[0]), "the trial to wait") == "there"
        assert place_of(trials[1], run_on(store), slots) == Place(None)
        assert not first.done()
        publish(store, trials[0])
        there.release(trials[0].fingerprint)
        finished = result_of(first).finished
        assert waiting(trials[0]) is None
    assert finished is not None
    assert (finished.variant, finished.seed, finished.status) == ("baseline", 0, "cached")
    assert finished.metrics == {"val_loss": 0.25}
    kept = Workspace(Settings(), "here").read_outcome("baseline", 0)
    assert kept == finished.model_copy(update={"provenance": None})  # the trial's manifest has it
    assert there.claim(trials[0].fingerprint)
    there.release_all()


def test_trial_that_another_run_gives_back_unpublished_is_trained_here(
    store: Store, trials: list[PlannedTrial]
) -> None:
    there = leases_of(store, "there")
    assert there.claim(trials[0].fingerprint)
    with claiming(store), ThreadPoolExecutor(1) as pool:
        first = pool.submit(place_of, trials[0], run_on(store), Slots(1))
        wait_for(lambda: waiting(trials[0]), "the trial to wait")
        there.release(trials[0].fingerprint)
        assert result_of(first) == Place(None)
        assert not there.claim(trials[0].fingerprint)


def test_trial_that_was_published_since_the_run_looked_is_cached_and_its_lease_given_back(
    store: Store, trials: list[PlannedTrial]
) -> None:
    publish(store, trials[0])
    there = leases_of(store, "there")
    with claiming(store):
        finished = place_of(trials[0], run_on(store), Slots(1)).finished
        assert finished is not None
        assert finished.status == "cached"
        assert there.claim(trials[0].fingerprint)
        there.release_all()


def test_waiting_ends_when_the_run_is_cancelled(store: Store, trials: list[PlannedTrial]) -> None:
    there, slots = leases_of(store, "there"), Slots(1)
    assert there.claim(trials[0].fingerprint)
    with claiming(store), ThreadPoolExecutor(1) as pool:
        first = pool.submit(place_of, trials[0], run_on(store), slots)
        wait_for(lambda: waiting(trials[0]), "the trial to wait")
        slots.cancel()
        assert result_of(first).finished is None
    there.release_all()


def test_run_that_trains_all_anew_waits_for_nobody_and_takes_what_is_free(
    store: Store, trials: list[PlannedTrial]
) -> None:
    there = leases_of(store, "there")
    assert there.claim(trials[0].fingerprint)
    publish(store, trials[1])
    with claiming(store):
        assert place_of(trials[0], run_on(store, is_fresh=True), Slots(1)) == Place(None)
        assert place_of(trials[1], run_on(store, is_fresh=True), Slots(1)) == Place(None)
        assert not there.claim(trials[1].fingerprint)
    there.release_all()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_trial_that_fails_is_free_for_others(
    store: Store, trials: list[PlannedTrial], error: type[BaseException]
) -> None:
    run, there, fingerprint = run_on(store), leases_of(store, "there"), trials[0].fingerprint
    with claiming(store):
        with pytest.raises(error), given_back_on_failure(fingerprint, run):
            place_of(trials[0], run, Slots(1))
            raise error
        assert there.claim(fingerprint)
    there.release_all()


def test_trial_that_did_not_fail_is_ours_until_it_is_given_back(store: Store, trials: list[PlannedTrial]) -> None:
    run, there, fingerprint = run_on(store), leases_of(store, "there"), trials[0].fingerprint
    with claiming(store):
        with given_back_on_failure(fingerprint, run):
            place_of(trials[0], run, Slots(1))
        assert not there.claim(fingerprint)
        give_back(fingerprint, run)
        assert there.claim(fingerprint)
    there.release_all()


class AwayLeases:
    """Leases in a store that cannot be reached; counts how often it is asked."""

    look_every_s = 0.0
    asked = 0

    def claim(self, fingerprint: str) -> bool:
        self.asked += 1
        raise StoreUnreachable("cannot use the store")

    def read(self, fingerprint: str) -> Lease | None:
        raise StoreUnreachable("cannot use the store")

    def renew(self) -> None:
        raise StoreUnreachable("cannot use the store")

    def release(self, fingerprint: str) -> None:
        raise StoreUnreachable("cannot use the store")

    def release_all(self) -> None:
        raise StoreUnreachable("cannot use the store")


def test_store_that_is_away_keeps_no_trial_from_training_and_is_asked_once(
    store: Store, trials: list[PlannedTrial]
) -> None:
    leases, slots = AwayLeases(), Slots(1)
    with claims_opened("here", Claims(store, leases)):
        assert place_of(trials[0], run_on(store), slots) == Place(None)
        assert place_of(trials[1], run_on(store), slots) == Place(None)
        give_back(trials[0].fingerprint, run_on(store))
    assert leases.asked == 1

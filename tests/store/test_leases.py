from __future__ import annotations

import multiprocessing
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from ablation.settings import Settings
from ablation.store import Holder, LeaseFiles, LeaseObjects, Leases, Store, honours_conditions, open_store
from tests.servers.moto import moto
from tests.servers.server import S3Server
from tests.store.claiming import fingerprints, race_for_files, race_for_objects

TRIAL = "a" * 64
LONG_S = 3600.0


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


def nobody_has_ended(machine: str, owner: str) -> bool:
    return False


def leases_of(store: Store, owner: str, clock: Clock | None = None) -> LeaseObjects:
    return LeaseObjects(store, Holder(owner, "here", f"run-{owner}"), nobody_has_ended, clock or Clock())


@pytest.fixture
def remote(store: Store) -> Store:
    """A store as other machines see it: objects behind an address, which here ignores conditions."""
    return replace(store, root=None)


@pytest.fixture(scope="module")
def conditional_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield a server that honours conditions on writes."""
    with moto(tmp_path_factory.mktemp("moto")) as running:
        yield running


@pytest.fixture
def conditional(conditional_server: S3Server, aws: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that honours conditions on writes."""
    aws.setenv("AWS_ENDPOINT_URL_S3", conditional_server.endpoint_url)
    with open_store(Settings(store=f"s3://{conditional_server.bucket}/{secrets.token_hex(8)}")) as opened:
        assert honours_conditions(opened)
        yield opened


CONDITIONAL = pytest.param("conditional", marks=pytest.mark.servers)


@pytest.fixture(params=["remote", CONDITIONAL])
def shared(request: pytest.FixtureRequest) -> Store:
    """Each kind of store that several machines share."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["folder", "remote", CONDITIONAL])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Leases, Leases]:
    """The leases of two runs on each kind of store."""
    if request.param == "folder":
        first, second = (LeaseFiles(tmp_path, Holder(name, "here", f"run-{name}")) for name in ("first", "second"))
        return first, second
    store = request.getfixturevalue(request.param)
    return leases_of(store, "first"), leases_of(store, "second")


def test_lease_that_another_holds_cannot_be_claimed_until_it_is_given_back(pair: tuple[Leases, Leases]) -> None:
    first, second = pair
    assert [first.claim(TRIAL), second.claim(TRIAL), second.claim(TRIAL)] == [True, False, False]
    held = second.read(TRIAL)
    assert held is not None
    assert (held.run_id, held.attempt) == ("run-first", 1)
    second.release(TRIAL)
    assert not second.claim(TRIAL)
    first.release(TRIAL)
    assert second.claim(TRIAL)


def test_leases_are_given_back_together_and_leave_nothing(pair: tuple[Leases, Leases]) -> None:
    first, second = pair
    assert all(first.claim(fingerprint) for fingerprint in fingerprints()[:3])
    first.release_all()
    assert [second.read(fingerprint) for fingerprint in fingerprints()[:3]] == [None, None, None]


def test_lease_whose_heartbeat_does_not_change_is_taken_over_with_the_next_attempt(shared: Store) -> None:
    clock = Clock()
    assert leases_of(shared, "killed").claim(TRIAL)
    other = leases_of(shared, "other", clock)
    assert not other.claim(TRIAL)
    clock.now_s += 29
    assert not other.claim(TRIAL)
    clock.now_s += 2
    assert other.claim(TRIAL)
    taken = other.read(TRIAL)
    assert taken is not None
    assert (taken.run_id, taken.attempt) == ("run-other", 2)


def test_lease_that_is_renewed_is_never_taken_over(shared: Store) -> None:
    clock, owner = Clock(), leases_of(shared, "owner")
    other = leases_of(shared, "other", clock)
    assert owner.claim(TRIAL)
    for _ in range(3):
        assert not other.claim(TRIAL)
        owner.renew()
        clock.now_s += 31
    assert not other.claim(TRIAL)


def test_lease_of_an_owner_that_is_known_to_have_ended_is_taken_over_at_once(shared: Store) -> None:
    assert leases_of(shared, "killed").claim(TRIAL)
    holder = Holder("other", "here", "run-other")
    asked = []

    def has_ended(machine: str, owner: str) -> bool:
        asked.append((machine, owner))
        return True

    assert LeaseObjects(shared, holder, has_ended).claim(TRIAL)
    assert asked == [("here", "killed")]


def test_owner_whose_lease_was_taken_over_leaves_it_to_the_other(shared: Store) -> None:
    clock, stopped_clock = Clock(), Clock()
    stopped = leases_of(shared, "stopped", stopped_clock)
    other = leases_of(shared, "other", clock)
    assert stopped.claim(TRIAL)
    assert not other.claim(TRIAL)
    clock.now_s += 31
    assert other.claim(TRIAL)

    stopped_clock.now_s += 31
    stopped.release(TRIAL)

    held = stopped.read(TRIAL)
    assert held is not None
    assert held.run_id == "run-other"


def test_owner_that_renews_a_lease_another_has_taken_over_gives_it_up(shared: Store) -> None:
    clock = Clock()
    stopped, other = leases_of(shared, "stopped"), leases_of(shared, "other", clock)
    assert stopped.claim(TRIAL)
    assert not other.claim(TRIAL)
    clock.now_s += 31
    assert other.claim(TRIAL)
    stopped.renew()
    stopped.release(TRIAL)
    held = other.read(TRIAL)
    assert held is not None
    assert (held.run_id, held.heartbeat) == ("run-other", 0)


def test_lease_that_was_removed_by_mistake_is_written_anew(shared: Store) -> None:
    owner = leases_of(shared, "owner")
    assert owner.claim(TRIAL)
    shared.delete(f"leases/{TRIAL}.json")
    owner.renew()
    held = owner.read(TRIAL)
    assert held is not None
    assert (held.run_id, held.heartbeat) == ("run-owner", 1)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"ttl_s": 1e9}'])
def test_lease_that_cannot_be_read_is_dead_after_half_a_minute(remote: Store, damage: bytes) -> None:
    remote.put(f"leases/{TRIAL}.json", damage)
    clock = Clock()
    other = leases_of(remote, "other", clock)
    assert not other.claim(TRIAL)
    clock.now_s += 31
    assert other.claim(TRIAL)


@pytest.mark.parametrize("jump_s", [-LONG_S, LONG_S, 365 * 24 * LONG_S])
def test_lease_is_not_dead_because_a_clock_jumps(remote: Store, jump_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = LeaseObjects(remote, Holder("owner", "here", "run-owner"), nobody_has_ended)
    other = LeaseObjects(remote, Holder("other", "here", "run-other"), nobody_has_ended)
    assert owner.claim(TRIAL)
    assert not other.claim(TRIAL)
    jumped_s = time.time() + jump_s
    monkeypatch.setattr(time, "time", lambda: jumped_s)
    assert not other.claim(TRIAL)


@pytest.mark.servers
def test_claims_of_a_shared_store_cost_two_requests(conditional: Store) -> None:
    leases = leases_of(conditional, "owner")
    requests: list[str] = []
    conditional.client.meta.events.register(
        "before-send.s3", lambda request, **_: requests.append(request.method), unique_id="counted"
    )
    assert leases.claim(TRIAL)
    leases.release(TRIAL)
    conditional.client.meta.events.unregister("before-send.s3", unique_id="counted")
    assert requests == ["PUT", "DELETE"]


def won_by(context: BaseContext, work: Callable[..., None], where: object) -> list[list[str]]:
    """Let two processes claim the same leases at the same time, kill them, and return what each had won."""
    pipes, processes = [context.Pipe() for _ in range(2)], []
    for name, (_, theirs) in zip(("first", "second"), pipes, strict=True):
        processes.append(context.Process(target=work, args=(where, name, theirs), daemon=True))  # type: ignore[attr-defined]
        processes[-1].start()
    assert [ours.recv() for ours, _ in pipes] == ["ready", "ready"]
    for ours, _ in pipes:
        ours.send("go")
    won = [ours.recv() for ours, _ in pipes]
    for process in processes:
        process.kill()
        process.join()
    return won


def test_leases_that_two_processes_race_for_are_each_won_once_and_free_once_they_are_killed(tmp_path: Path) -> None:
    won = won_by(multiprocessing.get_context("fork"), race_for_files, tmp_path)
    assert sorted(won[0] + won[1]) == fingerprints()
    other = LeaseFiles(tmp_path, Holder("other", "here", "run-other"))
    assert all(other.claim(fingerprint) for fingerprint in fingerprints())
    taken = [other.read(fingerprint) for fingerprint in fingerprints()]
    assert [lease and (lease.run_id, lease.attempt) for lease in taken] == [("run-other", 2)] * 20


@pytest.mark.slow
@pytest.mark.servers
def test_leases_of_a_shared_store_that_two_processes_race_for_are_each_won_once(conditional: Store) -> None:
    won = won_by(multiprocessing.get_context("spawn"), race_for_objects, conditional.uri)
    assert sorted(won[0] + won[1]) == fingerprints()
    clock = Clock()
    other = leases_of(conditional, "other", clock)
    assert not any(other.claim(fingerprint) for fingerprint in fingerprints())
    clock.now_s += 31
    assert all(other.claim(fingerprint) for fingerprint in fingerprints())

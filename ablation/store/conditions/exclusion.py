"""One writer of a key at a time, on any store.

Conditions of S3 do not suffice: some servers ignore them, and some check them without excluding a second writer of the
same milliseconds (OpenStack Swift). No probe can tell the latter from those that do. What every server has is an
object that is seen once it was written, so a writer announces itself beside the others, and writes when it is alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

from ablation.store import layout
from ablation.store.errors import StoreError
from ablation.store.objects.store import Store

# What a claim protects takes milliseconds, and nothing in it waits for a store that is away. A claim that is older was
# left behind by a writer that was killed.
CLAIM_S: Final = 20.0
WAIT_S: Final = 3 * CLAIM_S
_PAUSE_S: Final = (0.005, 0.03)
_random = random.SystemRandom()

# Threads of this process wait for each other without asking the store.
_threads = [Lock() for _ in range(64)]


@contextmanager
def alone(store: Store, key: str) -> Iterator[None]:
    """Let no other writer that asks for this key be in its own block; never enter one in another.

    An embedded store is locked as the folder it is, whatever serves it. Anywhere else this takes three requests, and
    needs a listing that shows what was written before it: AWS, and each server that this was tested with, does.

    Raises:
        StoreError: Others kept the key for a minute.
    """
    exclusion = _claimed(store, key) if store.root is None else _locked(store.root)
    with _threads[hash(key) % len(_threads)], exclusion:
        yield


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a process forked meanwhile would keep what is only closed
        os.close(descriptor)


@contextmanager
def _claimed(store: Store, key: str) -> Iterator[None]:
    prefix = layout.claim_prefix(key)
    claim = _Claim(replace(store, patience_s=0.0), prefix, f"{prefix}{secrets.token_hex(16)}")
    try:
        claim.await_turn()
        yield
    finally:
        claim.withdraw()


@dataclass
class _Claim:
    """The announcement of one writer: an object of its own beside those of the others."""

    store: Store
    prefix: str
    own: str
    is_placed: bool = field(default=False, init=False)
    # The store's clock when this claim was placed, and ours.
    _placed_at: datetime | None = field(default=None, init=False)
    _placed_s: float = field(default=0.0, init=False)

    def await_turn(self) -> None:
        """Return once this claim is the only one. Of several the least stays, the others come again when it is gone."""
        deadline = time.monotonic() + WAIT_S
        others: set[str] = set()
        while True:
            if not others and not self.is_placed:
                self._place()
            elif self.is_placed and any(other < self.own for other in others):
                self.withdraw()
            is_seen, others = self._look()
            if self.is_placed and is_seen and not others:
                return
            if time.monotonic() > deadline:
                raise StoreError(f"{self.store.uri_of(self.prefix)}: others keep writing. Run the command again.")
            time.sleep(_random.uniform(*_PAUSE_S))

    def withdraw(self) -> None:
        """Remove the claim; one that cannot be removed lapses."""
        self.is_placed = False
        try:
            self.store.delete(self.own)
        except StoreError:
            # A bucket may forbid it: an empty claim is none.
            with contextlib.suppress(StoreError):
                self.store.put(self.own, b"")

    def _place(self) -> None:
        self.is_placed = True
        self._placed_s = time.monotonic()
        self.store.put(self.own, b"claim")

    def _look(self) -> tuple[bool, set[str]]:
        """Return whether the listing shows this claim, and the claims of others that have not lapsed."""
        placed = {item.key: item.modified_at for item in self.store.keys(self.prefix) if item.bytes}
        is_seen = self.own in placed
        self._placed_at = placed.pop(self.own, self._placed_at)
        lapsed = {other for other, placed_at in placed.items() if self._has_lapsed(placed_at)}
        for other in lapsed:
            with contextlib.suppress(StoreError):
                self.store.delete(other)
        return is_seen, placed.keys() - lapsed

    def _has_lapsed(self, placed_at: datetime) -> bool:
        if self._placed_at is None:
            return False
        waited = timedelta(seconds=time.monotonic() - self._placed_s)
        return self._placed_at + waited - placed_at > timedelta(seconds=CLAIM_S)

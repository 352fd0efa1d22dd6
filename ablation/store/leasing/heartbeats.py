"""Heartbeats: what an owner changes in the store while it lives, and how others see that it has stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

TTL_S: Final = 30.0
LONGEST_TTL_S: Final = 3600.0

Clock = Callable[[], float]


class HeartbeatWatch:
    """Says what has not changed for its time to live, as long as this process has looked.

    Args:
        clock: Seconds of this machine that never go back; of other clocks nothing is believed.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[Hashable, float]] = {}

    def is_dead(self, key: str, version: Hashable, ttl_s: float) -> bool:
        """Take what was just read, and return whether it was the same for longer than `ttl_s`."""
        now_s = self._clock()
        seen, since_s = self._seen.get(key, (None, now_s))
        if seen != version:
            self._seen[key] = (version, now_s)
            return False
        return now_s - since_s > ttl_s

    def knows(self, key: str) -> bool:
        """Whether it was looked at."""
        return key in self._seen

    def forget(self, key: str) -> None:
        """Begin anew when it is looked at again."""
        self._seen.pop(key, None)

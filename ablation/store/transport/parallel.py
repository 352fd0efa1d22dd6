"""Many small requests at once, with a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return `function` of each item, in order; the first error is raised and what has not begun is given up."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="store") as pool:
        return list(pool.map(function, items))

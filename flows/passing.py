"""Arguments that Prefect hands to a task as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from prefect.futures import PrefectFuture
from prefect.utilities.annotations import quote

Value = TypeVar("Value")


def whole(value: Value) -> Value:
    """Return an argument of a task that holds no future: Prefect looks for one in every field of a record otherwise.

    The task gets the value itself. Of a plan of 200 trials the search takes 0.2 s, and of a trial 1 ms a task.
    """
    return cast(Value, quote(value))


def each_after(futures: Iterable[PrefectFuture[Any]]) -> list[tuple[PrefectFuture[Any]]]:
    """Return mapped arguments that hold one future each, as a tuple: the tasks get a tuple of one result.

    Prefect waits for a future inside an argument as it does for one that is the argument. For that one, if it is not
    done yet, it first asks the server for its state: of 200 trials 400 requests, 4 s of the server's time.
    """
    return [(future,) for future in futures]

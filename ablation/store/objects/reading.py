"""Objects read piece by piece, e.g. for somebody who looks at one in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from ablation.store.objects.store import Store
from ablation.store.transport.translation import translated

PIECE_BYTES: Final = 256 * 2**10


@contextmanager
def open_object(store: Store, key: str, span: tuple[int, int] | None = None) -> Iterator[Iterator[bytes]]:
    """Open an object and yield its bytes in pieces; no more than one of them is in memory.

    Args:
        store: Where it is.
        key: Its key.
        span: The first and the last byte that are wanted, counted from 0; None: all.

    Raises:
        KeyMissing: There is no such object.
        StoreUnreachable: The store is away, or the connection broke while reading.
    """
    with closing(store.open(key, span)) as body:
        yield _pieces(store.uri_of(key), body.iter_chunks(PIECE_BYTES))


def _pieces(where: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    with translated(where):
        yield from chunks

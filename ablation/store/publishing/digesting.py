"""The digest of a stored object, without keeping its bytes: a model may be larger than the memory."""

from __future__ import annotations

from typing import BinaryIO, cast

from ablation.store.objects.store import Store


def digest_of(store: Store, key: str) -> tuple[str, int]:
    """Return the SHA-256 and the size of an object, of which every byte is read.

    Raises:
        KeyMissing: There is no such object.
    """
    counted = _Counted()
    digest = store.stream(key, cast(BinaryIO, counted))
    return digest, counted.bytes


class _Counted:
    """As much of an open file as a download needs; it keeps nothing but the length."""

    def __init__(self) -> None:
        self.bytes = 0

    def seek(self, offset: int) -> int:
        return offset

    def truncate(self) -> int:
        self.bytes = 0
        return 0

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        return len(data)

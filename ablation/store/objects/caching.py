"""What browsers and proxies may keep of a store: what never changes for good, all else not without asking."""

from __future__ import annotations

from typing import Final

from ablation.store import layout

# Private: what a presigned address gave one person, a shared proxy gives no other.
IMMUTABLE: Final = "private, max-age=31536000, immutable"
CHANGING: Final = "no-cache"

_OF_RUN: Final = 4  # studies/STUDY/RUN/PATH: the index and the pointer of a study are not so deep


def cache_control_of(key: str) -> str:
    """Return the Cache-Control of an object, by its place in the layout."""
    if key.startswith((layout.BLOBS, layout.DATASETS, layout.TRIALS)):
        return IMMUTABLE
    is_of_run = key.startswith(layout.STUDIES) and key.count("/") >= _OF_RUN - 1
    return IMMUTABLE if is_of_run else CHANGING

from __future__ import annotations

import pytest

from ablation.settings import Settings
from ablation.store import (
    BlobCorrupt,
    KeyMissing,
    KeyTaken,
    StoreError,
    StoreUnreachable,
    UploadIncomplete,
    is_away,
    open_unchecked,
)
from ablation.store.errors import TransferBroken


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (StoreUnreachable("no answer"), True),
        (TransferBroken("half an object"), True),
        (UploadIncomplete("lost bytes"), True),
        (StoreError("the store answered InternalError"), True),
        (KeyMissing("no object"), False),
        (KeyTaken("another run"), False),
        (BlobCorrupt("other bytes"), False),
    ],
)
def test_store_is_away_when_its_error_may_pass_by_itself(error: StoreError, expected: bool) -> None:
    assert is_away(error) is expected


@pytest.mark.parametrize("uri", [None, "https://host/bucket"])
def test_store_without_an_address_is_not_opened_unchecked(uri: str | None) -> None:
    with pytest.raises(StoreUnreachable, match="Set ABLATION_STORE"), open_unchecked(Settings(store=uri)):
        pass

"""What can go wrong with a store, each with a message a user can act on."""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything that goes wrong with a store."""


class StoreUnreachable(StoreError):
    """The store cannot be used: no endpoint, no bucket, or credentials it does not accept."""


class StoreAway(StoreUnreachable):
    """The store does not answer, or answers that it cannot now; later it may."""


class TransferBroken(StoreAway):
    """The connection broke while an object was being read."""


class KeyInvalid(StoreError, ValueError):
    """A name cannot be part of a key: it would leave its folder, or no store could keep it."""


class KeyMissing(StoreError):
    """There is no object with this key."""


class KeyTaken(StoreError):
    """The condition of a write was not met: there is an object already, or it has changed since it was read."""


class ConditionUnsupported(StoreError):
    """The endpoint refuses conditional writes."""


class UploadIncomplete(StoreError):
    """What the store holds after an upload has not the size of what was sent."""


class BlobCorrupt(StoreError):
    """The bytes in the store are not the bytes that were published."""


class ManifestCorrupt(StoreError):
    """A manifest cannot be read as one."""


class RunUnknown(StoreError):
    """A name fits no committed run, or more than one."""


def is_away(error: StoreError) -> bool:
    """Whether an error may pass by itself: the store cannot be used now, lost bytes, or answered something unnamed."""
    return isinstance(error, StoreUnreachable | UploadIncomplete) or type(error) is StoreError

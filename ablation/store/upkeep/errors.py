"""What can go wrong when a store is tidied or a run is copied out of it."""

from __future__ import annotations

from typing import Final

from ablation.store.errors import StoreError

_REFUSALS: Final = frozenset({"AccessDenied", "AllAccessDisabled", "MethodNotAllowed", "403", "405"})


class DeleteForbidden(StoreError):
    """The store does not let these credentials delete."""


class PathsRefused(StoreError):
    """A run names files that would be written outside the folder it is copied to."""


class FolderTaken(StoreError):
    """A folder has other files than those of the run that is to be copied there."""


class FolderUnwritable(StoreError):
    """A file cannot be written to the folder a run is copied to."""


class PullIncomplete(StoreError):
    """Files of a run could not be copied, because the store lost or changed them."""


def answer_code(error: StoreError) -> str:
    """Return the code with which the store answered, e.g. AccessDenied; empty where it did not answer."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def is_delete_refused(error: StoreError) -> bool:
    """Return whether the store answered that these credentials may not delete, rather than that they may not look."""
    operation = getattr(error.__cause__, "operation_name", "")
    return operation in ("DeleteObject", "AbortMultipartUpload") and answer_code(error) in _REFUSALS

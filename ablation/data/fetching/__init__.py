"""Published files on this machine: from the cache, a mirror, the store or the published address; verified first."""

from ablation.data.fetching.files import cached_file, fetch_file, file_digest
from ablation.data.fetching.sources import OnTransfer, Remote, Transfer

__all__ = ["OnTransfer", "Remote", "Transfer", "cached_file", "fetch_file", "file_digest"]

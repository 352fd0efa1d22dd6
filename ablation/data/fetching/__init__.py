"""Published files on this machine: from the cache, a mirror, the store or the published address; verified first."""

from ablation.data.fetching.files import cached_file, fetch_file, local_path
from ablation.data.fetching.milestones import Milestones
from ablation.data.fetching.packing import path_digest
from ablation.data.fetching.sources import OnTransfer, Remote, Transfer

__all__ = ["Milestones", "OnTransfer", "Remote", "Transfer", "cached_file", "fetch_file", "local_path", "path_digest"]

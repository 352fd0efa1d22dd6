"""The store in a browser: read-only, on this machine alone.

Index pages are rendered from the manifests there are at the moment; of a run only the files that its manifest names are
served, and nothing of the rest of the store.
"""

from ablation.browsing.server import PortUnavailable, browsing

__all__ = ["PortUnavailable", "browsing"]

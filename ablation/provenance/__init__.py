"""Where a result comes from: code, installation, machine, data, seeds. No user, host, path or environment variable.

Importing this room imports no backend, and nothing here does.
"""

from ablation.provenance.changes import OriginChange, origin_changes, variant_changes
from ablation.provenance.describing import Subject, as_text, computing_versions, describe, take_stock
from ablation.provenance.installation import installed_versions

__all__ = [
    "OriginChange",
    "Subject",
    "as_text",
    "computing_versions",
    "describe",
    "installed_versions",
    "origin_changes",
    "take_stock",
    "variant_changes",
]

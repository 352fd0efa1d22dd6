"""Where a result comes from: code, installation, machine, data, seeds. No user, host, path or environment variable.

Importing this room imports no backend, and nothing here does.
"""

from ablation.provenance.anonymity import impersonal, without_folders, without_folders_in
from ablation.provenance.describing import Subject, as_text, describe, take_stock
from ablation.provenance.installation import installed_versions

__all__ = [
    "Subject",
    "as_text",
    "describe",
    "impersonal",
    "installed_versions",
    "take_stock",
    "without_folders",
    "without_folders_in",
]

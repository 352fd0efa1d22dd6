"""What a process leaves in words, its log and how it ended: both are published, without folders and users."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from pathlib import Path

from ablation.processes import LOG, ProcessEnd
from ablation.provenance import impersonal

_log = logging.getLogger(__name__)


def impersonal_end(end: ProcessEnd, directory: Path) -> ProcessEnd:
    """Take folders and users out of the log of a process that has ended, and return its end without them.

    Args:
        end: Of the process.
        directory: Of its log.
    """
    _rewrite(directory / LOG)
    return end if end.error is None else replace(end, error=impersonal(end.error))


def _rewrite(log: Path) -> None:
    """Write a log anew where that changes it; one that cannot be written is removed, since it would be published."""
    try:
        said = log.read_bytes().decode("utf-8", errors="surrogateescape")
        cleaned = impersonal(said)
        if cleaned != said:
            log.write_bytes(cleaned.encode("utf-8", errors="surrogateescape"))
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("a log is not published: %s", error)
        with contextlib.suppress(OSError):
            log.unlink()

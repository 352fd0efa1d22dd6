"""What is said of finished trials that wait on this machine for their store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ablation.settings import Settings

WAITING = "waits for the store"


def waiting_lines(settings: Settings) -> list[str]:
    """Return a line for each store that trials wait for."""
    from ablation.pipeline import count_waiting

    return [
        f"{count} finished trial{'s wait' if count > 1 else ' waits'} on this machine for the store {store}. "
        "`ablate publish` publishes to the store of ABLATION_STORE."
        for store, count in count_waiting(settings).items()
    ]

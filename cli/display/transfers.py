"""What a person sees while files are fetched: a bar a file on a terminal, nothing in a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from ablation.data import OnTransfer, Transfer


@contextmanager
def showing_transfers(console: Console | None = None) -> Iterator[OnTransfer]:
    """Yield what is to be told of each transfer for the length of the block; it shows them on stderr."""
    console = console or Console(stderr=True, highlight=False)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def show(transfer: Transfer) -> None:
        if transfer.name not in tasks:
            tasks[transfer.name] = bars.add_task(transfer.name, total=transfer.total_bytes)
        bars.update(tasks[transfer.name], completed=transfer.done_bytes, total=transfer.total_bytes)

    with bars:
        yield show

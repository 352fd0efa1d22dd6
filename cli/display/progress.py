"""What a person sees while a study trains: one bar for all, one for each running trial; plain lines in a log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ablation.data import Milestones, Transfer
from ablation.pipeline import PlannedTrial, Workspace
from ablation.records import TrialOutcome
from ablation.settings import Settings
from ablation.training import Progress as TrialProgress
from cli.display.waiting import WAITING

REFRESH_S = 0.25
STARTING = "starting"
ADDED = "seeds are added to the comparisons that are not precise enough yet; trials added: {count}"


@contextmanager
def showing_progress(settings: Settings, run_id: str, *, total: int, console: Console | None = None) -> Iterator[None]:
    """Show the run on stderr for the length of the block."""
    console = console or Console(stderr=True, highlight=False)
    display = _Bars(console, total) if console.is_terminal else _Lines(console, total)
    watcher = _Watcher(Workspace(settings, run_id), display)
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()


class _Watcher(threading.Thread):
    """Reads the run's folder a few times a second and tells a display what changed."""

    def __init__(self, workspace: Workspace, display: _Bars | _Lines) -> None:
        super().__init__(name="progress", daemon=True)
        self._workspace = workspace
        self._display = display
        self._ended: set[PlannedTrial] = set()
        self._stopped = threading.Event()
        self._trials: tuple[PlannedTrial, ...] = ()
        self._known: set[tuple[str, int]] = set()

    def run(self) -> None:
        with self._display:
            while not self._stopped.wait(REFRESH_S):
                self._look()
            self._look()

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def _look(self) -> None:
        self._display.fetching(self._workspace.read_transfers())
        begun = self._workspace.begun()  # most trials wait, and are not looked for
        if begun - self._known:
            self._read_plan()
        for planned in self._trials:
            if (planned.trial.variant, planned.trial.seed) in begun and planned not in self._ended:
                self._look_at(planned)

    def _read_plan(self) -> None:
        """Read the plan at the first trial that is not known: a study may add seeds as it goes."""
        plan = self._workspace.read_plan()
        self._trials = plan.trials if plan else ()
        self._known = {(planned.trial.variant, planned.trial.seed) for planned in self._trials}
        if plan:
            self._display.planned(len(plan.trials))

    def _look_at(self, planned: PlannedTrial) -> None:
        trial = planned.trial
        if outcome := self._workspace.read_outcome(trial.variant, trial.seed):
            self._ended.add(planned)
            self._display.ended(planned, outcome)
        elif progress := self._workspace.read_progress(trial.variant, trial.seed):
            self._display.running(planned, progress)


class _Bars:
    """Live bars on a terminal."""

    def __init__(self, console: Console, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._total = total
        self._overall = self._progress.add_task("trials", total=total, detail=STARTING)
        self._fetching = ""
        self._tasks: dict[PlannedTrial, TaskID] = {}
        self._counts: dict[str, int] = {}

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def planned(self, total: int) -> None:
        if total > self._total:
            self._progress.console.print(ADDED.format(count=total - self._total), markup=False)
        self._total = total
        self._progress.update(self._overall, total=total)

    def fetching(self, transfers: tuple[Transfer, ...]) -> None:
        self._fetching = ", ".join(f"fetching {transfer}" for transfer in transfers if not transfer.is_done)
        self._progress.update(self._overall, detail=self._detail)

    @property
    def _detail(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self._counts.items())
        return ", ".join(filter(None, (counts, self._fetching))) or STARTING

    def running(self, planned: PlannedTrial, progress: TrialProgress) -> None:
        if planned not in self._tasks:
            name = f"  {planned.trial.name}"
            self._tasks[planned] = self._progress.add_task(name, total=progress.epochs, detail="")
        detail = describe_progress(progress)
        self._progress.update(self._tasks[planned], completed=progress.epoch, detail=detail)

    def ended(self, planned: PlannedTrial, outcome: TrialOutcome) -> None:
        if planned in self._tasks:
            self._progress.remove_task(self._tasks.pop(planned))
        self._counts[outcome.status] = self._counts.get(outcome.status, 0) + 1
        self._progress.update(self._overall, advance=1, detail=self._detail)
        if not outcome.is_finished:
            self._progress.console.print(describe_failure(outcome), style="red", markup=False)


class _Lines:
    """One line per event, for logs and pipes."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        self._fetching = Milestones(self._fetched, steps=4, step_bytes=64 * 2**20)

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def planned(self, total: int) -> None:
        if total > self._total:
            self._console.print(ADDED.format(count=total - self._total), markup=False)
        self._total = total

    def fetching(self, transfers: tuple[Transfer, ...]) -> None:
        for transfer in transfers:
            self._fetching(transfer)

    def _fetched(self, transfer: Transfer) -> None:
        word = "fetched" if transfer.is_done else "fetching"
        self._console.print(f"{word} {transfer}", markup=False, soft_wrap=True)

    def running(self, planned: PlannedTrial, progress: TrialProgress) -> None:
        pass

    def ended(self, planned: PlannedTrial, outcome: TrialOutcome) -> None:
        self._done += 1
        detail = f"{outcome.epochs} epochs, {outcome.train_s:.1f} s" if outcome.status == "trained" else outcome.error
        kept = WAITING if outcome.is_waiting and outcome.is_finished else None
        ending = "".join(f", {each}" for each in (detail, kept) if each)
        line = f"[{self._done}/{self._total}] {planned.trial.name}: {outcome.status}{ending}"
        self._console.print(line, markup=False, soft_wrap=True)


def describe_progress(progress: TrialProgress) -> str:
    """Say where a running trial is: its validation loss or loss, and the time left."""
    shown = next((name for name in ("val_loss", "loss") if name in progress.metrics), None)
    metric = f"{shown} {progress.metrics[shown]:.4g}" if shown else "starting"
    return metric if progress.eta_s is None else f"{metric} · {progress.eta_s:.0f} s left"


def describe_failure(outcome: TrialOutcome) -> str:
    """Say what became of a trial without a result."""
    return f"{outcome.variant} seed {outcome.seed}: {outcome.status}: {outcome.error}"

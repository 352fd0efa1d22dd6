"""Processes of our own: some that end with this one, some that do one piece of work alone, and how many at a time."""

from ablation.processes.dependent import die_with_parent, start_dependent, stop
from ablation.processes.isolation import (
    LOG,
    Limits,
    ProcessEnd,
    cool_down,
    is_stopping,
    run_isolated,
    stop_all,
    warm_up,
)
from ablation.processes.slots import Capacity, Need, Slots
from ablation.processes.termination import Terminated, Termination, deferred_termination

__all__ = [
    "LOG",
    "Capacity",
    "Limits",
    "Need",
    "ProcessEnd",
    "Slots",
    "Terminated",
    "Termination",
    "cool_down",
    "deferred_termination",
    "die_with_parent",
    "is_stopping",
    "run_isolated",
    "start_dependent",
    "stop",
    "stop_all",
    "warm_up",
]

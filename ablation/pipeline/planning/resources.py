"""What the trials of a run share of this machine, and whether it has what their spec asks for."""

from __future__ import annotations

from ablation.machine import TPU, find_gpus, has_tpu, read_memory
from ablation.processes import Capacity, Limits, Need, Slots
from ablation.settings import Settings, usable_cores
from ablation.spec import RuntimeSpec

GB = 10**9


class ResourcesMissing(Exception):
    """This machine has not what every trial of a study needs; the message says what to do."""


def workers_of(runtime: RuntimeSpec, settings: Settings, asked: int | None = None) -> int:
    """Return how many trials train at once: as asked, as the spec or the environment says, else as cores suffice.

    Args:
        runtime: Of the spec.
        settings: Has ABLATION_WORKERS.
        asked: On the command line.
    """
    given = asked or runtime.workers
    if given or "workers" in settings.model_fields_set or runtime.threads is None:
        return given or settings.workers
    return max(1, settings.workers // runtime.threads)


def threads_of(runtime: RuntimeSpec, workers: int) -> int:
    """Return the threads of one trial."""
    return runtime.threads or max(1, usable_cores() // workers)


def limits_of(runtime: RuntimeSpec) -> Limits:
    """Return what one trial may take before it is ended."""
    memory_bytes = None if runtime.memory_gb is None else round(runtime.memory_gb * GB)
    return Limits(timeout_s=runtime.timeout_min * 60, memory_bytes=memory_bytes)


def open_slots(runtime: RuntimeSpec, workers: int) -> Slots:
    """Return the places of a run on this machine.

    Raises:
        ResourcesMissing: No trial could ever run: too little memory, too few GPUs, no TPU.
    """
    memory = read_memory()
    declared = limits_of(runtime).memory_bytes
    if declared is not None and declared > memory.total:
        raise ResourcesMissing(
            f"runtime.memory_gb: a trial needs {runtime.memory_gb:g} GB, this machine has {memory.total / GB:.1f} GB\n"
            "  Take a larger machine (or raise the container's limit), or lower runtime.memory_gb if that suffices."
        )
    capacity = Capacity(memory_bytes=memory.available, devices=_devices(runtime))
    # A TPU serves one process at a time.
    places = 1 if runtime.accelerator == "tpu" else workers
    return Slots(places, capacity, Need(memory_bytes=declared, devices=_number_of(runtime)))


def devices_of_one_trial(runtime: RuntimeSpec) -> tuple[str, ...] | None:
    """Return the devices of a trial that trains alone; None: what the machine has.

    Raises:
        ResourcesMissing: There are too few.
    """
    devices = _devices(runtime)
    return None if devices is None else devices[: _number_of(runtime)]


def _number_of(runtime: RuntimeSpec) -> int:
    return 1 if runtime.accelerator == "tpu" else runtime.gpus_of_trial


def _devices(runtime: RuntimeSpec) -> tuple[str, ...] | None:
    if runtime.accelerator == "tpu":
        _require_tpu()
        return (TPU,)
    if runtime.gpus_of_trial == 0:
        return () if runtime.accelerator == "cpu" else None
    gpus = find_gpus()
    if len(gpus) < runtime.gpus_of_trial:
        raise ResourcesMissing(_too_few_gpus(runtime, len(gpus)))
    return gpus


def _too_few_gpus(runtime: RuntimeSpec, there: int) -> str:
    key = f"runtime.gpus: a trial needs {runtime.gpus}" if runtime.gpus else "runtime.accelerator: gpu"
    advice = (
        "See what `nvidia-smi -L` lists: it needs NVIDIA's driver, and in a container an image with the extra `gpu`,"
        " started with `--gpus all`; CUDA_VISIBLE_DEVICES may hide GPUs."
        if not there
        else "Lower runtime.gpus, or take a machine with more; CUDA_VISIBLE_DEVICES may hide GPUs."
    )
    instead = "`accelerator: auto` and `gpus: 0` train with what there is."
    return f"{key}, but {there or 'no'} GPU{'s are' if there > 1 else ' is'} visible here\n  {advice} {instead}"


def _require_tpu() -> None:
    if not has_tpu():
        raise ResourcesMissing(
            "runtime.accelerator: tpu, but no TPU is attached to this machine\n"
            "  Take a TPU machine (in a container: one that may use its devices), install the extra `tpu` and set"
            " KERAS_BACKEND=jax; or write `accelerator: auto`."
        )

"""Settings from the environment or a .env file; spec files hold neither addresses nor secrets."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def usable_cores() -> int:
    """Return the number of cores this process may use (CPU affinity is honoured)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """Where things are kept and how much runs at once. Every field is an `ABLATION_*` variable."""

    model_config = SettingsConfigDict(env_prefix="ABLATION_", env_file=".env", extra="ignore", frozen=True)

    store: str | None = Field(default=None, description="s3://bucket/prefix. Unset: the embedded store in ./artifacts.")
    cache_dir: Path = Field(default=Path(".ablation-cache"), description="Datasets and running trials on this machine.")
    datasets: str | None = Field(default=None, description="Mirror searched before a dataset's own address.")
    workers: int = Field(default_factory=usable_cores, ge=1, description="Trials that train at the same time.")

"""Settings from the environment or a .env file; spec files hold neither addresses nor secrets."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ablation.records import IMAGE_DIGEST


def usable_cores() -> int:
    """Return the number of cores this process may use (CPU affinity is honoured)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class CacheUnwritable(Exception):
    """The cache folder cannot be written to."""


class Settings(BaseSettings):
    """Where things are kept and how much runs at once. Every field is an `ABLATION_*` variable."""

    model_config = SettingsConfigDict(env_prefix="ABLATION_", env_file=".env", extra="ignore", frozen=True)

    store: str | None = Field(default=None, description="s3://bucket/prefix. Unset: the embedded store in ./artifacts.")
    cache_dir: Path = Field(default=Path(".ablation-cache"), description="Datasets and running trials on this machine.")
    datasets: str | None = Field(default=None, description="Mirror searched before a dataset's own address.")
    image_digest: str | None = Field(
        default=None, pattern=IMAGE_DIGEST, description="Of the container image that the process runs in."
    )
    store_patience_s: float = Field(default=45.0, ge=0, description="How long a run waits for a store that went away.")
    workers: int = Field(default_factory=usable_cores, ge=1, description="Trials that train at the same time.")

    def require_cache(self) -> None:
        """Make the cache folder.

        Raises:
            CacheUnwritable: It cannot be made or written to.
        """
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.cache_dir):
                pass
        except OSError as error:
            raise CacheUnwritable(
                f"cannot write to the cache folder {self.cache_dir}: {error.strerror}.\n"
                "  Set ABLATION_CACHE_DIR to a folder that can be written to, or work in another directory."
            ) from error

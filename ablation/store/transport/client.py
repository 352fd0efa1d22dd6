"""Makes boto3 clients: the one place that knows how this project speaks S3."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ablation.settings import Settings
from ablation.store.errors import StoreUnreachable
from ablation.store.transport.parallel import THREADS

if TYPE_CHECKING:
    import botocore.session
    from boto3.session import Session
    from botocore.config import Config
    from botocore.loaders import Loader
    from mypy_boto3_s3 import S3Client

DEFAULT_REGION: Final = "us-east-1"


@dataclass(frozen=True)
class Credentials:
    """An access key and its secret; the secret is never part of a representation."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class Patience:
    """How long a client waits. For its connection, for each answer (seconds), and how often it asks in all."""

    connect_s: float
    read_s: float
    attempts: int


# A store asks again for longer than a client does: see `patience`.
WORKING: Final = Patience(connect_s=5, read_s=60, attempts=3)
# Two attempts, each through two addresses of a host at worst, stay under the 15 s an unreachable store may take.
CHECKING: Final = Patience(connect_s=2, read_s=4, attempts=2)

# botocore's variables with neither a name in the environment nor a place in a configuration file.
_ISOLATED: Final[dict[str, tuple[Any, Any, Any, Any]]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def embedded_client(endpoint_url: str, credentials: Credentials, patience: Patience = WORKING) -> S3Client:
    """Return a client of a server on this machine, out of reach of the user's AWS configuration and proxies."""
    from boto3.session import Session
    from botocore.config import Config

    session = Session(
        botocore_session=_session(_ISOLATED),
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        region_name=DEFAULT_REGION,
    )
    local = Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
    return session.client("s3", endpoint_url=endpoint_url, config=_config(patience).merge(local))


def default_client(endpoint_url: str | None, patience: Patience = WORKING) -> S3Client:
    """Return a client with the credentials and region that boto3 finds by itself.

    Args:
        endpoint_url: The S3 server; None: what AWS_ENDPOINT_URL_S3 or the AWS configuration say.
        patience: How long it waits.

    Raises:
        StoreUnreachable: The address is no address of a server.
    """
    from boto3.session import Session
    from botocore.exceptions import BotoCoreError

    session = Session(botocore_session=_session())
    try:
        return session.client("s3", region_name=_region(session), endpoint_url=endpoint_url, config=_config(patience))
    except BotoCoreError:
        raise
    except ValueError as error:
        raise StoreUnreachable(f"cannot use the store: {error}. Correct AWS_ENDPOINT_URL_S3.") from error


def configured_endpoint() -> str | None:
    """Return the address of the S3 server that the environment names, if it names one."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def adopt_env_file() -> None:
    """Take AWS_* variables from the .env file that the settings are read from; the environment wins.

    boto3 reads the environment only, and the contract lets .env hold these variables beside ABLATION_*.
    """
    from dotenv import dotenv_values

    path = Settings.model_config.get("env_file")
    values = dotenv_values(path) if isinstance(path, str) else {}
    for name, value in values.items():
        if name.startswith("AWS_") and value is not None:
            os.environ.setdefault(name, value)


def _session(variables: dict[str, tuple[Any, Any, Any, Any]] | None = None) -> botocore.session.Session:
    import botocore.session

    session = botocore.session.Session(session_vars=variables)
    session.register_component("data_loader", _loader())
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_time)
    return session


def _time(text: str) -> datetime:
    """Return a time that a server told; in listings, where there is one for each object, botocore's own way is slow."""
    from botocore.utils import parse_timestamp

    try:
        return datetime.fromisoformat(text) if text.endswith("Z") else parse_timestamp(text)
    except ValueError:
        return parse_timestamp(text)


@cache
def _loader() -> Loader:
    # It keeps the parsed descriptions of S3, most of the cost of a client: 70 ms the first time, 10 ms from then on.
    from botocore.loaders import create_loader

    return create_loader()


def _region(session: Session) -> str:
    # boto3 reads AWS_DEFAULT_REGION alone; every other SDK reads AWS_REGION.
    return os.environ.get("AWS_REGION") or session.region_name or DEFAULT_REGION


def _config(patience: Patience) -> Config:
    import boto3
    from botocore.config import Config

    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        # Newer defaults send and expect checksums that many S3-compatible servers do not know.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "adaptive", "total_max_attempts": patience.attempts},
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        max_pool_connections=2 * THREADS,
        # Else it is put together anew for each request, a tenth of what a request takes here.
        user_agent=f"ablation boto3/{boto3.__version__}",
    )

"""Turns what boto3 raises into store errors with one line for the user: what, where, got, do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ablation.store.errors import (
    ConditionUnsupported,
    KeyMissing,
    KeyTaken,
    StoreAway,
    StoreError,
    StoreUnreachable,
    TransferBroken,
)

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

_BY_CODE: dict[str, tuple[type[StoreError], str]] = {
    "404": (KeyMissing, ""),
    "NoSuchKey": (KeyMissing, ""),
    "412": (KeyTaken, ""),
    "PreconditionFailed": (KeyTaken, ""),
    "ConditionalRequestConflict": (KeyTaken, ""),
    "501": (ConditionUnsupported, ""),
    "NotImplemented": (ConditionUnsupported, ""),
    "NoSuchBucket": (StoreUnreachable, "Create the bucket, or correct the bucket's name in ABLATION_STORE."),
    "InvalidAccessKeyId": (StoreUnreachable, "Correct AWS_ACCESS_KEY_ID (or AWS_PROFILE)."),
    "SignatureDoesNotMatch": (StoreUnreachable, "Correct AWS_SECRET_ACCESS_KEY or AWS_ACCESS_KEY_ID (or AWS_PROFILE)."),
    "ExpiredToken": (StoreUnreachable, "Sign in again: the credentials have expired."),
    "InvalidToken": (StoreUnreachable, "Correct or unset AWS_SESSION_TOKEN."),
    "AuthorizationHeaderMalformed": (StoreUnreachable, "Set AWS_REGION to the bucket's region."),
    "IllegalLocationConstraintException": (StoreUnreachable, "Set AWS_REGION to the bucket's region."),
    "PermanentRedirect": (StoreUnreachable, "Set AWS_REGION to the bucket's region."),
    "301": (StoreUnreachable, "Set AWS_REGION to the bucket's region."),
    "RequestTimeTooSkewed": (StoreUnreachable, "Set this machine's clock."),
    "AccessDenied": (StoreUnreachable, "Let these credentials list, read and write the bucket."),
    "401": (StoreUnreachable, "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE)."),
    "403": (StoreUnreachable, "Let these credentials list, read and write the bucket."),
}

_BY_CLASS: dict[str, tuple[type[StoreUnreachable], str]] = {
    "NoCredentialsError": (StoreUnreachable, "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."),
    "PartialCredentialsError": (StoreUnreachable, "Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
    "ProfileNotFound": (StoreUnreachable, "Correct or unset AWS_PROFILE."),
    "InvalidRegionError": (StoreUnreachable, "Correct AWS_REGION."),
    "EndpointConnectionError": (StoreAway, "Start the endpoint, or correct AWS_ENDPOINT_URL_S3 and AWS_REGION."),
    "ConnectTimeoutError": (StoreAway, "Check the network, AWS_ENDPOINT_URL_S3 and AWS_REGION."),
    "ReadTimeoutError": (StoreAway, "Check the network and the endpoint's load, then run the command again."),
    "ConnectionClosedError": (
        StoreAway,
        "Check that AWS_ENDPOINT_URL_S3 is an S3 server, with http or https as it expects.",
    ),
    "SSLError": (StoreUnreachable, "Correct http or https in AWS_ENDPOINT_URL_S3, or set AWS_CA_BUNDLE."),
    "ProxyConnectionError": (StoreUnreachable, "Correct HTTPS_PROXY, or name the endpoint in NO_PROXY."),
    "HTTPClientError": (StoreAway, "Correct AWS_ENDPOINT_URL_S3."),
}

# Answers of a server that is busy, starting or broken; 501 says that it never will.
_AWAY_FROM, _NEVER = 500, 501
_AWAY = ("SlowDown", "RequestTimeout", "Throttling", "429")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise store errors in the place of boto3's.

    Args:
        where: What the messages name: the object's or the store's address.
    """
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError, ResponseStreamingError

    try:
        yield
    except ClientError as error:
        raise _from_answer(error, where) from error
    except (IncompleteReadError, ResponseStreamingError) as error:
        raise TransferBroken(f"{where}: the connection broke while reading: {_one_line(error)}") from error
    except BotoCoreError as error:
        raise _from_client(error, where) from error
    except Boto3Error as error:
        raise StoreError(f"{where}: {_one_line(error)}") from error


def _from_answer(error: ClientError, where: str) -> StoreError:
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    text = error.response.get("Error", {}).get("Message", "")
    kind, advice = _BY_CODE.get(code, (StoreError, ""))
    if kind is KeyMissing:
        return KeyMissing(f"{where}: there is no such object.")
    if kind is StoreUnreachable:
        return StoreUnreachable(f"cannot use the store {where}: got {code} ({text.rstrip('.')}). {advice}")
    if kind is StoreError and _is_away(error, code):
        advice = "Check AWS_ENDPOINT_URL_S3, or run the command again later."
        return StoreAway(f"cannot use the store {where} now: got {code} ({text.rstrip('.')}). {advice}")
    return kind(f"{where}: the store answered {code} ({text.rstrip('.')}).")


def _from_client(error: BotoCoreError, where: str) -> StoreError:
    # The nearest class in the table: an SSLError is a ConnectionError is a BotoCoreError.
    known = [_BY_CLASS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _BY_CLASS]
    if known:
        unreachable, advice = known[0]
        return unreachable(f"cannot use the store {where}: {_one_line(error).rstrip('.')}. {advice}")
    return StoreError(f"{where}: {_one_line(error)}")


def _is_away(error: ClientError, code: str) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code in _AWAY or (status >= _AWAY_FROM and status != _NEVER)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

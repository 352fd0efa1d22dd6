from __future__ import annotations

import pytest

from ablation.settings import Settings
from ablation.store import StoreUnreachable, open_store
from tests.servers.server import S3Server

pytestmark = pytest.mark.servers


def refusal(uri: str) -> str:
    with pytest.raises(StoreUnreachable) as caught, open_store(Settings(store=uri)):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_bucket_is_one_line_that_names_it(server: S3Server, session_environment: None) -> None:
    message = refusal("s3://not-there/prefix")
    assert "s3://not-there/prefix" in message
    assert "NoSuchBucket" in message
    assert "Create the bucket" in message


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AWS_SECRET_ACCESS_KEY", "wrong-secret"), ("AWS_ACCESS_KEY_ID", "wrong:key")],
    ids=["secret", "key"],
)
def test_wrong_credentials_are_one_line_that_names_the_variable_and_not_the_secret(
    variable: str, value: str, server: S3Server, session_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not server.checks_signatures:
        pytest.skip(f"{server.name} checks no signature")
    monkeypatch.setenv(variable, value)
    message = refusal(f"s3://{server.bucket}/prefix")
    assert f"s3://{server.bucket}/prefix" in message
    assert variable in message
    assert "wrong-secret" not in message
    assert server.credentials.secret_key not in message

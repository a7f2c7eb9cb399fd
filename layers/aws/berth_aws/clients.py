"""One shared client per service and purpose, made at first use: an event that isn't ours costs none.

Making a client is the dearest part of a cold start, so botocore is imported late too, and boto3, whose clients are
botocore's, not at all (docs/adr/0016).
"""

from functools import cache
from typing import Any

type Client = Any
"""As boto3 makes it too. Its methods are built at run time; the contract tests hold our calls against its models."""

CONNECT_SECONDS = 3
READ_SECONDS = 10
"""Control-plane calls answer in a second or two; what takes longer is better asked again than waited for."""
INVOKE_SECONDS = 65
"""A real-time endpoint answers within 60 seconds or not at all."""
TOTAL_ATTEMPTS = 4


@cache
def shared(service: str) -> Client:
    """For reads, and for writes that may be repeated. Throttling and lost answers are retried by the SDK."""
    return _client(service, attempts=TOTAL_ATTEMPTS, read_seconds=READ_SECONDS)


@cache
def once_only(service: str) -> Client:
    """For calls that spend money or can't be undone: one attempt, so that no retry is blind (aws-facts 7)."""
    return _client(service, attempts=1, read_seconds=READ_SECONDS)


@cache
def invoking() -> Client:
    """For the smoke test: a model may think for a minute, and one answer is enough."""
    return _client("sagemaker-runtime", attempts=1, read_seconds=INVOKE_SECONDS)


def _client(service: str, *, attempts: int, read_seconds: int) -> Client:
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return _session().create_client(service, config=config)


@cache
def _session() -> Any:
    """One for all clients: they share what it has read of AWS's models and endpoints."""
    from botocore.session import get_session

    return get_session()

"""Asking a model and looking at what it answers, also when that is an error of its container."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from berth_aws.clients import INVOKE_SECONDS, Client
from berth_aws.translate import in_our_words
from berth_core.decide.answers import Reply

MOST_CHARACTERS = 1_000_000
"""Of an answer, enough to judge it by."""


def ask_model(client: Client, endpoint: str, body: str, content_type: str, clock: Callable[[], datetime]) -> Reply:
    """One request. An error of the container and a missing answer are replies too; BusyError while it warms up."""
    from botocore.exceptions import ClientError, ReadTimeoutError

    began = clock()
    try:
        with in_our_words("InvokeEndpoint"):
            answer = client.invoke_endpoint(EndpointName=endpoint, Body=body.encode(), ContentType=content_type)
            text = answer["Body"].read().decode(errors="replace")
    except Exception as error:
        cause = error.__cause__
        if isinstance(cause, ReadTimeoutError):
            return Reply(
                status=504, body=f"no answer within {INVOKE_SECONDS} seconds", latency_ms=INVOKE_SECONDS * 1000
            )
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "ModelError":
            return _container_error(cause, clock() - began)
        raise
    return Reply(status=200, body=text[:MOST_CHARACTERS], latency_ms=_milliseconds(clock() - began))


def _container_error(error: Any, took: timedelta) -> Reply:
    status = int(error.response.get("OriginalStatusCode", 500))
    body = str(error.response.get("OriginalMessage", error))
    return Reply(status=status, body=body, latency_ms=_milliseconds(took))


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)

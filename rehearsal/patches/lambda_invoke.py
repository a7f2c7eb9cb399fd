"""Lambda without Docker: every invocation, whoever makes it, runs the real handler in this process."""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.awslambda.models import LambdaFunction

from rehearsal.lambdas.asynchronous import accept
from rehearsal.lambdas.frames import make_sleep_virtual
from rehearsal.lambdas.invoke import invoke
from rehearsal.patching import replace

_LOG_TAIL_BYTES = 4096


def apply() -> None:
    replace(LambdaFunction, "invoke", _invoke, expected="4053e88205b7")
    make_sleep_virtual()


def _invoke(self: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:
    """moto passes the API, SNS, SQS mappings, log subscriptions and S3 notifications through here."""
    event = json.loads(body) if body else {}
    kind = _header(request_headers, "x-amz-invocation-type", "RequestResponse")
    if kind == "Event":
        accept(self, event)
        return b""
    if kind == "DryRun":
        return b""
    answer = invoke(self, event)
    if answer.error is not None:
        response_headers["x-amz-function-error"] = "Unhandled"
    response_headers["x-amz-log-result"] = base64.b64encode(answer.log.encode()[-_LOG_TAIL_BYTES:]).decode()
    return answer.payload.encode()


def _header(headers: Any, name: str, default: str) -> str:
    return next((str(value) for key, value in headers.items() if key.lower() == name), default)

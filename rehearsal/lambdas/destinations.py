"""Where the record of an asynchronous invocation goes: to a destination, and what failed to a dead-letter queue."""

from __future__ import annotations

import json
from typing import Any, Literal

from rehearsal.delivery.targets import put_event, send_message, send_notification
from rehearsal.lambdas.invoke import Answer


def send_record(destination_arn: str, message: dict[str, Any], result: Literal["Success", "Failure"]) -> None:
    """Source: Lambda developer guide, invocation records. The destination is a queue, topic, function or bus."""
    service = destination_arn.split(":")[2]
    body = json.dumps(message)
    if service == "sqs":
        send_message(destination_arn, body)
    elif service == "sns":
        send_notification(destination_arn, body)
    elif service == "lambda":
        _invoke(destination_arn, message)
    elif service == "events":
        resources = [f"{message['requestContext']['functionArn']}"]
        put_event(destination_arn, "lambda", f"Lambda Function Invocation Result - {result}", message, resources)


def _invoke(function_arn: str, message: dict[str, Any]) -> None:
    from rehearsal.delivery.targets import function_at
    from rehearsal.lambdas.asynchronous import accept

    accept(function_at(function_arn), message)


def dead_letter(function: Any, event: Any, answer: Answer) -> None:
    """The function's DeadLetterConfig: the event itself, with the reason in attributes."""
    arn = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
    if not arn:
        return
    told = json.loads(answer.payload)
    attributes = {"RequestID": answer.request_id, "ErrorCode": "200", "ErrorMessage": told["errorMessage"][:1024]}
    if arn.split(":")[2] == "sqs":
        send_message(arn, json.dumps(event), attributes)
    else:
        send_notification(arn, json.dumps(event), attributes)

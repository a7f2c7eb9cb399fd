"""Asynchronous invocation: accepted at once, retried after one and two minutes, its record sent to a destination.

Source: Lambda developer guide, asynchronous invocation (two retries, one minute then two minutes; six hours of age).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.cloud import current
from rehearsal.lambdas.destinations import dead_letter, send_record
from rehearsal.lambdas.invoke import Answer, invoke

RETRY_SECONDS = (60, 120)
LONGEST_AGE_SECONDS = 21_600


@dataclass(frozen=True)
class Accepted:
    """An event in the function's queue. `on_answer` is told of the answer that ends it."""

    function: Any
    event: Any
    accepted_at: datetime
    on_answer: Callable[[Answer], None] | None = None


def accept(function: Any, event: Any, on_answer: Callable[[Answer], None] | None = None) -> None:
    """Queue the event. The handler runs in a kernel task of its own, behind what is ready now."""
    _queue(Accepted(function, event, current().now, on_answer), attempt=1)


def _queue(accepted: Accepted, *, attempt: int) -> None:
    current().kernel.spawn(lambda: _attempt(accepted, attempt), f"lambda {accepted.function.function_name}")


def _attempt(accepted: Accepted, attempt: int) -> None:
    answer = invoke(accepted.function, accepted.event)
    if answer.error is None:
        _send(accepted, answer, attempt, "Success")
        _tell(accepted, answer)
        return
    retries, age_seconds = limits(accepted.function)
    if attempt > retries:
        _give_up(accepted, answer, attempt, "RetriesExhausted")
        return
    wait_seconds = RETRY_SECONDS[attempt - 1]
    spent_seconds = (current().now - accepted.accepted_at).total_seconds()
    if spent_seconds + wait_seconds > age_seconds:
        _give_up(accepted, answer, attempt, "EventAgeExceeded")
        return
    label = f"lambda {accepted.function.function_name}: retry {attempt}"
    current().kernel.after(wait_seconds, lambda: _queue(accepted, attempt=attempt + 1), label)


def limits(function: Any) -> tuple[int, int]:
    """Retries and age in seconds, from the function's EventInvokeConfig or Lambda's defaults."""
    config = configuration(function)
    return config.get("MaximumRetryAttempts", len(RETRY_SECONDS)), config.get(
        "MaximumEventAgeInSeconds", LONGEST_AGE_SECONDS
    )


def configuration(function: Any) -> dict[str, Any]:
    """The function's latest EventInvokeConfig; moto keeps them all, in order."""
    configs = function.event_invoke_config
    if not configs:
        return {}
    found: dict[str, Any] = configs[-1] if isinstance(configs[-1], dict) else configs[-1].config
    return found


def _give_up(accepted: Accepted, answer: Answer, attempts: int, condition: str) -> None:
    _send(accepted, answer, attempts, condition)
    dead_letter(accepted.function, accepted.event, answer)
    _tell(accepted, answer)


def _send(accepted: Accepted, answer: Answer, attempts: int, condition: str) -> None:
    """The record of what came of it, to the destination for that, if there is one."""
    succeeded = answer.error is None
    destinations = configuration(accepted.function).get("DestinationConfig", {})
    destination = destinations.get("OnSuccess" if succeeded else "OnFailure", {}).get("Destination")
    if not destination:
        return
    now = current().now
    response = {"statusCode": 200, "executedVersion": "$LATEST"}
    message = {
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "requestContext": {
            "requestId": answer.request_id,
            "functionArn": f"{accepted.function.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": accepted.event,
        "responseContext": response if succeeded else {**response, "functionError": "Unhandled"},
        "responsePayload": json.loads(answer.payload),
    }
    send_record(destination, message, "Success" if succeeded else "Failure")


def _tell(accepted: Accepted, answer: Answer) -> None:
    if accepted.on_answer is not None:
        accepted.on_answer(answer)

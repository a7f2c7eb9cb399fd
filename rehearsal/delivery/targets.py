"""One call to one target. The target's own backend is asked directly where AWS's services talk to each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.awslambda.models import lambda_backends
from moto.core.exceptions import ServiceException
from moto.events.models import events_backends
from moto.logs.models import logs_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from werkzeug.exceptions import HTTPException

from rehearsal.call_counts import by_aws, by_clock
from rehearsal.cloud import current
from rehearsal.delivery.universal import call_universal
from rehearsal.patches.sync_tasks import when_ended


class TargetError(Exception):
    """The target did not take it. `retriable` is False where AWS gives up at once."""

    def __init__(self, code: str, text: str, *, retriable: bool) -> None:
        super().__init__(text)
        self.code = code
        self.retriable = retriable


@dataclass(frozen=True)
class Answered:
    """How a run ended that a schedule had started: with an answer, or with an error."""

    error: str | None
    payload: Any


def send(target: dict[str, Any], body: str, on_answer: Callable[[Any], None] | None = None) -> None:
    """Raises TargetError. Functions and machines run on: `on_answer` is told how that ended."""
    arn = target["Arn"]
    service = arn.split(":")[2]
    try:
        with by_aws():
            if service == "lambda":
                _invoke(arn, body, on_answer)
            elif service == "states":
                _start(target, body, on_answer)
            elif service == "scheduler":
                call_universal(arn, body)
            else:
                _SENDERS[service](target, body)
    except KeyError as error:
        raise TargetError("INVALID_PARAMETER", f"no target of kind {arn!r}: {error}", retriable=False) from error
    except (ClientError, HTTPException, ServiceException) as error:
        raise _in_words(error) from error
    except BotoCoreError as error:
        raise TargetError("ERROR_FROM_TARGET", str(error), retriable=True) from error


def _in_words(error: Any) -> TargetError:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else _moto_code(error)
    # EventBridge user guide: a missing target or permission is not retried.
    missing = any(word in code for word in ("NotFound", "NotExist", "NonExistent", "NoSuch"))
    text = str(getattr(error, "message", None) or error)
    return TargetError("NO_RESOURCE" if missing else "ERROR_FROM_TARGET", f"{code}: {text}", retriable=not missing)


def _moto_code(error: Any) -> str:
    return str(getattr(error, "error_type", None) or getattr(error, "code", None) or type(error).__name__)


def function_at(arn: str) -> Any:
    """moto's function; a qualifier is dropped, since functions here have no versions."""
    parts = arn.split(":")
    return lambda_backends[parts[4]][parts[3]].get_function(parts[6])


def _invoke(arn: str, body: str, on_answer: Callable[[Any], None] | None) -> None:
    from rehearsal.lambdas.asynchronous import accept

    accept(function_at(arn), json.loads(body or "{}"), on_answer)


def _start(target: dict[str, Any], body: str, on_answer: Callable[[Any], None] | None) -> None:
    with by_clock(recurs=on_answer is not None):
        started = current().client("stepfunctions").start_execution(stateMachineArn=target["Arn"], input=body)
    if on_answer is not None:
        when_ended(started["executionArn"], lambda execution: on_answer(_answer(execution)))


def _answer(execution: Any) -> Answered:
    return Answered(error=None if execution.status == "SUCCEEDED" else execution.status, payload=execution.output)


def _queue(target: dict[str, Any], body: str) -> None:
    send_message(target["Arn"], body, group_id=target.get("SqsParameters", {}).get("MessageGroupId"))


def _publish(target: dict[str, Any], body: str) -> None:
    send_notification(target["Arn"], body)


def _forward(target: dict[str, Any], body: str) -> None:
    """To a bus: an event keeps its source and type; Scheduler's parameters name them."""
    given = target.get("EventBridgeParameters")
    content = json.loads(body)
    if given:
        put_event(target["Arn"], given["Source"], given["DetailType"], content, [])
        return
    put_event(target["Arn"], content["source"], content["detail-type"], content["detail"], content["resources"])


def _log(target: dict[str, Any], body: str) -> None:
    parts = target["Arn"].split(":")
    backend = logs_backends[parts[4]][parts[3]]
    group = parts[6]
    if group not in backend.groups:
        raise TargetError("NO_RESOURCE", f"log group {group} does not exist", retriable=False)
    if "eventbridge" not in backend.groups[group].streams:
        backend.create_log_stream(group, "eventbridge")
    now = current().kernel.now_us // 1000
    backend.put_log_events(group, "eventbridge", [{"timestamp": now, "message": body}])


_SENDERS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "sqs": _queue,
    "sns": _publish,
    "events": _forward,
    "logs": _log,
}


def send_message(
    queue_arn: str, body: str, attributes: dict[str, str] | None = None, group_id: str | None = None
) -> None:
    """To a queue, as AWS's own services send: nothing but the queue's existence is checked."""
    parts = queue_arn.split(":")
    given = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    sqs_backends[parts[4]][parts[3]].send_message(parts[5], body, message_attributes=given, group_id=group_id)


def send_notification(topic_arn: str, body: str, attributes: dict[str, str] | None = None) -> None:
    parts = topic_arn.split(":")
    given = {name: {"Type": "String", "Value": value} for name, value in (attributes or {}).items()}
    sns_backends[parts[4]][parts[3]].publish(body, arn=topic_arn, message_attributes=given)


def put_event(bus_arn: str, source: str, detail_type: str, detail: Any, resources: list[str]) -> None:
    parts = bus_arn.split(":")
    bus = parts[5].removeprefix("event-bus/")
    entry = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": resources,
        "EventBusName": bus,
    }
    events_backends[parts[4]][parts[3]].put_events([entry])

"""What a state machine writes to CloudWatch Logs of an execution: its history, as its LoggingConfiguration says.

Source: Step Functions developer guide, "Using CloudWatch Logs to log execution history". Which types of events belong
to a level, and the names of the fields, moto has from there. Its own session can't be used: what it puts has no
message, and is lost.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import logs_backends
from moto.stepfunctions.parser.asl.eval.event.logging import CloudWatchLoggingConfiguration, is_logging_enabled_for

_DATA = ("input", "inputDetails", "output", "outputDetails", "parameters")
_NO_DETAILS = ("id", "previousEventId", "type", "timestamp")


def write(execution: Any) -> None:
    """All that has happened since it was written last: at an execution's end, and at that of each redrive.

    Nothing if the machine has no log group, or one that doesn't exist.
    """
    wanted = _configuration(execution)
    if wanted is None:
        return
    logs = logs_backends[wanted.log_account_id][wanted.log_region]
    if wanted.log_group_name not in logs.groups:
        return
    events = execution.exec_worker.env.event_manager._history_event_list
    new = events[getattr(execution, "logged", 0) :]
    execution.logged = len(events)
    lines = [
        {"timestamp": _milliseconds(event), "message": json.dumps(_line(execution, event, wanted))}
        for event in new
        if is_logging_enabled_for(wanted.log_level, event["type"])
    ]
    stream = f"states/{execution.state_machine.name}/{execution.start_date:%Y-%m-%d-%H-%M}/{execution.name}"
    with suppress(ResourceAlreadyExistsException):
        logs.create_log_stream(wanted.log_group_name, stream)
    logs.put_log_events(wanted.log_group_name, stream, lines)


def _configuration(execution: Any) -> CloudWatchLoggingConfiguration | None:
    given = {"includeExecutionData": False, **(execution.state_machine.loggingConfiguration or {})}
    return CloudWatchLoggingConfiguration.from_logging_configuration(execution.state_machine_arn, given)


def _line(execution: Any, event: dict[str, Any], wanted: CloudWatchLoggingConfiguration) -> dict[str, Any]:
    details: dict[str, Any] = next((value for name, value in event.items() if name not in _NO_DETAILS), {})
    shown = {name: each for name, each in details.items() if wanted.include_execution_data or name not in _DATA}
    return {
        "id": str(event["id"]),
        "type": event["type"],
        "details": shown,
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(_milliseconds(event)),
        "execution_arn": execution.execution_arn,
    }


def _milliseconds(event: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1000)

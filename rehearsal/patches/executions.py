"""The life of an execution: its name, its end with error and cause, its status events and its rows in the timeline."""

from __future__ import annotations

import json
import textwrap
import uuid
from datetime import datetime
from typing import Any

from moto.events.models import events_backends
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from rehearsal import execution_logs
from rehearsal.alarms import operational
from rehearsal.call_counts import is_by_clock
from rehearsal.cloud import current
from rehearsal.patches.redrives import redrives_of
from rehearsal.patches.size_limits import refuse_large_input
from rehearsal.patches.sync_tasks import execution_ended, tell_end
from rehearsal.patching import replace

_LONGEST_TEXT = 200
_LARGEST_EVENT_DATA_BYTES = 248 * 1024
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["start_execution"] = replace(
        StepFunctionsParserBackend, "start_execution", _start_execution, expected="f09a7457fe06"
    )
    _originals["start"] = replace(Execution, "start", _start, expected="1ab86e01d4ba")
    _originals["terminated"] = replace(
        BaseExecutionWorkerCommunication, "terminated", _terminated, expected="60ae632ef979"
    )


def _start_execution(
    self: Any,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: Any = None,
) -> Any:
    """moto calls an execution without a name "None", so that the second one fails, and checks no name."""
    chosen = name or str(uuid.uuid4())
    self._validate_name(chosen)
    refuse_large_input(execution_input)
    return _originals["start_execution"](self, state_machine_arn, chosen, execution_input, trace_header)


def _start(self: Any) -> None:
    self.is_by_clock = is_by_clock()
    _originals["start"](self)
    announce(self)


def _terminated(self: Any) -> None:
    _originals["terminated"](self)
    ended = self.execution
    state = ended.exec_worker.env.program_state()
    if ended.status == "ABORTED":
        ended.error, ended.cause = state.error, state.cause
    execution_ended(ended.execution_arn)
    if current().settings.execution_logs:
        execution_logs.write(ended)
    announce(ended)
    tell_end(ended)


def announce(execution: Any) -> None:
    """Its present status: a row of the timeline, and the event."""
    cloud = current()
    if not execution.is_by_clock:
        cloud.touched()
    subject = f"{execution.state_machine.name}/{execution.name}"
    reasons = {"error": execution.error, "cause": execution.cause}
    given = {name: reason for name, reason in reasons.items() if reason}
    operational.execution_changed(execution)
    cloud.timeline.record("state", subject, _in_words(execution), status=execution.status, **given)
    events_backends[cloud.settings.account_id][cloud.settings.region].put_events([_status_change(execution)])


def _in_words(execution: Any) -> str:
    if execution.status == "RUNNING":
        return "redriven" if redrives_of(execution).count else "started"
    reasons = [str(reason) for reason in (execution.error, execution.cause) if reason]
    words = ": ".join([execution.status.lower().replace("_", " "), *reasons])
    return textwrap.shorten(words, _LONGEST_TEXT, placeholder=" ...")


def _status_change(execution: Any) -> dict[str, Any]:
    return {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Resources": [execution.execution_arn],
        "Detail": json.dumps(_detail(execution) | _given_and_given_back(execution)),
    }


def _detail(execution: Any) -> dict[str, Any]:
    """Source: aws-facts 4.9."""
    redrives = redrives_of(execution)
    return {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "error": execution.error,
        "cause": execution.cause,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": redrives.count,
        "redriveDate": _milliseconds(redrives.last_at),
    }


def _given_and_given_back(execution: Any) -> dict[str, Any]:
    """Input and output; what is larger than 248 KiB is left out."""
    output = json.dumps(execution.output, separators=(",", ":")) if execution.status == "SUCCEEDED" else None
    texts = {"input": execution.execution_input, "output": output}
    shown = {name: text for name, text in texts.items() if text and len(text.encode()) <= _LARGEST_EVENT_DATA_BYTES}
    return {
        "input": shown.get("input"),
        "inputDetails": {"included": "input" in shown},
        "output": shown.get("output"),
        "outputDetails": None if output is None else {"included": "output" in shown},
    }


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)

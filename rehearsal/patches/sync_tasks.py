"""startExecution.sync and .sync:2: the parent wakes when its child ends, and stops the child when it is stopped itself.

moto asks DescribeExecution every half second: 7,200 times in a virtual hour.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from rehearsal.cloud import current
from rehearsal.patches.redrives import described as described_redrives
from rehearsal.patching import replace
from rehearsal.virtual_threads import VirtualEvent, wait_any

_ends: dict[str, VirtualEvent] = {}
_told: dict[str, Callable[[Any], None]] = {}


def apply() -> None:
    replace(StateTaskServiceCallback, "_eval_sync", _eval_sync, expected="9522c5bb591d")
    replace(StateTaskServiceSfn, "_build_sync_resolver", _child_of, expected="b524ee862dff")
    replace(StateTaskServiceSfn, "_build_sync2_resolver", _child_of, expected="516107754016")


def reset() -> None:
    _ends.clear()
    _told.clear()


def execution_ended(execution_arn: str) -> None:
    """Wake the parent of this execution, if one waits for it."""
    waited_for = _ends.pop(execution_arn, None)
    if waited_for is not None:
        waited_for.set()


def when_ended(execution_arn: str, tell: Callable[[Any], None]) -> None:
    """`tell` is given the execution once it is over and its status event is out."""
    _told[execution_arn] = tell


def tell_end(execution: Any) -> None:
    """To whoever started it and asked to be told."""
    told = _told.pop(execution.execution_arn, None)
    if told is not None:
        told(execution)


def _child_of(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> Any:
    settings = current().settings
    execution_arn = env.stack.pop()["ExecutionArn"]
    return stepfunctions_parser_backends[settings.account_id][settings.region].describe_execution(execution_arn)


def _eval_sync(
    self: Any, env: Any, sync_resolver: Any, timeout_seconds: float, callback_endpoint: Any, heartbeat_endpoint: Any
) -> Any:
    """`sync_resolver` is the child's execution, made by `_child_of`."""
    child = sync_resolver
    while env.is_running() and child.status == "RUNNING":
        wait_any([_ends.setdefault(child.execution_arn, VirtualEvent()), env.program_state_event])
    if child.status == "RUNNING":
        # https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html: a run-a-job task that is
        # stopped or times out makes a best effort to cancel its job.
        child.stop(stop_date=datetime.now(UTC), error=None, cause=None)
        return None
    described = _described(child, parsed=self.resource.condition == "sync:2")
    if child.status == "SUCCEEDED":
        return described
    raise FailureEventException(_task_failed(self, env, described))


def _described(child: Any, *, parsed: bool) -> dict[str, Any]:
    """The child as the parent sees it: dates in epoch milliseconds; .sync:2 gives input and output as JSON."""
    output = json.dumps(child.output, separators=(",", ":")) if child.status == "SUCCEEDED" else None
    redrives = described_redrives(child)
    described = {
        "Cause": child.cause,
        "Error": child.error,
        "ExecutionArn": child.execution_arn,
        "Input": child.input_data if parsed else child.execution_input,
        "InputDetails": {"Included": True},
        "Name": child.name,
        "Output": child.output if parsed and output is not None else output,
        "OutputDetails": {"Included": True} if output is not None else None,
        "RedriveCount": redrives["redriveCount"],
        "RedriveStatus": redrives["redriveStatus"],
        "RedriveStatusReason": redrives.get("redriveStatusReason"),
        "StartDate": _milliseconds(child.start_date),
        "StateMachineArn": child.state_machine_arn,
        "Status": child.status,
        "StopDate": _milliseconds(child.stop_date),
    }
    optional = ("Cause", "Error", "OutputDetails", "RedriveStatusReason")
    keep_output = child.status == "SUCCEEDED"
    return {
        name: value
        for name, value in described.items()
        if not (name in optional and value is None) and (name != "Output" or keep_output)
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _task_failed(state: Any, env: Any, described: dict[str, Any]) -> FailureEvent:
    name = StatesErrorNameType.StatesTaskFailed
    details = TaskFailedEventDetails(
        resource=state._get_sfn_resource(),
        resourceType=state._get_sfn_resource_type(),
        error=name.to_name(),
        cause=json.dumps(described, separators=(",", ":")),
    )
    return FailureEvent(
        env=env,
        error_name=StatesErrorName(typ=name),
        event_type=HistoryEventType.TaskFailed,
        event_details=EventDetails(taskFailedEventDetails=details),
    )

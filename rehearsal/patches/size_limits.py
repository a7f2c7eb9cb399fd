"""256 KiB: a task's arguments, what a state assigns, and an execution's input are measured too (quotas).

moto measures results and outputs alone.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from rehearsal.patches.interpreter_costs import is_small
from rehearsal.patching import replace

_MOST_BYTES = 256 * 1024
# A character takes at most six in JSON, so that what is this small needn't be written to be measured.
_SURELY_SMALL_BYTES = _MOST_BYTES // 6 - 1024
_originals: dict[str, Any] = {}


class TooLargeError(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "ValidationException"
    STATUS = 400


def apply() -> None:
    _originals["before"] = replace(
        StateTaskService, "_before_eval_execution", _before_eval_execution, expected="c20c6310578c"
    )


def refuse_large_input(execution_input: str | None) -> None:
    """Of StartExecution. Raises TooLargeError, whose words are AWS's for a string that is too long."""
    if execution_input is not None and len(execution_input.encode()) > _MOST_BYTES:
        raise TooLargeError(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_BYTES}"
        )


def insist(env: Any, value: Any, what: str) -> None:
    """Raises FailureEventException with States.DataLimitExceeded. `what` is its cause's subject; the words are ours."""
    if _is_small(value):
        return
    name = StatesErrorNameType.StatesStatesDataLimitExceeded
    cause = f"{what} of the state '{env.next_state_name}' has more than {_MOST_BYTES} bytes, the service limit."
    raise FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=name),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(
                taskFailedEventDetails=TaskFailedEventDetails(error=name.to_name(), cause=cause)
            ),
        )
    )


def _is_small(value: Any) -> bool:
    # Without references: marshal writes a text once, however often it stands in the value.
    if is_small(value, _SURELY_SMALL_BYTES):
        return True
    return len(json.dumps(value, default=str, separators=(",", ":")).encode()) < _MOST_BYTES


def _before_eval_execution(
    self: Any, env: Any, resource_runtime_part: Any, raw_parameters: Any, state_credentials: Any
) -> None:
    insist(env, raw_parameters, "What is asked")
    _originals["before"](self, env, resource_runtime_part, raw_parameters, state_credentials)

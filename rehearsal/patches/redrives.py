"""RedriveExecution, which moto lacks: an execution that ended badly goes on at the state in which it ended.

Source: "Restarting state machine executions with redrive" in the developer guide, and botocore's texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionRedrivenEventDetails, ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import StateParallel
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.patches.asl_programs import run_from
from rehearsal.patches.context_times import written
from rehearsal.patching import PatchTargetChanged, replace

_REDRIVABLE_PERIOD = timedelta(days=14)
_LONGEST_OPEN = timedelta(days=365)
_MOST_EVENTS = 24_999
_TOKENS_KEPT = 10
_TOKEN_LIFETIME = timedelta(minutes=15)
_originals: dict[str, Any] = {}


class ExecutionNotRedrivableError(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "ExecutionNotRedrivable"
    STATUS = 400


@dataclass(frozen=True)
class Redrives:
    """Of one execution: how many, when the last one was, and the client tokens that asked for the last ten."""

    count: int = 0
    last_at: datetime | None = None
    tokens: tuple[tuple[str, datetime], ...] = ()


def apply() -> None:
    if hasattr(StepFunctionResponse, "redrive_execution"):
        raise PatchTargetChanged("moto has a RedriveExecution of its own: read it, then drop this patch")
    StepFunctionResponse.redrive_execution = _redrive_execution
    _originals["input"] = replace(CommonStateField, "_eval_state_input", _eval_state_input, expected="6e3a550f2718")


def redrives_of(execution: Any) -> Redrives:
    found: Redrives = getattr(execution, "redrives", Redrives())
    return found


def why_not(execution: Any) -> str | None:
    """The reason why an execution can't be redriven now, in the words of botocore's `redriveStatusReason`."""
    now = datetime.now(UTC)
    if execution.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {execution.status} and cannot be redriven"
    if now - execution.stop_date > _REDRIVABLE_PERIOD:
        return "Execution redrivable period exceeded"
    if now - execution.start_date > _LONGEST_OPEN:
        return "Execution has exceeded the max execution time"
    if len(execution.exec_worker.env.event_manager._history_event_list) >= _MOST_EVENTS:
        return "Execution history event limit exceeded"
    return None


def described(execution: Any) -> dict[str, Any]:
    """The fields of DescribeExecution that tell of redrives."""
    reason = why_not(execution)
    done = redrives_of(execution)
    fields = {
        "redriveCount": done.count,
        "redriveDate": done.last_at,
        "redriveStatus": "REDRIVABLE" if reason is None else "NOT_REDRIVABLE",
        "redriveStatusReason": reason,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _eval_state_input(self: Any, env: Any) -> None:
    """Where a redrive would go on: the state that was entered last, and its input."""
    env.entered = (self, env.states._states_data["input"])
    _originals["input"](self, env)


def _redrive_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    token, now = self._get_param("clientToken"), datetime.now(UTC)
    asked = {known: at for known, at in redrives_of(execution).tokens if now - at <= _TOKEN_LIFETIME}
    if token in asked:
        return ActionResult({"redriveDate": asked[token]})
    reason = why_not(execution)
    if reason is not None:
        raise ExecutionNotRedrivableError(reason)
    _insist_on_a_plain_state(execution)
    _go_on(execution, token, now)
    return ActionResult({"redriveDate": now})


def _insist_on_a_plain_state(execution: Any) -> None:
    """AWS runs only the branches and items again that did not succeed, which isn't rehearsed."""
    state, _ = execution.exec_worker.env.entered
    if isinstance(state, StateParallel | StateMap):
        raise NotImplementedError(
            f"redrive of {state.name!r} in {execution.name}: the rehearsal redrives no Parallel and no Map state"
        )


def _go_on(execution: Any, token: str, now: datetime) -> None:
    from rehearsal.patches.executions import announce

    before = redrives_of(execution)
    tokens = (*before.tokens, (token, now))[-_TOKENS_KEPT:]
    execution.redrives = Redrives(before.count + 1, now, tokens)
    execution.exec_worker = RedrivenWorker(execution)
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    execution.exec_worker.start()
    announce(execution)


class RedrivenWorker(ExecutionWorker):  # type: ignore[misc]  # moto has no types
    """Runs the same program in a new environment with the history and the variables of the one that ended."""

    def __init__(self, execution: Any) -> None:
        fresh = execution._get_start_execution_worker()
        super().__init__(
            evaluation_details=fresh._evaluation_details,
            exec_comm=fresh._execution_communication,
            cloud_watch_logging_session=fresh._cloud_watch_logging_session,
            activity_store=fresh._activity_store,
        )
        ended = execution.exec_worker.env
        self._state, self._given = ended.entered
        self.env = self._get_evaluation_environment()
        for kept in ("entered", "event_manager", "variable_store", "callback_pool_manager"):
            setattr(self.env, kept, getattr(ended, kept))
        self.env.event_history_context = EventHistoryContext(len(ended.event_manager._history_event_list))
        self._note(execution.redrives)

    def _note(self, redrives: Redrives) -> None:
        context = self.env.states.context_object.context_object_data["Execution"]
        context["RedriveCount"] = redrives.count
        context["RedriveTime"] = written(redrives.last_at or datetime.now(UTC))
        self.env.event_manager.add_event(
            context=self.env.event_history_context,
            event_type=HistoryEventType.ExecutionRedriven,
            event_details=EventDetails(
                executionRedrivenEventDetails=ExecutionRedrivenEventDetails(redriveCount=redrives.count)
            ),
        )

    def _execution_logic(self) -> None:
        self.env.states.reset(self._given)
        run_from(self._get_evaluation_entrypoint(), self.env, self._state.name)
        self._execution_communication.terminated()

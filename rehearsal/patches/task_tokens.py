"""Task tokens: SendTaskSuccess, SendTaskFailure (with its cause, which moto drops) and SendTaskHeartbeat."""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import EmptyResult
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    CallbackOutcomeTimedOut,
    HeartbeatTimedOut,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from rehearsal.patching import replace
from rehearsal.virtual_threads import wait_any


class TaskTimedOutError(AWSError):  # type: ignore[misc]  # moto has no types
    """The text is AWS's for a task that has ended, however it ended."""

    TYPE = "TaskTimedOut"
    STATUS = 400


class InvalidTokenError(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "InvalidToken"
    STATUS = 400


class InvalidOutputError(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "InvalidOutput"
    STATUS = 400


def apply() -> None:
    replace(StateTaskServiceCallback, "_eval_wait_for_task_token", _await_outcome, expected="d4ec8e57e219")
    replace(StepFunctionResponse, "send_task_failure", _answer_send_task_failure, expected="00743c5d015f")
    replace(StepFunctionsParserBackend, "send_task_success", _send_task_success, expected="af178e584c07")
    replace(StepFunctionsParserBackend, "send_task_failure", _send_task_failure, expected="20c976e0b563")
    replace(StepFunctionsParserBackend, "send_task_heartbeat", _send_task_heartbeat, expected="5c1e280ae5e5")


def _await_outcome(self: Any, env: Any, timeout_seconds: float, callback_endpoint: Any, heartbeat_endpoint: Any) -> Any:
    """TimeoutSeconds is no concern of this wait: it ends the attempt from outside."""
    events = [callback_endpoint._notify_event, env.program_state_event]
    beat = None if heartbeat_endpoint is None else heartbeat_endpoint._next_heartbeat_event
    beat_seconds = None if heartbeat_endpoint is None else heartbeat_endpoint._heartbeat_seconds
    while env.is_running():
        outcome = callback_endpoint.get_outcome()
        if outcome is not None:
            return outcome
        wait_any(events if beat is None else [*events, beat], beat_seconds)
        if beat is None or callback_endpoint.get_outcome() is not None:
            continue
        if env.is_running() and not beat.is_set():
            return HeartbeatTimedOut()
        beat.clear()
    return CallbackOutcomeTimedOut(callback_id=callback_endpoint.callback_id)


def _answer_send_task_failure(self: Any) -> EmptyResult:
    self.stepfunction_backend.send_task_failure(
        self._get_param("taskToken"), error=self._get_param("error"), cause=self._get_param("cause")
    )
    return EmptyResult()


def _send_task_success(self: Any, task_token: str, outcome: str) -> None:
    try:
        json.loads(outcome)
    except ValueError as error:
        raise InvalidOutputError(f"Invalid Output: '{error}'") from error
    _waiting(self, task_token).notify(CallbackOutcomeSuccess(callback_id=task_token, output=outcome))


def _send_task_failure(self: Any, task_token: str, error: str | None = None, cause: str | None = None) -> None:
    _waiting(self, task_token).notify(CallbackOutcomeFailure(callback_id=task_token, error=error, cause=cause))


def _send_task_heartbeat(self: Any, task_token: str) -> None:
    _waiting(self, task_token).notify_heartbeat()


def _waiting(backend: Any, token: str) -> Any:
    """The endpoint of a task that still waits for this token."""
    for execution in backend._get_executions():
        env = execution.exec_worker.env if execution.exec_worker else None
        endpoint = env.callback_pool_manager.get(token) if env else None
        if endpoint is None:
            continue
        if endpoint.consumer_error is not None or endpoint.get_outcome() is not None:
            raise TaskTimedOutError("Task Timed Out: 'Provided task does not exist anymore'")
        return endpoint
    raise InvalidTokenError("Invalid Token: 'Invalid token'")

"""One attempt of a Task, Parallel or Map state: ends in time, on a timeout, or at once when the execution stops.

moto leaves an attempt alone until it comes back by itself, so that StopExecution has no effect on a task that waits
for a token, and a retry meets the answer to the token of the attempt before. And it gives a task with heartbeats 60
seconds where no TimeoutSeconds is said.
"""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError, TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackConsumerLeft

from rehearsal.cloud import current
from rehearsal.patches.state_copies import copied
from rehearsal.patching import replace
from rehearsal.virtual_threads import VirtualThread


def apply() -> None:
    replace(ExecutionState, "_evaluate_with_timeout", _evaluate_with_timeout, expected="024c6f9bf003")
    _originals["props"] = replace(ExecutionState, "from_state_props", _from_state_props, expected="9b4d894121a1")


_originals: dict[str, Any] = {}


def _from_state_props(self: Any, state_props: Any) -> None:
    _originals["props"](self, state_props)
    if getattr(self.timeout, "is_default", None):
        self.timeout = TimeoutSeconds(TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)


class _Attempt:
    """The state's work, in a task of its own."""

    def __init__(self, state: Any, env: Any) -> None:
        self._state = state
        self._env = env
        self._frame = env.open_frame()
        self._frame.states.reset(input_value=env.states.get_input())
        self._frame.stack = copied(env.stack)
        self.finished = False
        self.error: Exception | None = None

    def run_within(self, seconds: float) -> None:
        """Returns when the work is done, the time is over or the execution has ended, whichever comes first."""
        VirtualThread(target=self._run, name=f"state {self._state.name}").start()
        kernel = current().kernel
        end_us = kernel.now_us + round(seconds * 1e6)
        while not self.finished and self._env.is_running() and kernel.now_us < end_us:
            self._env.program_state_event.wait((end_us - kernel.now_us) / 1e6)
        self._frame.set_ended()
        self._env.close_frame(self._frame)

    def _run(self) -> None:
        try:
            self._state._eval_execution(self._frame)
        except Exception as error:  # noqa: BLE001  handed to the state, which makes a failure event of every error
            self.error = error
        self.finished = True
        self._env.program_state_event.pulse()

    @property
    def output(self) -> Any:
        return self._frame.stack[-1]


def _evaluate_with_timeout(self: Any, env: Any) -> None:
    _renew_token(self, env)
    self.timeout.eval(env=env)
    seconds = env.stack.pop()
    attempt = _Attempt(self, env)
    attempt.run_within(seconds)
    _retire_token(env)
    if not env.is_running():
        return
    if attempt.error is not None:
        raise attempt.error
    if not attempt.finished:
        raise EvalTimeoutError
    _take(attempt.output, self, env)


def _take(output: Any, state: Any, env: Any) -> None:
    env.stack.append(output)
    if not state._is_language_query_jsonpath():
        env.states.set_result(output)
    for step in (state.assign_decl, state.result_selector):
        if step:
            step.eval(env=env)
    if state.result_path:
        state.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def _renew_token(state: Any, env: Any) -> None:
    """A retry has a token of its own: the old one is void."""
    context = env.states.context_object
    if context.context_object_data["State"]["RetryCount"] and "Task" in context.context_object_data:
        env.callback_pool_manager.add(context.update_task_token())


def _retire_token(env: Any) -> None:
    task = env.states.context_object.context_object_data.get("Task")
    endpoint = env.callback_pool_manager.get(task["Token"]) if task else None
    if endpoint is not None:
        endpoint.report(CallbackConsumerLeft())

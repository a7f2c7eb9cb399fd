"""Choice: the state's own Assign and Output belong to its Default alone, and no match at all is States.NoChoiceMatched.

moto applies them to a rule too if that rule leads to the same state as the Default, and fails with States.Runtime.
"""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from rehearsal.patches.assignments import commit
from rehearsal.patching import replace


def apply() -> None:
    replace(StateChoice, "_eval_state", _choose, expected="4d180d2230e9")
    replace(StateChoice, "_eval_state_output", _go_on, expected="3a14856a6731")


def _choose(self: Any, env: Any) -> None:
    for rule in self.choices_decl.rules:
        rule.eval(env)
        if env.stack.pop() is True:
            env.stack.append(rule.next_stmt.name)
            return
    if self.default_state is None:
        raise _no_choice_matched(self, env)
    for step in (self.assign_decl, self.output):
        if step:
            step.eval(env=env)
    env.stack.append(self.default_state.state_name)


def _go_on(self: Any, env: Any) -> None:
    next_state_name = env.stack.pop()
    if self._is_language_query_jsonpath():
        if self.output_path:
            self.output_path.eval(env=env)
        else:
            env.states.reset(input_value=env.stack.pop())
    commit(env)
    env.next_state_name = next_state_name


def _no_choice_matched(state: Any, env: Any) -> FailureEventException:
    """The cause's wording is an assumption."""
    name = StatesErrorNameType.StatesNoChoiceMatched
    cause = f"No choice of the state '{state.name}' matches, and it has no Default."
    details = ExecutionFailedEventDetails(error=name.to_name(), cause=cause)
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=name),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )

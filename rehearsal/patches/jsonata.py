"""JSONata in the interpreter, for which moto has no engine. Variables are bound as values: nothing needs escaping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.eval import variable_store
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from rehearsal import jsonata_expressions
from rehearsal.cloud import current
from rehearsal.jsonata_expressions import UNDEFINED, EvaluationError, Expression, NotJsonError
from rehearsal.patching import replace

_STATES_MEMBERS = ("input", "context", "result", "errorOutput")


def apply() -> None:
    replace(string_expression.StringJSONata, "_eval_body", _eval_jsonata, expected="33a18342a7e2")
    replace(string_expression.StringVariableSample, "_eval_body", _eval_jsonata, expected="725723e53bf0")
    replace(variable_store.VariableStore, "get_assigned_variables", _assigned_variables, expected="9e499bd85302")


def _eval_jsonata(self: Any, env: Any) -> None:
    env.stack.append(value_of(self.expression, env))


def value_of(text: str, env: Any) -> Any:
    """The expression's value in this state. Raises FailureEventException with States.QueryEvaluationError."""
    try:
        expression = jsonata_expressions.parse(text)
        value = jsonata_expressions.evaluate(expression, _bindings(expression, env))
    except EvaluationError as error:
        raise failure(text, env, f"threw an error during evaluation. {error}") from error
    except NotJsonError as error:
        raise failure(text, env, "returned an unsupported result type.") from error
    if value is UNDEFINED:
        raise failure(text, env, "returned nothing (undefined).")
    return value


def _bindings(expression: Expression, env: Any) -> dict[str, Any]:
    """Only what the expression names: a machine's input may be large, and most expressions read one field."""
    store = env.variable_store
    known = store._outer_scope | store._inner_scope
    bindings = {name: known[name] for name in expression.names if name in known}
    members = expression.states_members
    if members is None or members:
        states = env.states._states_data
        bindings["states"] = {name: states.get(name) for name in _STATES_MEMBERS if members is None or name in members}
    return bindings


def failure(text: str, env: Any, complaint: str) -> FailureEventException:
    """In AWS's words, as quoted by https://github.com/floci-io/floci/issues/2665 from real executions."""
    field = _field_of(text, env)
    where = f" specified for the field '{field}'" if field else ""
    failure = FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError),
            event_type=HistoryEventType.EvaluationFailed,
            event_details=EventDetails(
                evaluationFailedEventDetails=EvaluationFailedEventDetails(
                    error=StatesErrorNameType.StatesQueryEvaluationError.to_name(),
                    cause=f"The JSONata expression '{text}'{where} {complaint}",
                )
            ),
        )
    )
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(evaluationFailedEventDetails=failure.get_evaluation_failed_event_details()),
    )
    return failure


def _field_of(text: str, env: Any) -> str:
    """Where the failing expression stands in its state, as AWS writes it (Output/a, Choices[0]/Condition), or ""."""
    settings = current().settings
    machine_arn = env.states.context_object.context_object_data["StateMachine"]["Id"]
    for machine in stepfunctions_parser_backends[settings.account_id][settings.region].state_machines:
        if machine.arn == machine_arn:
            state = _state_named(env.next_state_name, json.loads(machine.definition))
            return next((path for path, value in _strings(state, "") if value == text.strip()), "")
    return ""


def _state_named(name: str, machine: Any) -> Any:
    if not isinstance(machine, dict | list):
        return None
    if isinstance(machine, dict) and name in machine.get("States", {}):
        return machine["States"][name]
    members = machine.values() if isinstance(machine, dict) else machine
    return next((found for found in (_state_named(name, each) for each in members) if found is not None), None)


def _strings(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str) and node.startswith("{%"):
        yield path, node.removeprefix("{%").removesuffix("%}").strip()
    elif isinstance(node, dict):
        for key, member in node.items():
            yield from _strings(member, f"{path}/{key}" if path else key)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _strings(item, f"{path}[{index}]")


def _assigned_variables(self: Any) -> dict[str, str]:
    """For the history. moto writes strings without escaping them and walks a set, whose order changes between runs."""
    return {name: json.dumps(self.get(name), separators=(",", ":")) for name in sorted(self._declaration_tracing)}

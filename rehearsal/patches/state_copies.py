"""Copies of what passes between states, and of templates. They are JSON, which needs none of what copy.deepcopy looks
after; and moto copies a state's input nine times."""

from __future__ import annotations

import copy
import marshal
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any

from moto.cloudformation import parsing
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.eval import environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramState
from moto.stepfunctions.parser.asl.eval.states import States
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from rehearsal.patching import insist_on, replace

_SCALARS = (str, int, float, bool, type(None), datetime)


def apply() -> None:
    for module, function, expected in (
        (environment, environment.Environment.as_inner_frame_of, "2365486c51ae"),
        (environment, environment.Environment.program_state, "9c5d1966ede4"),
        (result_path, result_path.ResultPath._eval_body, "d2e91c4e1de5"),
        (state_task_service, state_task_service.StateTaskService._eval_execution, "28b3637a2d4d"),
        (parsing, parsing.ResourceMap._ResourceMap__get_resources_in_dependency_order, "1d24dc5bf62d"),
    ):
        insist_on(function, expected=expected)
        _copy_quickly(module)
    replace(States, "_extract", staticmethod(_extract), expected="348facd89e67")
    replace(States, "reset", _reset, expected="b5de07668798")
    replace(States, "set_result", _set_result, expected="1a7b037b3790")


def _copy_quickly(module: ModuleType) -> None:
    """These modules take nothing of `copy` but deepcopy: whatever else they may ask for raises AttributeError."""
    vars(module)["copy"] = SimpleNamespace(deepcopy=copied)


def copied(value: Any) -> Any:
    """A copy that shares nothing with the value but what can't change."""
    if isinstance(value, ProgramState):
        return copy_of(value)
    try:
        return marshal.loads(marshal.dumps(value))
    except ValueError:
        return _copied_by_member(value)


def copy_of(state: ProgramState) -> ProgramState:
    """Its members are names and times."""
    made: ProgramState = object.__new__(type(state))
    vars(made).update(vars(state))
    return made


def _copied_by_member(value: Any) -> Any:
    """marshal knows nothing but JSON's own types: no times, and no subclasses."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return {key: _copied_by_member(member) for key, member in value.items()}
    if kind is list:
        return [_copied_by_member(item) for item in value]
    if isinstance(value, ProgramState):
        return copy_of(value)
    return copy.deepcopy(value)


def _extract(query: str | None, node: Any) -> Any:
    return copied(node if query is None else extract_json(query, node))


def _reset(states: Any, input_value: Any) -> None:
    states._states_data.update(input=copied(input_value), result=None, errorOutput=None)


def _set_result(states: Any, result: Any) -> None:
    states._states_data["result"] = copied(result)

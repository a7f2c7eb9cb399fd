"""Assign: a state's Output and Assign both see the variables from before the state. moto lets Output see the new ones.

Source: aws-facts section 5, "Assign and Output run in parallel".
"""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField

from rehearsal.patches.size_limits import insist
from rehearsal.patching import replace


def apply() -> None:
    _originals[CommonStateField] = replace(
        CommonStateField, "_eval_state_output", _output_of_state, expected="c114e89891c3"
    )
    _originals[ExecutionState] = replace(
        ExecutionState, "_eval_state_output", _output_of_execution_state, expected="e575fc228b9c"
    )
    replace(AssignDecl, "_eval_body", _evaluate, expected="60f7bb936856")


_originals: dict[type, Any] = {}


def commit(env: Any) -> None:
    """The state's last act: its variables take their new values."""
    for name, value in getattr(env, "variables_to_assign", {}).items():
        env.variable_store.set(variable_identifier=name, variable_value=value)
    env.variables_to_assign = {}


def _evaluate(self: Any, env: Any) -> None:
    """What an earlier attempt of the state would have assigned is forgotten: the last Assign counts."""
    values: dict[str, Any] = {}
    for declaration in self.declaration_bindings:
        declaration.eval(env=env)
        values |= env.stack.pop()
    insist(env, values, "What is assigned")
    env.variables_to_assign = values


def _output_of_state(self: Any, env: Any) -> None:
    _originals[CommonStateField](self, env)
    commit(env)


def _output_of_execution_state(self: Any, env: Any) -> None:
    _originals[ExecutionState](self, env)
    commit(env)

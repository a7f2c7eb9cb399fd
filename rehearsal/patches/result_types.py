"""JSONata where a field takes a number, a text or a boolean: anything else is States.QueryEvaluationError.

moto converts what it can ('5' is 5 seconds) and fails with States.Runtime, which nothing catches, where it can't.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.common.timeouts.heartbeat import HeartbeatSecondsJSONata
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSecondsJSONata
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison import ConditionStringJSONata
from moto.stepfunctions.parser.asl.component.state.exec.state_map.max_concurrency import MaxConcurrencyJSONata
from moto.stepfunctions.parser.asl.component.state.exec.state_map.tolerated_failure import (
    ToleratedFailureCountStringJSONata,
    ToleratedFailurePercentageStringJSONata,
)
from moto.stepfunctions.parser.asl.component.state.fail.cause_decl import Cause
from moto.stepfunctions.parser.asl.component.state.fail.error_decl import Error
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.seconds import SecondsJSONata

from rehearsal.patches.jsonata import failure
from rehearsal.patching import replace

_MOST_SECONDS = 99_999_999
# What is asked, by which method, with which bounds. Bounds are of the fields' pages in the developer guide.
_NUMBERS = (
    (SecondsJSONata, "_get_wait_seconds", 0, _MOST_SECONDS, "f98714fa85da"),
    (TimeoutSecondsJSONata, "_eval_seconds", 1, _MOST_SECONDS, "1fc6afcbc4a5"),
    (HeartbeatSecondsJSONata, "_eval_seconds", 1, _MOST_SECONDS, "1fc6afcbc4a5"),
    (MaxConcurrencyJSONata, "_eval_max_concurrency", 0, 10_000, "6e81b1c2154a"),
    (ToleratedFailureCountStringJSONata, "_eval_tolerated_failure_count", 0, 10**9, "17ca59c9251f"),
    (ToleratedFailurePercentageStringJSONata, "_eval_tolerated_failure_percentage", 0, 100, "d7a471b6fd4c"),
)


def apply() -> None:
    for owner, method, least, most, digest in _NUMBERS:
        replace(owner, method, _number_between(least, most), expected=digest)
    replace(ConditionStringJSONata, "_eval_body", _eval_condition, expected="35038ffa1d5a")
    replace(Error, "_eval_body", _eval_text, expected="b5a27adbc6ac")
    replace(Cause, "_eval_body", _eval_text, expected="b5a27adbc6ac")


def _number_between(least: float, most: float) -> Callable[[Any, Any], float]:
    def number(self: Any, env: Any) -> float:
        self.string_jsonata.eval(env=env)
        value = env.stack.pop()
        _insist(self.string_jsonata, env, value, "number", int, float)
        if not least <= value <= most:
            text = f"returned a value that is out of range: {value:g} is not between {least:g} and {most:g}."
            raise failure(self.string_jsonata.expression, env, text)
        return float(value) if value % 1 else int(value)

    return number


def _eval_condition(self: Any, env: Any) -> None:
    self.string_jsonata.eval(env=env)
    _insist(self.string_jsonata, env, env.stack[-1], "boolean", bool)


def _eval_text(self: Any, env: Any) -> None:
    self.string_expression.eval(env=env)
    if isinstance(self.string_expression, StringJSONata):
        _insist(self.string_expression, env, env.stack[-1], "string", str)


def _insist(expression: Any, env: Any, value: Any, wanted: str, *types: type) -> None:
    if isinstance(value, types) and (bool in types or not isinstance(value, bool)):
        return
    written = json.dumps(value, separators=(",", ":"))
    text = f"returned an unexpected result type. Expected '{wanted}', but was '{_kind(value)}' for value: {written}"
    raise failure(expression.expression, env, text)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]

"""Copies of what passes between states. It is JSON, which needs none of what copy.deepcopy looks after; and moto copies
a state's input five times."""

from __future__ import annotations

import copy
import marshal
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.eval.states import States
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from rehearsal.patching import replace

_SCALARS = (str, int, float, bool, type(None), datetime)


def apply() -> None:
    replace(States, "_extract", staticmethod(_extract), expected="348facd89e67")
    replace(States, "reset", _reset, expected="b5de07668798")
    replace(States, "set_result", _set_result, expected="1a7b037b3790")


def copied(value: Any) -> Any:
    """A copy that shares nothing with the value but what can't change."""
    try:
        return marshal.loads(marshal.dumps(value))
    except ValueError:
        return _copied_by_member(value)


def _copied_by_member(value: Any) -> Any:
    """marshal knows nothing but JSON's own types: no times, and no subclasses."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return {key: _copied_by_member(member) for key, member in value.items()}
    if kind is list:
        return [_copied_by_member(item) for item in value]
    return copy.deepcopy(value)


def _extract(query: str | None, node: Any) -> Any:
    return copied(node if query is None else extract_json(query, node))


def _reset(states: Any, input_value: Any) -> None:
    states._states_data.update(input=copied(input_value), result=None, errorOutput=None)


def _set_result(states: Any, result: Any) -> None:
    states._states_data["result"] = copied(result)

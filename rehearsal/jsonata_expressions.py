"""JSONata as Step Functions has it: parsed once per expression, evaluated on bindings, undefined kept from null."""

from __future__ import annotations

import hashlib
import json
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

UNDEFINED: Any = object()
_NULL = Utils.NULL_VALUE
_LARGEST_EXACT_INTEGER = 2**53
# Regular expressions and string literals are matched first, so that a $name inside of one is no reference.
_REFERENCE = re.compile(
    r"/(?:\\.|[^\\/])*/[a-z]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\$(?P<name>\w+)(?:\s*\.\s*(?P<member>\w+))?"
)


class EvaluationError(Exception):
    """The expression failed. The text is JSONata's code and message."""


class NotJsonError(Exception):
    """The expression gave a function, which no state can pass on."""


# Most expressions of a machine only fetch a field.
_PLAIN_PATH = re.compile(r"\$\w+(?:\.[A-Za-z_]\w*)*")
_WORDS_OF_THE_LANGUAGE = frozenset({"and", "or", "in", "true", "false", "null", "function"})


@dataclass(frozen=True)
class Expression:
    """A parsed expression and what it refers to: variables by name, and the members of `$states` (None: all of them).

    `path` is set if the expression is nothing but a path from a variable.
    """

    parsed: Any
    names: frozenset[str]
    states_members: frozenset[str] | None
    path: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    """Raises EvaluationError if the text is no JSONata."""
    try:
        parsed = Jsonata(text)
    except JException as error:
        raise EvaluationError(f"{error.error}: {error}") from error
    parsed.set_output_convert_nulls(False)
    for name, function in _FUNCTIONS.items():
        parsed.register_lambda(name, function)
    references = [match for match in _REFERENCE.finditer(text) if match["name"]]
    members = [match["member"] for match in references if match["name"] == "states"]
    return Expression(
        parsed=parsed,
        names=frozenset(match["name"] for match in references) - {"states"},
        states_members=None if None in members else frozenset(members),
        path=_plain_path(text),
    )


def _plain_path(text: str) -> tuple[str, ...]:
    if not _PLAIN_PATH.fullmatch(text.strip()):
        return ()
    path = tuple(text.strip().removeprefix("$").split("."))
    return () if _WORDS_OF_THE_LANGUAGE.intersection(path) else path


def _fetch(path: tuple[str, ...], bindings: Mapping[str, Any]) -> Any:
    """The value at the path, or UNDEFINED if the engine has to decide: a step into a list, or into what isn't there."""
    node: Any = bindings
    for name in path:
        if not isinstance(node, Mapping) or name not in node:
            return UNDEFINED
        node = node[name]
    return _from_jsonata(node)


def evaluate(expression: Expression, bindings: Mapping[str, Any]) -> Any:
    """The value as plain JSON types that nobody else holds, or UNDEFINED. Raises EvaluationError and NotJsonError."""
    fetched = _fetch(expression.path, bindings) if expression.path else UNDEFINED
    if fetched is not UNDEFINED:
        return fetched
    # $now() and $millis() read the time from the library's current instance of this thread, which has to be this one.
    Jsonata.CURRENT.jsonata = expression.parsed
    try:
        value = expression.parsed.evaluate(None, {name: _to_jsonata(value) for name, value in bindings.items()})
    except JException as error:
        raise EvaluationError(f"{error.error}: {error}") from error
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise EvaluationError(f"{type(error).__name__}: {error}") from error
    return UNDEFINED if value is None else _from_jsonata(value)


_AS_THEY_ARE = frozenset({str, bool, int})


def _to_jsonata(value: Any) -> Any:
    if value is None:
        return _NULL
    if isinstance(value, dict):
        return {key: _to_jsonata(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_to_jsonata(item) for item in value]
    return value


def _from_jsonata(value: Any) -> Any:
    # By type first: nearly all of a large value is this.
    kind = type(value)
    if kind is dict:
        return {key: each if type(each) in _AS_THEY_ARE else _from_jsonata(each) for key, each in value.items()}
    if kind is list:
        return [each if type(each) in _AS_THEY_ARE else _from_jsonata(each) for each in value]
    if value is None or value is _NULL:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return {key: _from_jsonata(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_from_jsonata(item) for item in value]
    raise NotJsonError(type(value).__name__)


def _number(value: float) -> int | float:
    # JSONata has one kind of number; a whole one is written without a point.
    if math.isfinite(value) and value.is_integer() and abs(value) <= _LARGEST_EXACT_INTEGER:
        return int(value)
    return value


def _partition(items: list[Any], size: float) -> list[list[Any]]:
    step = int(size)
    return [items[index : index + step] for index in range(0, len(items), step)]


def _range(first: float, last: float, step: float) -> list[int | float]:
    count = math.floor((last - first) / step) + 1
    return [_number(first + index * step) for index in range(max(count, 0))]


def _hash(value: Any, algorithm: str) -> str:
    text = value if isinstance(value, str) else json.dumps(_from_jsonata(value), separators=(",", ":"))
    return hashlib.new(algorithm.replace("-", "").lower(), text.encode()).hexdigest()


def _parse(text: str) -> Any:
    return _to_jsonata(json.loads(text))


def _uuid() -> str:
    return str(uuid.uuid4())


def _refuse_eval(*_: Any) -> Any:
    raise JException("T1006", 0, "eval")


# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: the functions that Step Functions adds,
# and $eval, which it takes away.
_FUNCTIONS = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "parse": _parse,
    "uuid": _uuid,
    "eval": _refuse_eval,
}

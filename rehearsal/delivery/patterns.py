"""Event patterns: which events a rule sees, and what a pattern may say. Source: "Comparison operators for use in event
patterns" and "Creating event patterns" in the EventBridge user guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

type Json = dict[str, Any]
_MISSING = object()


@lru_cache(maxsize=256)
def _wildcard(given: str) -> re.Pattern[str]:
    r"""`*` is any text; `\*` and `\\` are the characters themselves."""
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", given)
    return re.compile(
        "".join(".*" if part == "*" else re.escape(part.removeprefix("\\") or part) for part in parts), re.S
    )


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "prefix": lambda text, given: text.startswith(given),
    "suffix": lambda text, given: text.endswith(given),
    "equals-ignore-case": lambda text, given: text.lower() == given.lower(),
    "wildcard": lambda text, given: _wildcard(given).fullmatch(text) is not None,
}
_NUMBER_TESTS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda number, given: number == given,
    "<": lambda number, given: number < given,
    "<=": lambda number, given: number <= given,
    ">": lambda number, given: number > given,
    ">=": lambda number, given: number >= given,
}
_OPERATORS = frozenset({*_TEXT_TESTS, "anything-but", "numeric", "exists", "cidr"})
_LARGEST_NUMBER = 5e9


def matches(pattern: Json, event: Any) -> bool:
    """Every field of the pattern has to match. Of a list of objects in the event, one object has to match them all."""
    if isinstance(event, list):
        return any(matches(pattern, item) for item in event)
    return all(_field_matches(name, wanted, event) for name, wanted in pattern.items())


def _field_matches(name: str, wanted: Any, event: Any) -> bool:
    if name == "$or":
        return any(matches(each, event) for each in wanted)
    found = event.get(name, _MISSING) if isinstance(event, dict) else _MISSING
    if isinstance(wanted, dict):
        return matches(wanted, {} if found is _MISSING else found)
    return any(_one_matches(each, found) for each in wanted)


def _one_matches(wanted: Any, found: Any) -> bool:
    """`found` is a leaf of the event, or a list of them: one that matches is enough."""
    if isinstance(wanted, dict) and "exists" in wanted:
        return bool(wanted["exists"] is (found is not _MISSING and not isinstance(found, dict)))
    if found is _MISSING or isinstance(found, dict):
        return False
    leaves = found if isinstance(found, list) else [found]
    return any(_leaf_matches(wanted, leaf) for leaf in leaves)


def _leaf_matches(wanted: Any, leaf: Any) -> bool:
    if not isinstance(wanted, dict):
        # 1, 1.0 and true are three different things to EventBridge.
        return type(wanted) is type(leaf) and wanted == leaf
    ((operator, given),) = wanted.items()
    if operator == "anything-but":
        return not _is_excluded(given, leaf)
    if operator == "numeric":
        pairs = zip(given[::2], given[1::2], strict=True)
        return _is_number(leaf) and all(_NUMBER_TESTS[sign](leaf, number) for sign, number in pairs)
    if operator == "cidr":
        return _is_in_network(leaf, given)
    return _text_matches(operator, given, leaf)


def _is_excluded(given: Any, leaf: Any) -> bool:
    if isinstance(given, dict):
        ((operator, texts),) = given.items()
        return any(_text_matches(operator, text, leaf) for text in (texts if isinstance(texts, list) else [texts]))
    return any(_leaf_matches(each, leaf) for each in (given if isinstance(given, list) else [given]))


def _text_matches(operator: str, given: Any, leaf: Any) -> bool:
    if not isinstance(leaf, str):
        return False
    if isinstance(given, dict):
        return _TEXT_TESTS[operator](leaf.lower(), given["equals-ignore-case"].lower())
    return _TEXT_TESTS[operator](leaf, given)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_in_network(leaf: Any, given: str) -> bool:
    try:
        return ip_address(leaf) in ip_network(given, strict=False)
    except ValueError:
        return False


def problems(pattern: Any) -> Iterator[str]:
    """What EventBridge would refuse, in its manner; the words are ours where it is not known."""
    if not isinstance(pattern, dict) or not pattern:
        yield "Filter is not an object, or empty"
        return
    for name, wanted in pattern.items():
        if name == "$or":
            yield from _of_alternatives(wanted)
        elif isinstance(wanted, dict):
            yield from problems(wanted)
        elif not isinstance(wanted, list):
            yield f"'{name}' must be an object or an array"
        elif not wanted:
            yield "Empty arrays are not allowed"
        else:
            yield from (problem for each in wanted for problem in _of_match(each))


def _of_alternatives(wanted: Any) -> Iterator[str]:
    if not isinstance(wanted, list) or len(wanted) < 2:
        yield "There must have at least 2 Objects in $or relationship."
        return
    for each in wanted:
        yield from problems(each)


def _of_match(wanted: Any) -> Iterator[str]:
    if isinstance(wanted, list):
        yield "Match value must be String, number, true, false, or null"
    if not isinstance(wanted, dict):
        return
    if len(wanted) != 1:
        yield "Only one key allowed in match expression"
        return
    ((operator, given),) = wanted.items()
    if operator not in _OPERATORS:
        yield f"Unrecognized match type {operator}"
    elif not _is_sensible(operator, given):
        yield f"{operator}: {given!r} makes no sense"


def _is_sensible(operator: str, given: Any) -> bool:
    if operator == "exists":
        return isinstance(given, bool)
    if operator == "numeric":
        return _is_comparison(given)
    if operator == "cidr":
        return isinstance(given, str) and "/" in given
    if operator == "anything-but":
        return _excludes_something(given)
    if operator in ("prefix", "suffix") and isinstance(given, dict):
        return given.keys() == {"equals-ignore-case"} and isinstance(given["equals-ignore-case"], str)
    return isinstance(given, str) and not (operator == "wildcard" and "**" in given)


def _is_comparison(given: Any) -> bool:
    if not isinstance(given, list) or len(given) not in (2, 4):
        return False
    numbers = given[1::2]
    return all(sign in _NUMBER_TESTS for sign in given[::2]) and all(
        _is_number(number) and abs(number) <= _LARGEST_NUMBER for number in numbers
    )


def _excludes_something(given: Any) -> bool:
    if isinstance(given, dict):
        if len(given) != 1 or not given.keys() <= _TEXT_TESTS.keys():
            return False
        (texts,) = given.values()
        return all(isinstance(text, str) for text in (texts if isinstance(texts, list) else [texts]))
    values = given if isinstance(given, list) else [given]
    return bool(values) and (all(isinstance(value, str) for value in values) or all(map(_is_number, values)))

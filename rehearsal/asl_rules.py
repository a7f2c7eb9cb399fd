"""What a state machine's definition may say here. Everything else is refused, by name, when the machine is made: a
field that nobody reads would be a promise that nobody keeps.

Sources: the pages of the states in the Step Functions developer guide, and the Amazon States Language's specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

type Json = dict[str, Any]
_COMMON = frozenset({"Type", "Comment", "QueryLanguage", "Assign"})
_WAY_ON = frozenset({"Next", "End"})
_CATCHING = frozenset({"Retry", "Catch"})
_MAP = frozenset({"ItemProcessor", "MaxConcurrency", "ItemSelector", "Label"})
_TOLERANCE = frozenset({"ToleratedFailurePercentage", "ToleratedFailureCount"})
# Of each kind of state: what it may say in any language, and besides in JSONPath and in JSONata.
_FIELDS: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    "Task": (
        _WAY_ON | _CATCHING | {"Resource", "TimeoutSeconds", "HeartbeatSeconds"},
        frozenset({"Parameters", "ResultPath", "ResultSelector", "TimeoutSecondsPath", "HeartbeatSecondsPath"}),
        frozenset({"Arguments"}),
    ),
    "Pass": (_WAY_ON, frozenset({"Result", "ResultPath", "Parameters"}), frozenset()),
    "Wait": (_WAY_ON | {"Seconds", "Timestamp"}, frozenset({"SecondsPath", "TimestampPath"}), frozenset()),
    "Choice": (frozenset({"Choices", "Default"}), frozenset(), frozenset()),
    "Succeed": (frozenset(), frozenset(), frozenset()),
    "Fail": (frozenset({"Error", "Cause"}), frozenset({"ErrorPath", "CausePath"}), frozenset()),
    "Parallel": (
        _WAY_ON | _CATCHING | {"Branches"},
        frozenset({"Parameters", "ResultPath", "ResultSelector"}),
        frozenset({"Arguments"}),
    ),
    "Map": (
        _WAY_ON | _CATCHING | _MAP | _TOLERANCE,
        frozenset({"ItemsPath", "ResultPath", "ResultSelector", "Iterator", "Parameters", "MaxConcurrencyPath"})
        | {f"{name}Path" for name in _TOLERANCE},
        frozenset({"Items"}),
    ),
}
_NOT_REHEARSED = frozenset({"Credentials", "ItemReader", "ItemBatcher", "ResultWriter"})
_TOP = frozenset({"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"})
_RETRIER = frozenset(
    {"Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy"}
)
_CATCHER = frozenset({"Comment", "ErrorEquals", "Next", "Assign"})
_RULE_OF_JSONATA = frozenset({"Comment", "Condition", "Next", "Assign", "Output"})
_PROCESSOR = frozenset({"Comment", "ProcessorConfig", "QueryLanguage", "StartAt", "States"})
_RETRY_BOUNDS = {
    "IntervalSeconds": (1, 99_999_999),
    "MaxAttempts": (0, 99_999_999),
    "BackoffRate": (1, 1e9),
    "MaxDelaySeconds": (1, 31_622_400),
}
_LONGEST_STATE_NAME = 80


def problems(definition: Json) -> list[str]:
    """What is wrong with a machine's definition, each with the place; nothing for one that can run here."""
    found = [*_unknown(definition, _TOP, ""), *_of_states(definition, _language(definition, "JSONPath"), "")]
    names = [name for name in _state_names(definition)]
    found += [f"/: the state name {name!r} is used twice" for name in sorted({n for n in names if names.count(n) > 1})]
    return found


def _unknown(node: Json, known: frozenset[str], place: str) -> Iterator[str]:
    for name in node:
        if name in _NOT_REHEARSED:
            yield f"{place}/{name}: the rehearsal has no {name}"
        elif name not in known:
            yield f"{place}/{name}: no such field here"


def _language(node: Json, outer: str) -> str:
    return str(node.get("QueryLanguage", outer))


def _state_names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _state_names(item)
    elif isinstance(node, dict):
        for state_name, state in node.get("States", {}).items():
            yield state_name
            for inner in ("Branches", "ItemProcessor", "Iterator"):
                yield from _state_names(state.get(inner))


def _of_states(node: Json, language: str, place: str) -> Iterator[str]:
    states = node.get("States")
    if not isinstance(states, dict) or not states:
        yield f"{place}/States: no states"
        return
    if node.get("StartAt") not in states:
        yield f"{place}/StartAt: no state {node.get('StartAt')!r}"
    for name, state in states.items():
        where = f"{place}/States/{name}"
        if len(name) > _LONGEST_STATE_NAME:
            yield f"{where}: a name has at most {_LONGEST_STATE_NAME} characters"
        yield from _of_state(state, _language(state, language), states, where)


def _of_state(state: Json, language: str, states: Json, place: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _FIELDS:
        yield f"{place}/Type: no such type: {kind!r}"
        return
    always, of_paths, of_jsonata = _FIELDS[kind]
    paths = of_paths | {"InputPath", "OutputPath"}
    more = paths if language == "JSONPath" else of_jsonata if kind == "Fail" else of_jsonata | {"Output"}
    yield from _unknown(state, _COMMON | always | more, place)
    if _WAY_ON <= always and len(_WAY_ON & state.keys()) != 1:
        yield f"{place}: it needs either Next or End"
    yield from _of_targets(state, states, place)
    yield from _of_handlers(state, language, place)
    if kind == "Map":
        yield from _of_map(state, language, place)
    for index, branch in enumerate(state.get("Branches", [])):
        yield from _of_states(branch, language, f"{place}/Branches[{index}]")


def _of_targets(state: Json, states: Json, place: str) -> Iterator[str]:
    nodes = [("", state), *_listed(state, "Choices"), *_listed(state, "Catch")]
    for inner, node in nodes:
        for field in ("Next", "Default"):
            if field in node and node[field] not in states:
                yield f"{place}{inner}/{field}: no state {node[field]!r}"


def _listed(state: Json, field: str) -> list[tuple[str, Json]]:
    return [(f"/{field}[{index}]", node) for index, node in enumerate(state.get(field, []))]


def _of_handlers(state: Json, language: str, place: str) -> Iterator[str]:
    catcher = _CATCHER | ({"ResultPath"} if language == "JSONPath" else {"Output"})
    for field, known in (("Retry", _RETRIER), ("Catch", catcher)):
        handlers = _listed(state, field)
        for inner, handler in handlers:
            yield from _unknown(handler, known, place + inner)
            yield from _of_errors(handler.get("ErrorEquals"), is_last=handler is handlers[-1][1], place=place + inner)
    for inner, retrier in _listed(state, "Retry"):
        yield from _of_retrier(retrier, place + inner)
    if language == "JSONata":
        for inner, rule in _listed(state, "Choices"):
            yield from _unknown(rule, _RULE_OF_JSONATA, place + inner)


def _of_errors(errors: Any, *, is_last: bool, place: str) -> Iterator[str]:
    if not isinstance(errors, list) or not errors:
        yield f"{place}/ErrorEquals: no errors"
    elif "States.ALL" in errors and (len(errors) > 1 or not is_last):
        yield f"{place}/ErrorEquals: States.ALL stands alone, and comes last"


def _of_retrier(retrier: Json, place: str) -> Iterator[str]:
    for field, (least, most) in _RETRY_BOUNDS.items():
        value = retrier.get(field, least)
        if not isinstance(value, int | float) or not least <= value <= most:
            yield f"{place}/{field}: {value!r} is not between {least:g} and {most:g}"
    if retrier.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
        yield f"{place}/JitterStrategy: FULL or NONE"


def _of_map(state: Json, language: str, place: str) -> Iterator[str]:
    field = "Iterator" if "Iterator" in state else "ItemProcessor"
    processor = state.get(field)
    if processor is None:
        yield f"{place}/ItemProcessor: no items' steps"
        return
    where = f"{place}/{field}"
    yield from _unknown(processor, _PROCESSOR, where)
    config = processor.get("ProcessorConfig", {})
    if config.get("ExecutionType", "STANDARD") != "STANDARD":
        yield f"{where}/ProcessorConfig/ExecutionType: the rehearsal has no EXPRESS executions"
    of_distributed = {*_TOLERANCE, *(f"{name}Path" for name in _TOLERANCE), "Label"}
    if config.get("Mode", "INLINE") != "DISTRIBUTED":
        yield from (f"{place}/{name}: of a distributed Map only" for name in sorted(of_distributed & state.keys()))
    yield from _of_states(processor, _language(processor, language), where)

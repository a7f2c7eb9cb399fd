"""What moto's interpreter of state machines does anew in each state: it copies values only to write or to measure them,
spells names in another way letter by letter, and formats the time of each event of the history."""

from __future__ import annotations

import marshal
from datetime import datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any

from moto.stepfunctions.parser import quotas, utils
from moto.stepfunctions.parser.api import (
    HistoryEventExecutionDataDetails,
    StateEnteredEventDetails,
    StateExitedEventDetails,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.utils import encoding

from rehearsal.cloud import current
from rehearsal.imported_names import swap_imports
from rehearsal.patching import replace

# No value takes more than so many times as much room in JSON as in marshal's format without references.
_JSON_TO_MARSHAL = 8
_SURELY_SMALL_BYTES = quotas.MAX_STATE_SIZE_UTF8_BYTES // _JSON_TO_MARSHAL
_ISO_MILLISECONDS = len("2026-03-01T00:00:00.000")
_originals: dict[str, Any] = {}


def apply() -> None:
    import moto.stepfunctions.parser.models  # noqa: F401  brings in every module that imports these by name

    for module, name, better, expected, at_least in (
        (utils, "camel_to_snake_case", _snake_case, "efd981f5a5f8", 3),
        (utils, "snake_to_camel_case", _camel_case, "ae865d3af47f", 1),
        (quotas, "is_within_size_quota", _is_within_quota, "744cc11a3a37", 3),
        (encoding, "to_json_str", _as_json, "85dcb225d540", 20),
    ):
        _originals[name] = replace(module, name, better, expected=expected)
        swap_imports(("moto.stepfunctions",), name, _originals[name], better, at_least=at_least)
    replace(event_manager, "iso_8601_datetime_with_milliseconds", _written, expected="36456d019977")
    replace(EventManager, "_get_current_timestamp", staticmethod(_now), expected="142b0a1f2525")
    replace(CommonStateField, "_get_state_entered_event_details", _entered, expected="38e5cb0e8687")
    replace(CommonStateField, "_get_state_exited_event_details", _exited, expected="722bb9321807")


@lru_cache(maxsize=4096)
def _snake_case(string: str) -> str:
    spelled: str = _originals["camel_to_snake_case"](string)
    return spelled


@lru_cache(maxsize=4096)
def _camel_case(string: str, capitalize_first: bool = True) -> str:
    spelled: str = _originals["snake_to_camel_case"](string, capitalize_first)
    return spelled


def _as_json(value: Any, separators: tuple[str, str] | None = None) -> str:
    return _encoder(separators).encode(value)


@lru_cache(maxsize=4)
def _encoder(separators: tuple[str, str] | None) -> JSONEncoder:
    made: JSONEncoder = encoding._DateTimeEncoder(separators=separators)
    return made


def _is_within_quota(value: Any) -> bool:
    return is_small(value, _SURELY_SMALL_BYTES) or bool(_originals["is_within_size_quota"](value))


def is_small(value: Any, most_bytes: int) -> bool:
    """Whether marshal writes it, without references, in less than so many bytes."""
    try:
        return len(marshal.dumps(value, 2)) < most_bytes
    except ValueError:
        # Times and the like, which marshal doesn't know.
        return False


def _now() -> datetime:
    return current().now


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:_ISO_MILLISECONDS] + "Z"


def _entered(state: Any, env: Any) -> Any:
    return StateEnteredEventDetails(
        name=state.name,
        input=_as_json(env.states._states_data["input"], separators=(",", ":")),
        inputDetails=HistoryEventExecutionDataDetails(truncated=False),
    )


def _exited(state: Any, env: Any) -> Any:
    details: Any = StateExitedEventDetails(
        name=state.name,
        output=_as_json(env.states._states_data["input"], separators=(",", ":")),
        outputDetails=HistoryEventExecutionDataDetails(truncated=False),
    )
    assigned = env.variable_store.get_assigned_variables()
    env.variable_store.reset_tracing()
    if assigned:
        details["assignedVariables"] = assigned
        details["assignedVariablesDetails"] = {"truncated": False}
    return details

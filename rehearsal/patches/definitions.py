"""CreateStateMachine and UpdateStateMachine refuse what the rehearsal does not do, as AWS what it can't read."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import InvalidDefinition
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from rehearsal import asl_rules
from rehearsal.patching import replace

_originals: dict[str, Any] = {}


class InvalidDefinitionError(AWSError):  # type: ignore[misc]  # moto has no types
    """moto's own has no code, which a client can't tell from any other error."""

    TYPE = "InvalidDefinition"
    STATUS = 400


def apply() -> None:
    _originals["validate"] = replace(
        StepFunctionsParserBackend, "_validate_definition", staticmethod(_validate), expected="d2edd0174898"
    )
    _originals["create"] = replace(StepFunctionsParserBackend, "create_state_machine", _create, expected="70793705d17d")


def _create(self: Any, *args: Any, **kwargs: Any) -> Any:
    if kwargs.get("sm_type") == "EXPRESS":
        raise NotImplementedError("a state machine of type EXPRESS: the rehearsal runs STANDARD ones only")
    return _originals["create"](self, *args, **kwargs)


def _validate(definition: str) -> None:
    found = _problems(definition)
    if found:
        raise InvalidDefinitionError(
            f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {'; '.join(found)}'"
        )
    try:
        _originals["validate"].__func__(definition)
    except InvalidDefinition as error:
        raise InvalidDefinitionError(f"Invalid State Machine Definition: '{error.message}'") from error


@lru_cache(maxsize=256)
def _problems(definition: str) -> tuple[str, ...]:
    """Kept, because stories make the same machines again and again."""
    try:
        parsed = json.loads(definition)
    except ValueError as error:
        return (f"INVALID_JSON_DESCRIPTION: {error}",)
    return tuple(asl_rules.problems(parsed))

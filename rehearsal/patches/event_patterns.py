"""Event patterns as EventBridge reads them: moto passes over an operator that it doesn't know, and takes 1 for true."""

from __future__ import annotations

from typing import Any

from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventPattern, EventPatternParser

from rehearsal.delivery import patterns
from rehearsal.patching import replace


def apply() -> None:
    replace(EventPattern, "matches_event", _matches_event, expected="c8984ac270cb")
    replace(EventPatternParser, "_validate_event_pattern", _validate, expected="31dd35864f54")


def _matches_event(self: Any, event: Any) -> bool:
    """A rule on a schedule has no pattern."""
    return not self._pattern or patterns.matches(self._pattern, event)


def _validate(self: Any, pattern: Any) -> None:
    if not self.pattern:
        return
    for problem in patterns.problems(pattern):
        raise InvalidEventPatternException(reason=problem)

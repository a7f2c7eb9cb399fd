"""EventBridge: every kind of target, with input shaping, retries and dead letters; and rules that fire on a schedule.

moto refuses Lambda and state machine targets (so that PutEvents fails), and leaves out a rule's state and its inputs.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule

from rehearsal.cloud import current
from rehearsal.cron_fields import ScheduleExpressionError
from rehearsal.delivery import bus
from rehearsal.delivery.recurring import Recurring
from rehearsal.patching import replace
from rehearsal.schedule_expressions import parse, zone_named

_LARGEST_BATCH = 10
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["put_events"] = replace(EventsBackend, "put_events", _put_events, expected="1b8bc624872a")
    _originals["put_rule"] = replace(EventsBackend, "put_rule", _put_rule, expected="1cc0732748f3")
    replace(Rule, "send_to_targets", _send_to_targets, expected="82e819230f34")


def _put_events(self: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry's failure is that entry's: the others go out. moto's own refusal of more than ten stays."""
    if len(events) > _LARGEST_BATCH:
        refused: list[dict[str, Any]] = _originals["put_events"](self, events)
        return refused
    results: list[dict[str, Any]] = []
    for entry in events:
        wrong = bus.refusal(entry)
        if wrong is not None:
            results.append(wrong)
            continue
        name = self._normalize_event_bus_arn(entry.get("EventBusName"))
        receiver = self.describe_event_bus(name)
        event = bus.event_of(entry, self.account_id, self.region_name)
        results.append({"EventId": event["id"]})
        bus.accept(receiver, event)
    return results


def _send_to_targets(self: Any, original_event: dict[str, Any], transform_input: bool = True) -> None:
    """moto's own callers: replays of archives."""
    event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
    bus.offer(self, {**event, "time": bus.time_text(event.get("time"))})


def _put_rule(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    _check(kwargs.get("scheduled_expression"))
    rule = _originals["put_rule"](self, name, *args, **kwargs)
    if rule.scheduled_expression:
        _wind(self, rule)
    return rule


def _check(expression: str | None) -> None:
    """moto lets a cron expression through that can't be read."""
    try:
        if expression:
            parse(expression)
    except ScheduleExpressionError as error:
        raise ValidationException("Parameter ScheduleExpression is not valid.") from error


def _wind(backend: Any, rule: Any) -> None:
    """A rule's rate begins one period after its making (EventBridge user guide)."""
    expression = parse(rule.scheduled_expression)
    begin = current().now
    utc = zone_named(None)
    rule.wound = wound = object()
    Recurring(
        label=f"rule {rule.name}",
        next_after=lambda after: expression.next_after(after, zone=utc, anchor=begin),
        alive=lambda: rule.wound is wound and backend.event_buses["default"].rules.get(rule.name) is rule,
        fire=partial(_fire, backend, rule),
        ended=lambda: None,
    ).arm(begin)


def _fire(backend: Any, rule: Any, due: datetime) -> None:
    if rule.state == "DISABLED":
        return
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": backend.account_id,
        "time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "region": backend.region_name,
        "resources": [rule.arn],
        "detail": {},
    }
    bus.serve_targets(rule, event)

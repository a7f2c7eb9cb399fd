"""EventBridge Scheduler: schedules fire on the virtual clock, and what AWS refuses is refused.

moto stores schedules only; its UpdateSchedule forgets ActionAfterCompletion and leaves the state empty.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend
from moto.scheduler.responses import EventBridgeSchedulerResponse

from rehearsal.cloud import current
from rehearsal.cron_fields import ScheduleExpressionError
from rehearsal.delivery.schedules import wind
from rehearsal.delivery.universal import REFUSED_PREFIXES, split_universal
from rehearsal.patching import replace
from rehearsal.schedule_expressions import At, parse, zone_named

_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["create"] = replace(EventBridgeSchedulerBackend, "create_schedule", _create, expected="69bba1bc8539")
    _originals["update"] = replace(EventBridgeSchedulerBackend, "update_schedule", _update, expected="e284e3913d86")
    _originals["update_answer"] = replace(
        EventBridgeSchedulerResponse, "update_schedule", _update_answer, expected="b8f64c9570d3"
    )


def _create(self: Any, **given: Any) -> Any:
    self.get_schedule_group(given["group_name"])
    _check(given)
    schedule = _originals["create"](self, **given)
    schedule.action_after_completion = schedule.action_after_completion or "NONE"
    wind(schedule, self.schedule_groups)
    return schedule


def _update(self: Any, **given: Any) -> Any:
    """Replaces the whole schedule: what is left out goes back to its default."""
    _check(given)
    schedule = _originals["update"](self, **given)
    schedule.state = schedule.state or "ENABLED"
    schedule.action_after_completion = "NONE"
    wind(schedule, self.schedule_groups)
    return schedule


def _update_answer(self: Any) -> str:
    answer: str = _originals["update_answer"](self)
    group_name = self._get_param("GroupName")
    schedule = self.scheduler_backend.get_schedule(group_name, self.uri.split("/")[-1])
    schedule.action_after_completion = self._get_param("ActionAfterCompletion") or "NONE"
    return answer


def _check(given: dict[str, Any]) -> None:
    """The texts are assumptions, but for the codes. So is the refusal of a past at() (aws-facts 4.7: community)."""
    text = given["schedule_expression"]
    try:
        expression = parse(text)
        zone = zone_named(given["schedule_expression_timezone"])
    except ScheduleExpressionError as error:
        raise ValidationException(f"Invalid Schedule Expression {text}. {error}") from error
    if isinstance(expression, At) and expression.local.replace(tzinfo=zone).astimezone(UTC) < current().now:
        raise ValidationException(f"Invalid Schedule Expression {text}. Scheduled time must be in the future.")
    found = split_universal(given["target"]["Arn"])
    if found is not None and found[1].lower().startswith(REFUSED_PREFIXES):
        raise ValidationException(f"Provided Arn {given['target']['Arn']} is not supported: {found[1]} is read-only.")

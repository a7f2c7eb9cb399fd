"""EventBridge Scheduler's clockwork: from a stored schedule to its invocations."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from rehearsal.cloud import current
from rehearsal.delivery.attempts import Delivery
from rehearsal.delivery.bus import DELAY_SECONDS
from rehearsal.delivery.recurring import Idle, Recurring
from rehearsal.schedule_expressions import At, Expression, Rate, parse, zone_named

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Clockwork:
    """One version of one schedule: an update makes another one, and this one falls silent."""

    schedule: Any
    groups: dict[str, Any]
    version: int

    def wind(self) -> None:
        """Arm it, from its creation, its last update or its StartDate on. at() ignores both dates."""
        expression = parse(self.schedule.schedule_expression)
        zone = zone_named(self.schedule.schedule_expression_timezone)
        begin = _begin(self.schedule, expression)
        recurring = Recurring(
            label=f"schedule {self.schedule.group_name}/{self.schedule.name}",
            next_after=lambda after: _in_time(
                self.schedule, expression, expression.next_after(after, zone=zone, anchor=begin)
            ),
            alive=self._is_current,
            fire=self._fire,
            ended=self._complete,
            idle=_idle(self.schedule, expression),
        )
        # A rate's first run is at its beginning (aws-facts 4.7); what is due at this very moment is still to come.
        recurring.arm(begin - _MOMENT)

    def _is_current(self) -> bool:
        group = self.groups.get(self.schedule.group_name)
        stored = group is not None and group.schedules.get(self.schedule.name) is self.schedule
        return stored and self.schedule.version == self.version

    def _complete(self) -> None:
        if self._is_current() and self.schedule.action_after_completion == "DELETE":
            self.groups[self.schedule.group_name].delete_schedule(self.schedule.name)
            current().touched()

    def _fire(self, due: datetime) -> None:
        if self.schedule.state == "DISABLED":
            return
        cloud = current()
        # What makes up for lost schedules isn't lost with them, unless it is meant.
        recurs = not isinstance(parse(self.schedule.schedule_expression), At)
        fault = cloud.faults.take("schedule", self.schedule.name, by_name=recurs)
        if fault is None:
            self._deliver(due)
            return
        late_seconds = DELAY_SECONDS if fault.seconds is None else fault.seconds
        text = "lost" if fault.do == "drop" else f"delayed by {late_seconds:g} s"
        cloud.timeline.record("fault", f"schedule:{self.schedule.name}", text, do=fault.do)
        if fault.do == "delay":
            cloud.kernel.after(late_seconds, partial(self._deliver, due), f"delayed schedule {self.schedule.name}")

    def _deliver(self, due: datetime) -> None:
        target = self.schedule.target
        execution_id = str(uuid.uuid4())
        about = {
            "SCHEDULE_ARN": self.schedule.arn,
            "EXECUTION_ID": execution_id,
            "SCHEDULED_TIME": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        }
        body = (
            (target.get("Input") or "{}")
            .replace("<aws.scheduler.schedule-arn>", self.schedule.arn)
            .replace("<aws.scheduler.scheduled-time>", about["SCHEDULED_TIME"])
            .replace("<aws.scheduler.execution-id>", execution_id)
            .replace("<aws.scheduler.attempt-number>", "1")
        )
        idle = self.schedule.idle
        Delivery(target, body, f"schedule {self.schedule.name}", about, None if idle is None else idle.ran).begin()


def wind(schedule: Any, groups: dict[str, Any]) -> None:
    """Start or restart a schedule's clockwork; what an earlier version had armed falls silent."""
    schedule.version = getattr(schedule, "version", 0) + 1
    Clockwork(schedule, groups, schedule.version).wind()


def _begin(schedule: Any, expression: Expression) -> datetime:
    now = current().now
    given = schedule.start_date
    if isinstance(expression, At) or given in (None, ""):
        return now
    return max(now, _moment(given)) if isinstance(expression, Rate) else _moment(given)


def _in_time(schedule: Any, expression: Expression, due: datetime | None) -> datetime | None:
    end = schedule.end_date
    if due is None or isinstance(expression, At) or end in (None, ""):
        return due
    return due if due <= _moment(end) else None


def _moment(given: Any) -> datetime:
    """As boto3 sends it (epoch seconds), or as CloudFormation does (a text)."""
    try:
        return datetime.fromtimestamp(float(given), UTC)
    except ValueError:
        return datetime.fromisoformat(str(given)).astimezone(UTC)


def _idle(schedule: Any, expression: Expression) -> Idle | None:
    arn = schedule.target["Arn"]
    periodic = not isinstance(expression, At) and arn.split(":")[2] in ("lambda", "states")
    schedule.idle = Idle(arn, schedule.name) if periodic else None
    found: Idle | None = schedule.idle
    return found

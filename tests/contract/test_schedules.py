"""One-time schedules, against moto's Scheduler."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.schedules import RETRY_SECONDS, Wakeup, drop_schedule, keep_schedule
from berth_core.decide.moments import Moment

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
GROUP = "berth"
WAKEUP = Wakeup(
    group=GROUP,
    target_arn="arn:aws:lambda:us-east-1:111122223333:function:berth-watch-plans",
    role_arn="arn:aws:iam::111122223333:role/berth-schedules",
    dlq_arn="arn:aws:sqs:us-east-1:111122223333:berth-schedule-dead-letters",
)
MOMENT = Moment(name="p5-for-eval-b0-start", at=START)


@pytest.fixture
def scheduler(aws: None) -> Any:
    client = clients.shared("scheduler")
    client.create_schedule_group(Name=GROUP)
    return client


def schedule(scheduler: Any) -> dict[str, Any]:
    found: dict[str, Any] = scheduler.get_schedule(GroupName=GROUP, Name=MOMENT.name)
    return found


def test_a_schedule_fires_once_in_utc_and_deletes_itself(scheduler: Any) -> None:
    assert keep_schedule(scheduler, WAKEUP, MOMENT, NOW)
    found = schedule(scheduler)
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"]) == ("at(2026-03-03T11:30:00)", "UTC")
    assert (found["ActionAfterCompletion"], found["State"]) == ("DELETE", "ENABLED")
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_it_wakes_the_watch_and_gives_up_soon(scheduler: Any) -> None:
    keep_schedule(scheduler, WAKEUP, MOMENT, NOW)
    target = schedule(scheduler)["Target"]
    assert (target["Arn"], target["RoleArn"]) == (WAKEUP.target_arn, WAKEUP.role_arn)
    assert json.loads(target["Input"]) == {"moment": "2026-03-03T11:30:00Z"}
    assert target["DeadLetterConfig"] == {"Arn": WAKEUP.dlq_arn}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == RETRY_SECONDS


def test_a_time_that_moved_replaces_the_schedule(scheduler: Any) -> None:
    keep_schedule(scheduler, WAKEUP, MOMENT, NOW)
    moved = Moment(name=MOMENT.name, at=START + timedelta(hours=2))
    assert keep_schedule(scheduler, WAKEUP, moved, NOW)
    found = schedule(scheduler)
    assert found["ScheduleExpression"] == "at(2026-03-03T13:30:00)"
    assert (found["State"], found["Target"]["Arn"]) == ("ENABLED", WAKEUP.target_arn)


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(seconds=1)])
def test_a_moment_that_has_passed_is_not_scheduled(scheduler: Any, at: datetime) -> None:
    assert not keep_schedule(scheduler, WAKEUP, Moment(name=MOMENT.name, at=at), NOW)
    assert scheduler.list_schedules(GroupName=GROUP)["Schedules"] == []


def test_part_of_a_second_is_rounded_up(scheduler: Any) -> None:
    keep_schedule(scheduler, WAKEUP, Moment(name=MOMENT.name, at=START + timedelta(microseconds=1)), NOW)
    assert schedule(scheduler)["ScheduleExpression"] == "at(2026-03-03T11:30:01)"


def test_dropping_one_that_is_gone_is_no(scheduler: Any) -> None:
    keep_schedule(scheduler, WAKEUP, MOMENT, NOW)
    assert drop_schedule(scheduler, GROUP, MOMENT.name)
    assert not drop_schedule(scheduler, GROUP, MOMENT.name)

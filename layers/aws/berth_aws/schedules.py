"""One-time schedules in EventBridge Scheduler, which wake the watch."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decide.moments import Moment
from berth_core.model import Frozen

RETRY_SECONDS = 300
"""A wake-up that is five minutes late is the next watch's work: hours later it would act on a dead plan."""
RETRIES = 5


class Wakeup(Frozen):
    """Where the schedules live and what they call."""

    group: str
    target_arn: str
    role_arn: str
    dlq_arn: str


def keep_schedule(client: Client, wakeup: Wakeup, moment: Moment, now: datetime) -> bool:
    """Makes the schedule, or moves the one of this name. False, and nothing done, for a moment that has passed.

    It deletes itself once it has fired. Idempotent: UpdateSchedule replaces the whole of it.
    """
    if moment.at <= now:
        return False
    schedule = _schedule(wakeup, moment)
    with fine_if(Answer.EXISTS, "CreateSchedule"):
        client.create_schedule(**schedule)
        return True
    with in_our_words("UpdateSchedule"):
        client.update_schedule(**schedule)
    return True


def list_schedules(client: Client, group: str) -> tuple[str, ...]:
    """The names of all schedules in our group, a hundred a call."""
    with in_our_words("ListSchedules"):
        pages = client.get_paginator("list_schedules").paginate(GroupName=group, PaginationConfig={"PageSize": 100})
        return tuple(each["Name"] for page in pages for each in page["Schedules"])


def drop_schedule(client: Client, group: str, name: str) -> bool:
    """False if there is none: it has fired, or was never made."""
    with fine_if(Answer.GONE, "DeleteSchedule"):
        client.delete_schedule(GroupName=group, Name=name)
        return True
    return False


def _schedule(wakeup: Wakeup, moment: Moment) -> dict[str, Any]:
    return {
        "Name": moment.name,
        "GroupName": wakeup.group,
        "ScheduleExpression": f"at({_not_before(moment.at):%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": wakeup.target_arn,
            "RoleArn": wakeup.role_arn,
            "Input": json.dumps({"moment": f"{moment.at:%Y-%m-%dT%H:%M:%SZ}"}),
            "DeadLetterConfig": {"Arn": wakeup.dlq_arn},
            "RetryPolicy": {"MaximumEventAgeInSeconds": RETRY_SECONDS, "MaximumRetryAttempts": RETRIES},
        },
    }


def _not_before(moment: datetime) -> datetime:
    """Whole seconds, rounded up: a watch that came a moment early would find nothing due."""
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=0) + timedelta(seconds=1 if utc.microsecond else 0)

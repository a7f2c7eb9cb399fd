"""Asking for a yes: one notification now, and one reminder that needs nobody to be awake.

The reminder is a one-time schedule that puts the announcement on the bus by itself.
"""

import json
from datetime import datetime, timedelta

from berth_aws import clients
from berth_aws.bus import announce
from berth_aws.clients import Client
from berth_aws.schedules import drop_schedule
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.announcements import Announcement
from berth_core.announcements.announcement import SOURCE
from berth_core.model import Frozen, Time

SOONEST = timedelta(minutes=2)
"""Scheduler fires to the minute; a request that lapses sooner needs no reminder."""


class ReminderPlace(Frozen):
    """Where schedules live, and the bus that they put the announcement on."""

    event_bus: str
    event_bus_arn: str
    schedule_group: str
    schedule_role_arn: str
    schedule_dlq_arn: str


class Question(Frozen):
    """The same words twice: now, and at `remind_at`. `id` is the request's, and names the schedule."""

    id: str
    first: Announcement
    again: Announcement
    remind_at: Time


def ask(question: Question, place: ReminderPlace, now: datetime) -> None:
    """The reminder first: a notification that was told is not told again because the schedule couldn't be made.

    Asked again, with another token in its words, the reminder takes the place of the one before.
    """
    keep_reminder(clients.shared("scheduler"), place, _name(question.id), question.remind_at, question.again, now)
    announce(clients.shared("events"), [question.first.as_entry(place.event_bus)])


def keep_reminder(
    client: Client, place: ReminderPlace, name: str, at: datetime, news: Announcement, now: datetime
) -> bool:
    """Makes the schedule, or replaces the one of this name. False, and nothing done, if it would come at once."""
    if at <= now + SOONEST:
        return False
    schedule = {
        "Name": name,
        "GroupName": place.schedule_group,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": place.event_bus_arn,
            "RoleArn": place.schedule_role_arn,
            "EventBridgeParameters": {"DetailType": news.detail_type, "Source": SOURCE},
            "Input": json.dumps(news.detail, sort_keys=True),
            "DeadLetterConfig": {"Arn": place.schedule_dlq_arn},
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 5},
        },
    }
    with fine_if(Answer.EXISTS, "CreateSchedule"):
        client.create_schedule(**schedule)
        return True
    with in_our_words("UpdateSchedule"):
        client.update_schedule(**schedule)
    return True


def drop_reminder(client: Client, group: str, question_id: str) -> bool:
    """Nobody is reminded any more. False if there is none: it has fired, or was never made."""
    return drop_schedule(client, group, _name(question_id))


def _name(question_id: str) -> str:
    return f"approval-{question_id}"

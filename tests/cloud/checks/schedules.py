"""EventBridge Scheduler: schedules in the stack's group that are off from the start, and deleted again."""

from __future__ import annotations

from typing import Any

from tests.cloud.calls import PROBE, Call
from tests.cloud.checking import Answer, check
from tests.cloud.place import Place

MADE = "makes a schedule that is disabled"
PAST = "at(2020-01-01T00:00:00)"
FAR = "at(2099-01-01T00:00:00)"


def schedule(place: Place, name: str, expression: str, **more: Any) -> dict[str, Any]:
    target = {
        "Arn": place.arn("lambda", f"function:{place.physical('WatchPlansFunction')}"),
        "RoleArn": place.role("ScheduleRole"),
        "Input": "{}",
    }
    given = {
        "GroupName": place.stack,
        "Name": f"{PROBE}-{name}",
        "ScheduleExpression": expression,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "DISABLED",
        "Target": target,
    }
    return {**given, **more}


def create(place: Place, name: str, expression: str, **more: Any) -> Call:
    return Call("scheduler", "CreateSchedule", schedule(place, name, expression, **more), MADE)


def get(place: Place, name: str) -> Call:
    return Call("scheduler", "GetSchedule", {"GroupName": place.stack, "Name": f"{PROBE}-{name}"})


def delete(place: Place, name: str) -> Call:
    named = {"GroupName": place.stack, "Name": f"{PROBE}-{name}"}
    return Call("scheduler", "DeleteSchedule", named, "deletes that schedule", undo=True)


@check(
    "at() in the past is refused with ValidationException",
    lambda place: [create(place, "past", PAST), delete(place, "past")],
)
def a_past_time_is_refused(_place: Place, answers: list[Answer]) -> None:
    """Asked for disabled ones only, for one that is on could fire: AWS may see a difference."""
    assert answers[0].code == "ValidationException", answers[0]


@check(
    "`rate(1 minutes)` is taken like `rate(1 minute)`",
    lambda place: [create(place, "rate", "rate(1 minutes)"), delete(place, "rate")],
)
def one_minutes_is_a_rate(_place: Place, answers: list[Answer]) -> None:
    assert not answers[0].refused, answers[0]


WRONG = ("cron(0 12 * * * *)", "rate(0 minutes)", "at(tomorrow)", "cron(0 25 * * ? *)")


@check(
    "Texts of its ValidationExceptions",
    lambda place: [
        call
        for number, expression in enumerate(WRONG)
        for call in (create(place, f"wrong-{number}", expression), delete(place, f"wrong-{number}"))
    ],
)
def what_is_no_expression_is_a_validation_exception(_place: Place, answers: list[Answer]) -> None:
    assert [answer.code for answer in answers[0::2]] == ["ValidationException"] * len(WRONG)


def _replaced(place: Place) -> list[Call]:
    more = {
        "Description": "made first",
        "ActionAfterCompletion": "DELETE",
        "ScheduleExpressionTimezone": "Europe/Berlin",
    }
    return [
        create(place, "whole", FAR, **more, ClientToken=f"{PROBE}-1"),
        create(place, "whole", FAR, ClientToken=f"{PROBE}-2"),
        Call("scheduler", "UpdateSchedule", schedule(place, "whole", FAR), "changes that schedule"),
        get(place, "whole"),
        delete(place, "whole"),
        get(place, "whole"),
    ]


@check("UpdateSchedule replaces all of a schedule; what is not given goes back to its default", _replaced)
def an_update_leaves_nothing_of_what_was(_place: Place, answers: list[Answer]) -> None:
    made, doubled, _updated, seen, _deleted, gone = answers
    assert not made.refused, made
    assert doubled.code == "ConflictException"
    assert "Description" not in seen.value
    assert seen.value.get("ScheduleExpressionTimezone", "UTC") == "UTC"
    assert seen.value.get("ActionAfterCompletion", "NONE") == "NONE"
    assert gone.code == "ResourceNotFoundException"

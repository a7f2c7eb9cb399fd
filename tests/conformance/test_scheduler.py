"""EventBridge Scheduler: schedules fire on the virtual clock, once or again; idle ticks cost next to nothing."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.sample_app import make_function, make_queue, messages

ROLE = "arn:aws:iam::111122223333:role/scheduler"
WATCH = """
import datetime
runs = []
def handler(event, context):
    runs.append(event)
    print("looked", len(runs))
    return {"quiet_until": "2026-03-01T06:00:00Z"}
"""


def schedule(cloud: Cloud, expression: str, target: str, *, name: str = "s", **more: Any) -> None:
    target_input = more.pop("Input", "{}")
    retry = more.pop("Target", {})
    cloud.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": ROLE, "Input": target_input, **retry},
        **more,
    )


def names(cloud: Cloud) -> list[str]:
    return [each["Name"] for each in cloud.client("scheduler").list_schedules()["Schedules"]]


def bodies(cloud: Cloud, queue: str) -> list[Any]:
    return [message["body"] for message in messages(cloud, queue)]


def test_a_one_time_schedule_fires_at_its_time_and_stays(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue, Input='{"n": 1}')
    cloud.advance(seconds=8 * 3600 - 1)
    assert bodies(cloud, queue) == []
    cloud.advance(seconds=86_400)
    assert bodies(cloud, queue) == [{"n": 1}]
    assert names(cloud) == ["s"]


def test_a_schedule_deletes_itself_after_completion_if_it_was_asked_to(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue, ActionAfterCompletion="DELETE")
    epoch = cloud.epoch
    cloud.advance(seconds=86_400)
    assert names(cloud) == []
    assert cloud.epoch > epoch
    assert len(messages(cloud, queue)) == 1


def test_a_zone_is_heeded(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    body = '{"at": "<aws.scheduler.scheduled-time>", "arn": "<aws.scheduler.schedule-arn>"}'
    schedule(cloud, "cron(0 7 * * ? *)", queue, ScheduleExpressionTimezone="Europe/Berlin", Input=body)
    cloud.advance(seconds=86_400)
    assert bodies(cloud, queue) == [
        {"at": "2026-03-01T06:00:00Z", "arn": "arn:aws:scheduler:us-east-1:111122223333:schedule/default/s"}
    ]


def test_a_rate_fires_at_once_and_then_after_each_period_within_its_dates(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    start = datetime(2026, 3, 1, 1, tzinfo=UTC)
    body = '"<aws.scheduler.scheduled-time>"'
    schedule(cloud, "rate(1 hours)", queue, Input=body, StartDate=start, EndDate=start + timedelta(hours=2))
    cloud.advance(seconds=86_400)
    assert bodies(cloud, queue) == ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", "2026-03-01T03:00:00Z"]
    second = make_queue(cloud, "second")
    schedule(cloud, "rate(1 days)", second, name="daily", Input=body)
    cloud.kernel.settle()
    assert bodies(cloud, second) == ["2026-03-02T00:00:00Z"]


def test_an_update_replaces_the_whole_schedule_and_its_time(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    scheduler = cloud.client("scheduler")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue, Description="d", ActionAfterCompletion="DELETE")
    scheduler.update_schedule(
        Name="s",
        ScheduleExpression="at(2026-03-01T09:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": ROLE, "Input": '{"n": 2}'},
    )
    seen = scheduler.get_schedule(Name="s")
    assert (seen["State"], seen["ActionAfterCompletion"], seen.get("Description")) == ("ENABLED", "NONE", None)
    cloud.advance(seconds=8 * 3600)
    assert bodies(cloud, queue) == []
    cloud.advance(seconds=3600)
    assert bodies(cloud, queue) == [{"n": 2}]
    assert names(cloud) == ["s"]


def test_an_update_can_ask_for_deletion_after_completion(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue)
    cloud.client("scheduler").update_schedule(
        Name="s",
        ScheduleExpression="at(2026-03-01T09:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": ROLE},
        ActionAfterCompletion="DELETE",
    )
    cloud.advance(seconds=86_400)
    assert names(cloud) == []


def test_a_deleted_or_disabled_schedule_does_not_fire(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue, name="deleted")
    schedule(cloud, "at(2026-03-01T08:00:00)", queue, name="disabled", State="DISABLED")
    cloud.client("scheduler").delete_schedule(Name="deleted")
    cloud.advance(seconds=86_400)
    assert bodies(cloud, queue) == []


def test_groups_keep_schedules_apart_and_take_them_along(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    scheduler = cloud.client("scheduler")
    scheduler.create_schedule_group(Name="mine")
    for group, number in (("default", 1), ("mine", 2)):
        schedule(cloud, "at(2026-03-01T08:00:00)", queue, GroupName=group, Input=f'{{"n": {number}}}')
    assert scheduler.get_schedule(Name="s", GroupName="mine")["GroupName"] == "mine"
    scheduler.delete_schedule_group(Name="mine")
    cloud.advance(seconds=86_400)
    assert bodies(cloud, queue) == [{"n": 1}]


@pytest.mark.parametrize(
    ("expression", "more", "code"),
    [
        ("at(2026-02-28T23:59:59)", {}, "ValidationException"),
        ("at(2026-03-01T00:30:00)", {"ScheduleExpressionTimezone": "Europe/Berlin"}, "ValidationException"),
        ("rate(5 minute!)", {}, "ValidationException"),
        ("cron(0 12 * * * *)", {}, "ValidationException"),
        ("rate(5 minutes)", {"ScheduleExpressionTimezone": "Mars/Olympus"}, "ValidationException"),
        ("rate(5 minutes)", {"GroupName": "nowhere"}, "ResourceNotFoundException"),
    ],
)
def test_what_can_not_be_scheduled_is_refused(cloud: Cloud, expression: str, more: dict[str, str], code: str) -> None:
    queue = make_queue(cloud, "q")
    with pytest.raises(ClientError) as refused:
        schedule(cloud, expression, queue, **more)
    assert refused.value.response["Error"]["Code"] == code
    assert names(cloud) == []


def test_a_name_can_be_used_once_in_a_group(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "rate(1 hours)", queue)
    with pytest.raises(ClientError) as refused:
        schedule(cloud, "rate(1 hours)", queue)
    assert refused.value.response["Error"]["Code"] == "ConflictException"


def test_a_universal_target_calls_the_api_with_capital_letters(cloud: Cloud) -> None:
    queue = make_queue(cloud, "q")
    url = cloud.client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    call = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    body = json.dumps({"QueueUrl": url, "MessageBody": '"sent"'})
    schedule(cloud, "at(2026-03-01T01:00:00)", call, Input=body)
    cloud.advance(seconds=3600)
    assert bodies(cloud, queue) == ["sent"]


def test_a_universal_target_that_reads_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="read-only"):
        schedule(cloud, "rate(1 hours)", "arn:aws:scheduler:::aws-sdk:sagemaker:describeTrainingPlan")


def test_a_target_that_is_gone_ends_in_the_dead_letter_queue(cloud: Cloud) -> None:
    dead = make_queue(cloud, "dead")
    gone = "arn:aws:lambda:us-east-1:111122223333:function:gone"
    schedule(cloud, "at(2026-03-01T01:00:00)", gone, Target={"DeadLetterConfig": {"Arn": dead}}, Input='{"n": 1}')
    cloud.advance(seconds=3600)
    (message,) = messages(cloud, dead)
    assert message["body"] == {"n": 1}
    assert message["attributes"]["TARGET_ARN"] == gone
    assert message["attributes"]["SCHEDULE_ARN"].endswith("schedule/default/s")


@pytest.mark.parametrize(("fault", "counts"), [("drop", (0, 0)), ("delay", (0, 1))])
def test_faults_strike_a_schedule_by_name(cloud: Cloud, fault: str, counts: tuple[int, int]) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "at(2026-03-01T01:00:00)", queue, name="plan-start")
    cloud.faults.add([{"on": "schedule:plan-*", "do": fault, "seconds": 90}])
    cloud.advance(seconds=3600)
    at_once = len(bodies(cloud, queue))
    cloud.advance(seconds=90)
    assert (at_once, at_once + len(bodies(cloud, queue))) == counts


@pytest.mark.parametrize(("on", "delivered"), [("schedule:*", 1), ("schedule:wat*", 0), ("schedule:watch", 0)])
def test_a_recurring_schedule_is_struck_by_its_name_alone(cloud: Cloud, on: str, delivered: int) -> None:
    queue = make_queue(cloud, "q")
    schedule(cloud, "rate(60 minutes)", queue, name="watch")
    cloud.advance(seconds=1)
    cloud.faults.add([{"on": on, "do": "drop"}])
    cloud.advance(seconds=3600)
    assert len(bodies(cloud, queue)) == 1 + delivered


def watch(running: Cloud) -> None:
    function = make_function(running, "watch", WATCH)
    schedule(running, "rate(5 minutes)", function, name="watch")


def runs(running: Cloud) -> int:
    return len(running.lambdas.logs)


def test_ticks_are_skipped_while_the_function_promised_quiet_and_nothing_changed(cloud: Cloud) -> None:
    watch(cloud)
    cloud.advance(to=datetime(2026, 3, 1, 5, 59, tzinfo=UTC))
    assert runs(cloud) == 1
    cloud.advance(seconds=120)
    assert runs(cloud) == 2


def test_a_change_in_the_cloud_makes_the_next_tick_look(cloud: Cloud) -> None:
    watch(cloud)
    cloud.advance(seconds=3600)
    make_queue(cloud, "anything")
    cloud.advance(seconds=300)
    assert runs(cloud) == 2
    cloud.client("sqs").list_queues()
    cloud.advance(seconds=3600)
    assert runs(cloud) == 2, "reading changes nothing"


@pytest.mark.parametrize("on", ["function:watch", "schedule:watch"])
def test_a_planned_fault_makes_every_tick_run(cloud: Cloud, on: str) -> None:
    watch(cloud)
    cloud.advance(seconds=3600)
    cloud.faults.add([{"on": on, "do": "crash_before" if on.startswith("function") else "drop", "times": 1}])
    cloud.advance(seconds=300)
    assert [entry.subject for entry in cloud.timeline if entry.kind == "fault"] == [on]


def test_a_run_that_fails_promises_nothing(cloud: Cloud) -> None:
    watch(cloud)
    cloud.faults.add([{"on": "function:watch", "do": "crash_after", "times": 3}])
    cloud.advance(seconds=600)
    assert runs(cloud) >= 3


def test_running_every_tick_gives_the_same_timeline() -> None:
    def timeline(*, run_every_tick: bool) -> tuple[list[dict[str, Any]], int]:
        running = Cloud.start(Settings(run_every_tick=run_every_tick))
        watch(running)
        queue = make_queue(running, "q")
        schedule(running, "at(2026-03-02T01:00:00)", queue, name="once", ActionAfterCompletion="DELETE")
        running.advance(seconds=2 * 86_400)
        running.stop()
        assert running.kernel.errors == []
        return [entry.as_json() for entry in running.timeline], runs(running)

    every, all_runs = timeline(run_every_tick=True)
    skipping, few_runs = timeline(run_every_tick=False)
    assert every == skipping
    assert few_runs < all_runs == 2 * 288 + 1


def test_a_skipped_tick_moves_no_clock_and_starts_no_task(cloud: Cloud) -> None:
    function = make_function(cloud, "watch", WATCH.replace("2026-03-01T06", "2026-04-01T06"))
    schedule(cloud, "rate(1 minutes)", function, name="watch")
    cloud.kernel.settle()
    switches = cloud.kernel.switches
    begun = time.process_time()
    cloud.advance(seconds=14 * 86_400)
    assert runs(cloud) == 1
    assert cloud.kernel.switches == switches
    # 20,160 ticks; about 10 microseconds each here, and ten times that is still no task and no clock.
    assert time.process_time() - begun < 2.0

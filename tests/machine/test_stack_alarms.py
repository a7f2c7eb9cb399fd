"""Each alarm of the stack can be made to fire, and comes back to OK when its cause is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from berth_aws.ledger import Ledger
from berth_aws.waiters import Waiter
from rehearsal.settings import Settings
from tests.arch.project import written
from tests.machine.cases import CRASH
from tests.machine.site import NAME, Site

SEARCH = {"instance_type": "ml.p5.48xlarge", "instance_count": 1, "hours": 24, "not_before": "2026-03-05"}
GIVEN: dict[str, dict[str, Any]] = {
    "fleet_reconcile": {},
    "plan_purchase": {"search": SEARCH, "max_price_usd": "600.00", "approval": "none", "plan": "p6"},
}
MACHINES = [
    "components_scale",
    "deployment_reconcile",
    "endpoint_deploy",
    "endpoint_rotate",
    "fleet_reconcile",
    "plan_purchase",
    "release_promote",
    "window_handover",
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Every tick runs: the alarm on silence counts them."""
    standing = Site(Settings(operational_metrics=True, run_every_tick=True))
    standing.serve()
    yield standing
    standing.close()


def every_function_dies(site: Site) -> None:
    site.faulty(("function:*", CRASH))
    for machine in MACHINES:
        site.start(machine, GIVEN.get(machine, {"deployment": NAME}))
    # What wakes the functions that events call.
    site.sagemaker.add_tags(
        ResourceArn=site.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointArn"],
        Tags=[{"Key": "a", "Value": "b"}],
    )
    another_count(site)
    site.cloud.client("s3").put_object(
        Bucket=site.outputs["ManifestBucket"], Key="deployments/other.yaml", Body=b"a: 1"
    )
    site.cloud.client("lambda").invoke(FunctionName="berth-answer-approval", InvocationType="Event", Payload="{}")
    requests = [arn for arn in topics(site) if "release" in arn or "approval" in arn]
    for arn in requests:
        site.cloud.client("sns").publish(TopicArn=arn, Message=json.dumps({"any": "thing"}))
    announce_anything(site)


def announce_anything(site: Site) -> None:
    detail = json.dumps({"deployment": NAME, "line": "anything"})
    entry = {"Source": "berth", "DetailType": "Decision Held", "Detail": detail, "EventBusName": "berth"}
    site.cloud.client("events").put_events(Entries=[entry])


def another_count(site: Site) -> None:
    """One instance more or less, which is an event when it is done."""
    (variant,) = site.sagemaker.describe_endpoint(EndpointName=NAME)["ProductionVariants"]
    wanted = {"VariantName": "main", "DesiredInstanceCount": 3 - variant["CurrentInstanceCount"]}
    site.sagemaker.update_endpoint_weights_and_capacities(EndpointName=NAME, DesiredWeightsAndCapacities=[wanted])


def topics(site: Site) -> list[str]:
    return [topic["TopicArn"] for topic in site.cloud.client("sns").list_topics()["Topics"]]


def every_function_is_well_again(site: Site) -> None:
    site.cloud.faults.clear()
    for name in ("function-dead-letters", "notification-dead-letters"):
        empty(site, name)


def empty(site: Site, name: str) -> None:
    queues = site.cloud.client("sqs")
    queues.purge_queue(QueueUrl=queues.get_queue_url(QueueName=f"berth-{name}")["QueueUrl"])


def a_task_is_forgotten(site: Site) -> None:
    waiter = Waiter(holder="a dead run", token="any", until="settled")
    Ledger.named(site.outputs["LedgerTable"]).waiters.store(NAME, waiter, site.cloud.now)


def nothing(site: Site) -> None:
    """The sweep repairs it."""


def the_watchs_schedule_is_off(site: Site) -> None:
    _switch(site, "DISABLED")


def the_watchs_schedule_is_on(site: Site) -> None:
    _switch(site, "ENABLED")


def _switch(site: Site, state: str) -> None:
    scheduler = site.cloud.client("scheduler")
    written = scheduler.get_schedule(GroupName="berth", Name="watch")
    kept = ("GroupName", "Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(State=state, **{key: written[key] for key in kept})


def everything_that_is_called_is_gone(site: Site) -> None:
    """Nothing of the stack is to be used after this."""
    for name in ("berth-watch-plans", "berth-wake-deployments"):
        site.cloud.client("lambda").delete_function(FunctionName=name)
    for arn in topics(site):
        site.cloud.client("sns").delete_topic(TopicArn=arn)
    another_count(site)
    announce_anything(site)


def the_queues_are_emptied(site: Site) -> None:
    the_watchs_schedule_is_off(site)
    for name in ("event-dead-letters", "schedule-dead-letters", "notification-dead-letters"):
        empty(site, name)


CASES: list[tuple[list[str], Callable[[Site], None], Callable[[Site], None]]] = [
    (["waiters-stuck"], a_task_is_forgotten, nothing),
    (
        [f"{machine.replace('_', '-')}-failed" for machine in MACHINES]
        + [
            "register-manifest-errors",
            "watch-plans-errors",
            "wake-deployments-errors",
            "resume-waiters-errors",
            "start-release-errors",
            "answer-approval-errors",
            "send-notification-errors",
            "function-dead-letters-waiting",
        ],
        every_function_dies,
        every_function_is_well_again,
    ),
    (["watch-silent"], the_watchs_schedule_is_off, the_watchs_schedule_is_on),
    (
        ["event-dead-letters-waiting", "schedule-dead-letters-waiting", "notification-dead-letters-waiting"],
        everything_that_is_called_is_gone,
        the_queues_are_emptied,
    ),
]


def test_no_alarm_of_the_stack_is_left_out() -> None:
    names = {alarm.properties["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for alarm in written("Alarm")}
    assert {name for covered, _, _ in CASES for name in covered} == names


def firing(site: Site) -> set[str]:
    found = site.cloud.client("cloudwatch").describe_alarms(StateValue="ALARM", MaxRecords=100)["MetricAlarms"]
    return {alarm["AlarmName"].removeprefix("berth-") for alarm in found}


@pytest.mark.parametrize(("names", "cause", "cure"), CASES, ids=[names[0] for names, _, _ in CASES])
def test_an_alarm_fires_and_comes_back(
    site: Site, names: list[str], cause: Callable[[Site], None], cure: Callable[[Site], None]
) -> None:
    before = firing(site)
    assert not before & set(names)
    fired: set[str] = set()
    site.cloud.alarms.changed.append(
        lambda name, state: fired.add(name.removeprefix("berth-")) if state == "ALARM" else None
    )
    cause(site)
    site.cloud.advance(seconds=3 * 3600)
    assert set(names) <= fired
    cure(site)
    site.cloud.advance(seconds=3 * 3600)
    assert not firing(site) & set(names)

"""Updates whose AutoRollbackConfiguration names alarms go back when one of them fires."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud import Cloud
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    LAUNCH_SECONDS,
    LOAD_SECONDS,
    Reservations,
    component_spec,
    started,
)

ROLLED_BACK = "The deployment was rolled back: CloudWatch alarm errors is in ALARM state."
GUARD = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "quiet"}, {"AlarmName": "errors"}]}}


def guarded(bake_seconds: int = 600) -> dict[str, Any]:
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    policy = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": bake_seconds}
    return {"BlueGreenUpdatePolicy": policy, **GUARD}


def alarm(cloud: Cloud, state: str | None = None, name: str = "errors") -> None:
    client = cloud.client("cloudwatch")
    if state is None:
        client.put_metric_alarm(
            AlarmName=name,
            Namespace="Own",
            MetricName=name,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="ignore",
        )
    else:
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")


def update(site: Reservations, bake_seconds: int = 600) -> None:
    site.config("c2", model="m2")
    site.update("c2", DeploymentConfig=guarded(bake_seconds))


@pytest.fixture
def running(running: Reservations) -> Reservations:
    """In service, with two alarms that are quiet."""
    alarm(running.cloud)
    alarm(running.cloud, name="quiet")
    return running


def test_an_alarm_while_the_new_fleet_bakes_brings_the_old_one_back(running: Reservations) -> None:
    update(running)
    running.cloud.advance(seconds=LAUNCH_SECONDS + 120)
    alarm(running.cloud, "ALARM")
    assert running.state == ("RollingBack", "c1", ROLLED_BACK)
    running.cloud.advance(seconds=60)
    assert running.state == ("InService", "c1", ROLLED_BACK)
    assert b"m1" in running.invoke()


def test_a_metric_does_it_as_well(running: Reservations) -> None:
    update(running)
    running.cloud.advance(seconds=LAUNCH_SECONDS + 60)
    running.cloud.client("cloudwatch").put_metric_data(
        Namespace="Own", MetricData=[{"MetricName": "errors", "Value": 3}]
    )
    running.cloud.advance(seconds=120)
    assert running.state == ("InService", "c1", ROLLED_BACK)


def test_an_alarm_that_fires_already_stops_the_update_at_once(running: Reservations) -> None:
    alarm(running.cloud, "ALARM")
    update(running)
    assert running.state[0] == "Updating"
    running.cloud.advance(seconds=0)
    assert running.state[2] == ROLLED_BACK
    running.cloud.advance(seconds=60)
    assert running.state[:2] == ("InService", "c1")


def test_after_the_bake_alarms_are_nobodys_concern(running: Reservations) -> None:
    update(running, bake_seconds=60)
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS + 60)
    alarm(running.cloud, "ALARM")
    assert running.state == ("InService", "c2", "")


def test_alarms_that_are_not_named_do_nothing(running: Reservations) -> None:
    alarm(running.cloud, name="other")
    update(running)
    alarm(running.cloud, "ALARM", "other")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS + 600)
    assert running.state == ("InService", "c2", "")


def test_or_only_while_it_bakes() -> None:
    site = started(rollback_alarms_watch="bake")
    alarm(site.cloud)
    alarm(site.cloud, "ALARM")
    update(site)
    site.cloud.advance(seconds=LAUNCH_SECONDS - 1)
    assert site.state[0] == "Updating"
    site.cloud.advance(seconds=1)
    assert site.state == ("RollingBack", "c1", ROLLED_BACK)


def test_a_components_rollout_goes_back_too(site: Reservations) -> None:
    alarm(site.cloud)
    site.component_endpoint()
    site.component(copies=2)
    site.cloud.advance(seconds=LOAD_SECONDS)
    one = {"Type": "COPY_COUNT", "Value": 1}
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": one, "WaitIntervalInSeconds": 600}, **GUARD}
    site.sagemaker.update_inference_component(
        InferenceComponentName="a", Specification=component_spec("m2"), DeploymentConfig=policy
    )
    site.cloud.advance(seconds=LOAD_SECONDS + 60)
    alarm(site.cloud, "ALARM")
    site.cloud.advance(seconds=60)
    seen = site.seen_component()
    assert site.component_state() == ("InService", 2, 2)
    assert (seen["Specification"]["ModelName"], seen["FailureReason"]) == ("m1", ROLLED_BACK)

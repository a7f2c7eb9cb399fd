"""Rollouts: canary, linear and rolling updates, their limits and their ways back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    HALF,
    LAUNCH_SECONDS,
    NO_CAPACITY,
    Reservations,
)


def blue_green(kind: str, wait: int = 300, **more: Any) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": wait}
    routing |= {"CanarySize": HALF} if kind == "CANARY" else {}
    routing |= {"LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 25}} if kind == "LINEAR" else {}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **more}}


def rolling(value: int = 1, wait: int = 120, **more: Any) -> dict[str, Any]:
    size = {"Type": "INSTANCE_COUNT", "Value": value}
    return {"RollingUpdatePolicy": {"MaximumBatchSize": size, "WaitIntervalInSeconds": wait, **more}}


@pytest.mark.parametrize(("kind", "waits"), [("ALL_AT_ONCE", 0), ("CANARY", 1), ("LINEAR", 3)])
def test_a_traffic_shift_waits_between_its_steps_and_before_the_end(cloud: Cloud, kind: str, waits: int) -> None:
    site = Reservations(cloud)
    site.open(instance_count=4)
    site.config("c1", count=2)
    site.endpoint()
    site.config("c2", model="m2", count=2)
    site.update("c2", DeploymentConfig=blue_green(kind, TerminationWaitInSeconds=600))
    assert site.seen()["LastDeploymentConfig"]["BlueGreenUpdatePolicy"]["TerminationWaitInSeconds"] == 600
    site.cloud.advance(seconds=BLUE_GREEN_SECONDS + 600 + waits * 300 - 1)
    assert site.state[0] == "Updating"
    site.cloud.advance(seconds=1)
    assert site.state == ("InService", "c2", "")


def test_a_rolling_update_needs_room_for_one_batch(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.open(instance_count=4)
    site.config("c1", count=3)
    site.endpoint()
    site.config("c2", model="m2", count=3)
    site.update("c2", DeploymentConfig=rolling())
    cloud.advance(seconds=LAUNCH_SECONDS)
    assert site.plan()["AvailableInstanceCount"] == 0
    assert b'"m2"' in site.invoke()
    cloud.advance(seconds=3 * (LAUNCH_SECONDS + 120 + 60) - LAUNCH_SECONDS)
    assert (site.state, site.count()) == (("InService", "c2", ""), 3)
    assert site.plan()["AvailableInstanceCount"] == 1


def test_a_rolling_update_without_room_goes_back(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.open()
    site.config("c1", count=2)
    site.endpoint()
    site.config("c2", model="m2", count=2)
    site.update("c2", DeploymentConfig=rolling())
    cloud.advance(seconds=300)
    assert site.state[:2] == ("InService", "c1")
    assert NO_CAPACITY in site.state[2]


@pytest.mark.parametrize(
    ("deployment", "said"),
    [
        ({**blue_green("ALL_AT_ONCE"), **rolling()}, "not both"),
        (rolling(2), "between 5% and 50% of the variant's 2 instances"),
        (rolling(wait=3600, MaximumExecutionTimeoutInSeconds=7200), "must be more than the waits, 7200 seconds"),
        (
            {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "CANARY", "WaitIntervalInSeconds": 0}}},
            "CanarySize",
        ),
    ],
)
def test_a_rollout_beyond_the_documented_limits_is_refused(
    running: Reservations, deployment: dict[str, Any], said: str
) -> None:
    running.scale(2)
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    running.config("c2", model="m2", count=2)
    with pytest.raises(ClientError, match=said):
        running.update("c2", DeploymentConfig=deployment)


def test_a_rollout_that_takes_too_long_is_rolled_back(running: Reservations) -> None:
    running.config("c2", model="m2")
    running.cloud.faults.add([{"on": "endpoint:llama", "do": "slow", "seconds": 900}])
    running.update("c2", DeploymentConfig=blue_green("ALL_AT_ONCE", MaximumExecutionTimeoutInSeconds=600))
    running.cloud.advance(seconds=600)
    assert running.state[0] == "RollingBack"
    running.cloud.advance(seconds=60)
    assert running.state[:2] == ("InService", "c1")
    assert "MaximumExecutionTimeoutInSeconds" in running.state[2]


def test_a_rollback_without_room_leaves_a_mix_that_the_next_update_ends(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.open()
    site.config("c1", count=2)
    site.endpoint()
    site.config("od", plan=None, count=2)
    site.update("od", DeploymentConfig=rolling(wait=600, MaximumExecutionTimeoutInSeconds=1800))
    cloud.advance(seconds=LAUNCH_SECONDS + 600 + 60)
    site.config("one")
    site.sagemaker.create_endpoint(EndpointName="second", EndpointConfigName="one")
    cloud.advance(seconds=1800)
    assert site.state[:2] == ("UpdateRollbackFailed", "c1")
    assert site.count() == 1
    assert site.invoke()
    site.update("od")
    cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert (site.state, site.count()) == (("InService", "od", ""), 2)
    assert site.plan()["InUseInstanceCount"] == 1

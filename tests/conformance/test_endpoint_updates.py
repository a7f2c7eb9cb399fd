"""Updates of an endpoint: how long they take, what room they need, how they go wrong."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    ENDPOINT_ARN,
    LAUNCH_SECONDS,
    NO_CAPACITY,
    Reservations,
    started,
)

# Updates


def test_a_new_model_goes_blue_green_beside_the_old_one(running: Reservations) -> None:
    running.config("c2", model="m2")
    running.update("c2")
    seen = running.seen()
    assert (seen["EndpointStatus"], seen["EndpointConfigName"]) == ("Updating", "c1")
    pending = seen["PendingDeploymentSummary"]
    assert pending["EndpointConfigName"] == "c2"
    assert pending["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Creating"
    assert running.plan()["AvailableInstanceCount"] == 0
    assert b'"m1"' in running.invoke()
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    assert b'"m2"' in running.invoke()
    running.cloud.advance(seconds=60)
    assert running.state == ("InService", "c2", "")
    assert "PendingDeploymentSummary" not in running.seen()
    assert running.plan()["AvailableInstanceCount"] == 1


def test_blue_green_does_not_fit_a_full_reservation(running: Reservations) -> None:
    running.scale(2)
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    running.config("c2", model="m2", count=2)
    running.update("c2")
    running.cloud.advance(seconds=300)
    status, config, reason = running.state
    assert (status, config) == ("InService", "c1")
    assert NO_CAPACITY in reason
    assert running.count() == 2
    running.scale(1)
    running.cloud.advance(seconds=60)
    assert running.state == ("InService", "c1", "")


def test_a_count_alone_goes_in_place_and_needs_the_difference(running: Reservations) -> None:
    running.scale(2)
    assert "PendingDeploymentSummary" not in running.seen()
    variant = running.seen()["ProductionVariants"][0]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (1, 2)
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    assert (running.state, running.count()) == (("InService", "c1", ""), 2)


def test_a_count_alone_can_be_set_to_need_a_whole_fleet() -> None:
    site = started(in_place_count="whole_fleet")
    site.scale(2)
    site.cloud.advance(seconds=300)
    assert NO_CAPACITY in site.state[2]
    assert site.count() == 1
    site.cloud.stop()


@pytest.mark.parametrize(("reading", "count"), [("difference", 2), ("whole_fleet", 1)])
def test_a_config_with_another_count_alone_follows_its_setting(reading: str, count: int) -> None:
    site = started(new_config_same_model=reading)
    site.config("c2", count=2)
    site.update("c2")
    assert site.seen()["PendingDeploymentSummary"]["EndpointConfigName"] == "c2"
    site.cloud.advance(seconds=BLUE_GREEN_SECONDS + 60)
    assert site.count() == count
    site.cloud.stop()


def test_a_count_beyond_the_reservation_is_refused_at_once(running: Reservations) -> None:
    with pytest.raises(ClientError, match=r"count \(3\) exceeds reserved capacity \(2\)"):
        running.scale(3)
    assert running.state == ("InService", "c1", "")


def test_properties_that_are_retained_win_over_those_of_the_config(running: Reservations) -> None:
    running.config("c2", model="m2", count=2)
    running.update("c2", RetainAllVariantProperties=True)
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert (running.state[1], running.count()) == ("c2", 1)


def test_a_busy_endpoint_refuses_every_change(running: Reservations) -> None:
    running.scale(2)
    refused = f'Cannot update in-progress endpoint "{ENDPOINT_ARN}"'
    with pytest.raises(ClientError, match=refused):
        running.update("c1")
    with pytest.raises(ClientError, match=refused):
        running.scale(1)
    with pytest.raises(ClientError, match=refused):
        running.sagemaker.delete_endpoint(EndpointName="llama")


def test_a_deleted_config_of_a_running_endpoint_makes_updates_fail(running: Reservations) -> None:
    running.config("c2")
    running.sagemaker.delete_endpoint_config(EndpointConfigName="c1")
    assert running.state == ("InService", "c1", "")
    refused = r'Could not find endpoint configuration "arn.*/c1"'
    with pytest.raises(ClientError, match=refused):
        running.update("c2")
    with pytest.raises(ClientError, match=refused):
        running.scale(2)


# Faults


def test_a_failing_update_rolls_back_with_its_reason(running: Reservations) -> None:
    running.cloud.faults.add([{"on": "endpoint:llama", "do": "fail_update", "times": 1, "message": "no ping"}])
    running.config("c2", model="m2")
    running.update("c2")
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    assert running.state == ("RollingBack", "c1", "no ping")
    running.cloud.advance(seconds=60)
    assert running.state == ("InService", "c1", "no ping")
    assert ("03 11:37", "fail_update") in running.told("fault")
    running.update("c2")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state == ("InService", "c2", "")


def test_a_silent_rollback_says_nothing(running: Reservations) -> None:
    running.cloud.faults.add([{"on": "endpoint:*", "do": "silent_rollback", "times": 1}])
    running.config("c2", model="m2")
    running.update("c2")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state == ("InService", "c1", "")


def test_capacity_can_be_absent_by_fault_and_a_launch_be_slow(running: Reservations) -> None:
    running.cloud.faults.add([{"on": "endpoint:llama", "do": "no_capacity", "times": 1}])
    running.scale(2)
    running.cloud.advance(seconds=300)
    assert NO_CAPACITY in running.state[2]
    running.cloud.faults.add([{"on": "endpoint:llama", "do": "slow", "times": 1}])
    running.scale(2)
    running.cloud.advance(seconds=LAUNCH_SECONDS + 1799)
    assert running.state[0] == "Updating"
    running.cloud.advance(seconds=1)
    assert (running.state[0], running.count()) == ("InService", 2)


def test_a_creation_fails_by_fault(site: Reservations) -> None:
    site.cloud.faults.add([{"on": "endpoint:llama", "do": "fail_update", "message": "image not found"}])
    site.endpoint()
    assert site.state == ("Failed", "c1", "image not found")


def test_a_failed_way_back_leaves_a_mix_that_the_next_update_ends(running: Reservations) -> None:
    running.cloud.faults.add([{"on": "endpoint:*", "do": "fail_rollback", "times": 1}])
    running.config("c2", model="m2")
    running.update("c2")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state[:2] == ("UpdateRollbackFailed", "c1")
    assert running.invoke()
    running.config("od", plan=None)
    running.update("od")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state[:2] == ("InService", "od")


def test_maintenance_refuses_every_change_and_serves(running: Reservations) -> None:
    running.config("c2", model="m2")
    running.cloud.sagemaker.endpoints.maintain("llama", 600)
    assert running.state[:2] == ("SystemUpdating", "c1")
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        running.update("c2")
    assert running.invoke()
    running.cloud.advance(seconds=600)
    assert running.state[:2] == ("InService", "c1")

"""The end of a plan under an endpoint, and on-demand capacity that can be absent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    END,
    NO_CAPACITY,
    P5,
    Reservations,
    day,
    started,
)

# The end of the plan


def test_instances_are_taken_away_before_the_end_and_on_demand_brings_them_back(running: Reservations) -> None:
    running.cloud.advance(to=END - timedelta(minutes=31))
    assert running.invoke()
    running.cloud.advance(to=END - timedelta(minutes=30))
    with pytest.raises(ClientError, match="Endpoint capacity reservation has expired"):
        running.invoke()
    assert (running.state, running.count()) == (("InService", "c1", ""), 0)
    running.cloud.advance(to=END + timedelta(hours=1))
    running.config("od", plan=None)
    running.update("od")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state == ("InService", "od", "")
    assert running.invoke()


@pytest.mark.parametrize("status", ["OutOfService", "Failed"])
def test_the_status_after_the_end_is_a_setting(status: str) -> None:
    site = started(after_expiry_status=status)
    site.cloud.advance(to=END)
    assert site.state[0] == status
    with pytest.raises(ClientError, match="has expired"):
        site.invoke()
    site.cloud.stop()


def test_an_end_that_moves_closer_takes_the_instances_at_once(running: Reservations) -> None:
    running.cloud.sagemaker.change_plan({"plan": "p5", "end": "2026-03-03T12:00:00Z"})
    with pytest.raises(ClientError, match="has expired"):
        running.invoke()


def test_an_update_that_the_end_overtakes_fails_for_want_of_capacity(running: Reservations) -> None:
    running.config("c2", model="m2")
    running.cloud.advance(to=END - timedelta(minutes=32))
    running.update("c2")
    running.cloud.advance(to=END - timedelta(minutes=30))
    assert running.state[:2] == ("InService", "c1")
    assert NO_CAPACITY in running.state[2]


def test_a_move_to_on_demand_goes_on_when_the_old_fleet_is_taken_away(running: Reservations) -> None:
    running.config("od", plan=None)
    running.cloud.advance(to=END - timedelta(minutes=32))
    running.update("od")
    running.cloud.advance(to=END - timedelta(minutes=29))
    with pytest.raises(ClientError, match="has expired"):
        running.invoke()
    running.cloud.advance(to=END - timedelta(minutes=20))
    assert running.state == ("InService", "od", "")
    assert running.invoke()


def test_a_move_to_the_next_plan_frees_the_first(running: Reservations) -> None:
    blocks = [{"start": "2026-03-05T11:30:00Z", "end": "2026-03-12T11:30:00Z"}]
    arn = running.buy("next", blocks=blocks)
    running.cloud.advance(to=day(5, 12, 0))
    running.config("c2", plan=arn)
    running.update("c2")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert running.state == ("InService", "c2", "")
    assert (running.plan()["InUseInstanceCount"], running.plan("next")["InUseInstanceCount"]) == (0, 1)


def test_an_endpoint_that_failed_stays_failed_when_its_plan_ends(running: Reservations) -> None:
    running.config("big", count=2)
    running.sagemaker.create_endpoint(EndpointName="second", EndpointConfigName="big")
    running.cloud.advance(to=END)
    assert running.seen("second")["EndpointStatus"] == "Failed"


def test_a_move_to_a_plan_that_ends_too_fails_for_want_of_capacity(running: Reservations) -> None:
    arn = running.buy("short", blocks=[{"start": "2026-03-10T11:00:00Z", "end": "2026-03-10T12:06:00Z"}])
    running.cloud.advance(to=day(10, 11, 33))
    running.config("c2", plan=arn)
    running.update("c2")
    running.cloud.advance(to=day(10, 12, 30))
    assert running.state[:2] == ("InService", "c1")
    assert NO_CAPACITY in running.state[2]
    with pytest.raises(ClientError, match="has expired"):
        running.invoke()


# On-demand capacity


def test_on_demand_capacity_can_run_out(site: Reservations) -> None:
    site.cloud.sagemaker.set_on_demand(P5, 1)
    site.config("od", plan=None)
    for name in ("one", "two"):
        site.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="od")
    site.cloud.advance(seconds=300)
    assert [site.seen(name)["EndpointStatus"] for name in ("one", "two")] == ["InService", "Failed"]
    site.sagemaker.delete_endpoint(EndpointName="one")
    site.cloud.advance(seconds=120)
    site.endpoint("three", "od")
    assert site.seen("three")["EndpointStatus"] == "InService"


def test_a_wrong_capacity_is_refused_with_the_name_of_its_field(cloud: Cloud) -> None:
    with pytest.raises(ValueError, match="available"):
        cloud.sagemaker.set_on_demand(P5, -1)
    with pytest.raises(ValueError, match="instance_type"):
        cloud.sagemaker.set_on_demand("p5", 1)

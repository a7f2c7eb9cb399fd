"""Inference components and the endpoint under them: it moves, loses its reservation, or wakes no more."""

from __future__ import annotations

import pytest

from rehearsal.sagemaker.runtime import NO_COPIES
from tests.conformance.hosted import CAPACITY_FAILURE_SECONDS, refusal_of, with_settings
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    IDLE_SECONDS,
    LOAD_SECONDS,
    PROVISION_SECONDS,
    UNLOAD_SECONDS,
    Reservations,
    day,
)
from tests.conformance.test_component_rollouts import new_spec

# The endpoint under them


def test_components_move_with_their_endpoint_without_a_gap(placed: Reservations) -> None:
    body = {"endpoint": "llama", "component": "a", "requests_per_minute": 60}
    begin = placed.cloud.now
    placed.cloud.traffic.add({**body, "from": begin.isoformat(), "until": day(3, 13).isoformat()})
    placed.component_config("od", plan=None)
    placed.update("od")
    placed.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert placed.state[:2] == ("InService", "od")
    assert placed.component_state() == ("InService", 1, 1)
    assert placed.plan()["AvailableInstanceCount"] == 2
    placed.cloud.advance(to=day(4))
    assert placed.cloud.traffic.report()["llama"]["failed"] == 0


def test_a_new_config_must_have_the_components_variant(placed: Reservations) -> None:
    placed.config("model")
    assert "has no variant AllTraffic without ModelName" in refusal_of(lambda: placed.update("model"))


def test_a_new_fleet_needs_its_room(site: Reservations) -> None:
    site.component_endpoint(count=2, MinInstanceCount=2)
    site.component(copies=9)
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.component_config("ic2", MinInstanceCount=1)
    site.update("ic2")
    site.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    assert site.state[:2] == ("InService", "ic")
    assert site.component_state() == ("InService", 9, 9)


@pytest.mark.parametrize(("reading", "count"), [("initial", 1), ("needed", 0)])
def test_a_new_fleet_without_copies(reading: str, count: int) -> None:
    site = with_settings(component_update_fleet=reading)
    site.cloud.advance(seconds=IDLE_SECONDS)
    site.component_config("od", plan=None)
    site.update("od")
    site.cloud.advance(seconds=PROVISION_SECONDS + 60)
    assert site.state[:2] == ("InService", "od")
    assert site.count() == count
    site.cloud.advance(seconds=IDLE_SECONDS)
    assert site.count() == 0


def test_after_the_reservation_no_copy_is_left_and_none_comes(placed: Reservations) -> None:
    placed.cloud.advance(to=day(10, 11, 1))
    assert placed.component_state() == ("InService", 0, 1)
    assert "capacity reservation has expired" in refusal_of(lambda: placed.invoke(component="a"))
    placed.copies(2)
    placed.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    assert placed.component_state() == ("InService", 0, 2)
    placed.component_config("od", plan=None)
    placed.update("od")
    placed.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    assert placed.component_state() == ("InService", 2, 2)
    assert placed.invoke(component="a")


def test_an_endpoint_parked_at_zero_cannot_wake_after_the_reservation(placed: Reservations) -> None:
    placed.copies(0)
    placed.cloud.advance(to=day(10, 12))
    placed.copies(1)
    placed.cloud.advance(seconds=3600)
    assert placed.component_state() == ("InService", 0, 1)
    assert "InsufficientInstanceCapacity" in placed.seen_component()["FailureReason"]


def test_an_update_that_the_reclaim_interrupts_ends_in_time(placed: Reservations) -> None:
    placed.cloud.advance(to=day(10, 10, 59))
    new_spec(placed)
    placed.cloud.advance(seconds=120)
    assert placed.component_state() == ("Updating", 0, 1)
    placed.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    assert placed.component_state() == ("InService", 0, 1)
    assert "InsufficientInstanceCapacity" in placed.seen_component()["FailureReason"]


def test_the_count_of_instances_can_be_changed_by_hand(site: Reservations) -> None:
    site.component_endpoint(count=2, Status="DISABLED")
    site.component(copies=2)
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.scale(1)
    site.cloud.advance(seconds=60)
    assert site.count() == 1
    site.cloud.advance(seconds=LOAD_SECONDS)
    assert site.component_state() == ("InService", 2, 2)


def test_a_component_that_is_deleted_before_its_endpoint_is_up_never_was(site: Reservations) -> None:
    site.component_config("ic")
    site.sagemaker.create_endpoint(EndpointName="llama", EndpointConfigName="ic")
    site.component()
    site.sagemaker.delete_inference_component(InferenceComponentName="a")
    site.cloud.advance(seconds=PROVISION_SECONDS)
    assert site.sagemaker.list_inference_components()["InferenceComponents"] == []


def test_requests_for_a_component_are_told_by_its_name(placed: Reservations) -> None:
    begin = placed.cloud.now
    body = {"endpoint": "llama", "component": "a", "requests_per_minute": 60}
    placed.cloud.traffic.add({**body, "from": begin.isoformat(), "until": day(3, 13).isoformat()})
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    placed.copies(1)
    placed.cloud.advance(seconds=LOAD_SECONDS + 1)
    assert [text for _, text in placed.told("request")] == [
        f"requests for a fail: ValidationError: {NO_COPIES}",
        "requests for a are served again, 167 failed",
    ]

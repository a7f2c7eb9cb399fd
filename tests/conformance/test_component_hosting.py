"""Copies on instances: where they stand, what comes and goes with them, and the endpoint under them."""

from __future__ import annotations

import pytest

from rehearsal.sagemaker.runtime import NO_COPIES
from tests.conformance.hosted import CAPACITY_FAILURE_SECONDS, refusal_of, with_settings
from tests.conformance.reservations import (
    IDLE_SECONDS,
    LAUNCH_SECONDS,
    LOAD_SECONDS,
    PROVISION_SECONDS,
    UNLOAD_SECONDS,
    Reservations,
    component_spec,
)

# Copies and instances


def test_copies_share_an_instance_as_long_as_its_accelerators_last(hosted: Reservations) -> None:
    hosted.component(copies=8)
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    assert hosted.component_state() == ("InService", 8, 8)
    assert hosted.count() == 1


def test_a_copy_without_room_brings_an_instance(hosted: Reservations) -> None:
    hosted.component(copies=9)
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    assert hosted.component_state() == ("Creating", 8, 9)
    variant = hosted.seen()["ProductionVariants"][0]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (2, 2)
    hosted.cloud.advance(seconds=PROVISION_SECONDS)
    assert hosted.component_state() == ("InService", 9, 9)
    assert hosted.plan()["AvailableInstanceCount"] == 0


def test_memory_counts_like_accelerators(hosted: Reservations) -> None:
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024 * 1024}
    hosted.sagemaker.create_inference_component(
        InferenceComponentName="big",
        EndpointName="llama",
        Specification={"ModelName": "m1", "ComputeResourceRequirements": needs},
        RuntimeConfig={"CopyCount": 3},
    )
    hosted.cloud.advance(seconds=LAUNCH_SECONDS)
    assert hosted.component_state("big") == ("InService", 3, 3)
    assert hosted.count() == 2


def test_a_new_component_without_room_fails_in_time(hosted: Reservations) -> None:
    hosted.component(copies=17)
    hosted.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    seen = hosted.seen_component()
    assert seen["InferenceComponentStatus"] == "Failed"
    assert "InsufficientInstanceCapacity" in seen["FailureReason"]
    assert "Cannot update failed inference component" in refusal_of(lambda: hosted.copies(1))


def test_copies_without_room_wait_and_the_component_says_so(placed: Reservations) -> None:
    placed.copies(17)
    placed.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    assert placed.component_state() == ("InService", 16, 17)
    assert "InsufficientInstanceCapacity" in placed.seen_component()["FailureReason"]


def test_or_the_component_fails() -> None:
    site = with_settings(copies_without_room="Failed")
    site.component()
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.copies(17)
    site.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS)
    assert site.component_state()[0] == "Failed"


def test_a_copy_that_waits_takes_the_room_that_comes_free(placed: Reservations) -> None:
    placed.component("b", copies=15)
    placed.cloud.advance(seconds=LAUNCH_SECONDS)
    placed.copies(2)
    placed.cloud.advance(seconds=60)
    assert placed.component_state() == ("Updating", 1, 2)
    placed.copies(1, "b")
    placed.cloud.advance(seconds=UNLOAD_SECONDS + LOAD_SECONDS)
    assert placed.component_state() == ("InService", 2, 2)


def test_a_copy_takes_the_reservations_instance_that_another_endpoint_gives_back(site: Reservations) -> None:
    site.config("c1")
    site.endpoint("other", "c1")
    site.component_endpoint()
    site.component(copies=8)
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.copies(9)
    site.cloud.advance(seconds=60)
    site.sagemaker.delete_endpoint(EndpointName="other")
    site.cloud.advance(seconds=120 + LAUNCH_SECONDS)
    assert site.component_state() == ("InService", 9, 9)


def test_idle_instances_are_released_down_to_the_minimum(placed: Reservations) -> None:
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    assert placed.component_state() == ("InService", 0, 0)
    placed.cloud.advance(seconds=IDLE_SECONDS - 1)
    assert placed.count() == 1
    placed.cloud.advance(seconds=1)
    assert placed.count() == 0
    assert placed.state[0] == "InService"
    assert placed.plan()["AvailableInstanceCount"] == 2


def test_released_instances_may_stay_reserved_for_the_endpoint() -> None:
    site = with_settings(released_instances="kept")
    site.cloud.advance(seconds=IDLE_SECONDS)
    assert site.count() == 0
    assert site.plan()["AvailableInstanceCount"] == 1
    site.component()
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    assert site.component_state() == ("InService", 1, 1)
    assert site.plan()["AvailableInstanceCount"] == 1


def test_without_managed_scaling_instances_stay(site: Reservations) -> None:
    site.component_endpoint(Status="DISABLED")
    site.component(copies=9)
    site.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS + IDLE_SECONDS)
    assert site.component_state()[0] == "Failed"
    assert site.count() == 1


def test_from_zero_a_copy_takes_an_instance_and_a_load(placed: Reservations) -> None:
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS + IDLE_SECONDS)
    assert refusal_of(lambda: placed.invoke(component="a")) == f"ValidationError: {NO_COPIES}"
    placed.copies(1)
    placed.cloud.advance(seconds=LAUNCH_SECONDS - 1)
    assert placed.component_state() == ("Updating", 0, 1)
    placed.cloud.advance(seconds=1)
    assert placed.component_state() == ("InService", 1, 1)
    assert placed.invoke(component="a")


def test_the_times_of_a_launch_can_depend_on_instance_type_and_model() -> None:
    site = with_settings(timings={"provision_minutes_of": {"ml.p5*": 3}, "load_minutes_of": {"m1": 2, "*": 9}})
    site.cloud.advance(seconds=180)
    site.component()
    site.cloud.advance(seconds=119)
    assert site.component_state()[0] == "Creating"
    site.cloud.advance(seconds=1)
    assert site.component_state()[0] == "InService"


@pytest.mark.parametrize(("scheduling", "instances"), [({}, 2), ({"PlacementStrategy": "BINPACK"}, 1)])
def test_copies_are_spread_unless_they_are_packed(
    site: Reservations, scheduling: dict[str, str], instances: int
) -> None:
    site.component_endpoint(count=2)
    spec = component_spec() | ({"SchedulingConfig": scheduling} if scheduling else {})
    site.sagemaker.create_inference_component(
        InferenceComponentName="a", EndpointName="llama", Specification=spec, RuntimeConfig={"CopyCount": 2}
    )
    site.cloud.advance(seconds=LOAD_SECONDS + IDLE_SECONDS)
    assert site.count() == instances


def test_a_component_waits_for_its_endpoint(site: Reservations) -> None:
    site.component_config("ic")
    site.sagemaker.create_endpoint(EndpointName="llama", EndpointConfigName="ic")
    site.component()
    site.cloud.advance(seconds=PROVISION_SECONDS)
    assert site.component_state() == ("Creating", 0, 1)
    site.cloud.advance(seconds=LOAD_SECONDS)
    assert site.component_state() == ("InService", 1, 1)

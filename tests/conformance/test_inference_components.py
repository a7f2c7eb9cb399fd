"""Inference components: made, placed, scaled, updated and deleted as AWS documents it (docs/fidelity.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.sagemaker.runtime import NO_COPIES
from rehearsal.settings import Settings
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    ENDPOINT_ARN,
    IDLE_SECONDS,
    LAUNCH_SECONDS,
    LOAD_SECONDS,
    PROVISION_SECONDS,
    UNLOAD_SECONDS,
    Reservations,
    component_spec,
    day,
)

ARN = "arn:aws:sagemaker:us-east-1:111122223333:inference-component/a"
CAPACITY_FAILURE_SECONDS = 300
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "COPY_COUNT", "Value": 1},
        "WaitIntervalInSeconds": 60,
    }
}


@pytest.fixture
def hosted(site: Reservations) -> Reservations:
    """An endpoint for components with one instance of the plan's two."""
    site.component_endpoint()
    return site


@pytest.fixture
def placed(hosted: Reservations) -> Reservations:
    """One copy of component a is in service."""
    hosted.component()
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    assert hosted.component_state() == ("InService", 1, 1)
    return hosted


def with_settings(**settings: Any) -> Reservations:
    site = Reservations(Cloud.start(Settings(**settings)))
    site.open()
    site.component_endpoint()
    return site


def refusal_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


# The life of one


def test_a_component_is_created_and_then_in_service(hosted: Reservations) -> None:
    assert hosted.component() == ARN
    assert hosted.component_state() == ("Creating", 0, 1)
    hosted.cloud.advance(seconds=LOAD_SECONDS - 1)
    assert hosted.component_state() == ("Creating", 0, 1)
    hosted.cloud.advance(seconds=1)
    seen = hosted.seen_component()
    assert hosted.component_state() == ("InService", 1, 1)
    assert seen["EndpointArn"] == ENDPOINT_ARN
    assert seen["VariantName"] == "AllTraffic"
    assert seen["Specification"]["ModelName"] == "m1"
    assert seen["RuntimeConfig"]["PlacementStatus"] == [{"InstanceType": "ml.p5.48xlarge", "CurrentCopyCount": 1}]
    assert json.loads(hosted.invoke(component="a")) == {
        "endpoint": "llama",
        "component": "a",
        "model": "m1",
        "instance": "ml.p5.48xlarge",
    }


def test_there_are_no_events_about_components(placed: Reservations, put: list[dict[str, Any]]) -> None:
    placed.copies(2)
    placed.cloud.advance(seconds=LOAD_SECONDS)
    placed.sagemaker.delete_inference_component(InferenceComponentName="a")
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    assert put == []


def test_components_are_listed_by_endpoint_and_status(placed: Reservations) -> None:
    placed.component("b")

    def names(**filters: Any) -> list[str]:
        listed = placed.sagemaker.list_inference_components(**filters)["InferenceComponents"]
        return [each["InferenceComponentName"] for each in listed]

    assert names() == ["b", "a"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["a", "b"]
    assert names(StatusEquals="InService") == ["a"]
    assert names(EndpointNameEquals="llama", VariantNameEquals="AllTraffic", NameContains="B") == ["b"]
    assert names(EndpointNameEquals="other") == []


def test_tags_of_a_component_can_be_read_and_added(hosted: Reservations) -> None:
    arn = hosted.component(Tags=[{"Key": "team", "Value": "nlp"}])
    hosted.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "more", "Value": "1"}])
    assert hosted.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "nlp"},
        {"Key": "more", "Value": "1"},
    ]


def test_a_deleted_component_stops_serving_at_once_and_is_gone_soon(placed: Reservations) -> None:
    placed.sagemaker.delete_inference_component(InferenceComponentName="a")
    assert placed.component_state()[0] == "Deleting"
    assert NO_COPIES in refusal_of(lambda: placed.invoke(component="a"))
    again = refusal_of(lambda: placed.sagemaker.delete_inference_component(InferenceComponentName="a"))
    assert "DELETE_IN_PROGRESS" in again
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    assert refusal_of(placed.seen_component) == f'ValidationException: Could not find inference component "{ARN}".'


def test_an_endpoint_that_hosts_components_is_not_deleted(placed: Reservations) -> None:
    refused = refusal_of(lambda: placed.sagemaker.delete_endpoint(EndpointName="llama"))
    assert "while it hosts inference components: a" in refused


def test_or_they_are_deleted_with_it() -> None:
    site = with_settings(delete_endpoint_with_components="cascades")
    site.component()
    site.cloud.advance(seconds=LOAD_SECONDS)
    site.sagemaker.delete_endpoint(EndpointName="llama")
    site.cloud.advance(seconds=120)
    assert site.sagemaker.list_inference_components()["InferenceComponents"] == []
    assert site.plan()["AvailableInstanceCount"] == 2


# What is refused


def test_what_a_new_component_may_not_be(placed: Reservations) -> None:
    def made(**more: Any) -> str:
        request: dict[str, Any] = {
            "InferenceComponentName": "b",
            "EndpointName": "llama",
            "Specification": component_spec(),
            "RuntimeConfig": {"CopyCount": 1},
            **more,
        }
        return refusal_of(lambda: placed.sagemaker.create_inference_component(**request))

    assert made(RuntimeConfig={"CopyCount": 0}).endswith("Inference components copy count an integer larger than 0")
    assert "Cannot create already existing inference component" in made(InferenceComponentName="a")
    assert "Could not find endpoint" in made(EndpointName="other")
    assert "Could not find production variant" in made(VariantName="Other")
    assert "Could not find model" in made(Specification=component_spec("m9"))
    assert "8 accelerators" in made(Specification=component_spec("m1", 9))
    assert "ComputeResourceRequirements" in made(Specification={"ModelName": "m1"})
    assert "either ModelName or Container" in made(Specification=component_spec() | {"Container": {"Image": "i"}})
    assert "minMemoryRequiredInMb" in made(
        Specification={"ModelName": "m1", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1}}
    )


def test_a_component_needs_a_variant_without_a_model(running: Reservations) -> None:
    assert "has a model" in refusal_of(running.component)


def test_a_component_that_changes_is_busy(placed: Reservations) -> None:
    placed.copies(2)
    assert refusal_of(lambda: placed.copies(3)).endswith(f'Cannot update in-progress inference component "{ARN}".')
    placed.cloud.advance(seconds=LOAD_SECONDS)
    placed.copies(3)


def test_an_update_needs_something_to_update(placed: Reservations) -> None:
    refused = refusal_of(lambda: placed.sagemaker.update_inference_component(InferenceComponentName="a"))
    assert "Specification, Specifications or RuntimeConfig" in refused
    unknown = refusal_of(lambda: placed.copies(1, "b"))
    assert "Could not find inference component" in unknown


def test_an_endpoint_config_for_components_needs_a_role(site: Reservations) -> None:
    variant = {"VariantName": "v", "InitialInstanceCount": 1, "InstanceType": "ml.p5.48xlarge"}
    refused = refusal_of(
        lambda: site.sagemaker.create_endpoint_config(EndpointConfigName="x", ProductionVariants=[variant])
    )
    assert "ExecutionRoleArn is required" in refused


def test_the_bounds_of_managed_instance_scaling_must_fit(site: Reservations) -> None:
    assert "MinInstanceCount" in refusal_of(lambda: site.component_config("x", MinInstanceCount=3))
    assert "InitialInstanceCount" in refusal_of(lambda: site.component_config("x", 2, MaxInstanceCount=1))


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


# A new specification


def new_spec(site: Reservations, model: str = "m2", accelerators: int = 1, **more: Any) -> None:
    site.sagemaker.update_inference_component(
        InferenceComponentName="a", Specification=component_spec(model, accelerators), **more
    )


def test_a_rolling_update_replaces_batch_after_batch_without_a_gap(hosted: Reservations) -> None:
    hosted.component(copies=2)
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    new_spec(hosted, DeploymentConfig=ROLLING)
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    assert hosted.component_state() == ("Updating", 3, 2)
    hosted.cloud.advance(seconds=60 + UNLOAD_SECONDS + LOAD_SECONDS + 60 + UNLOAD_SECONDS)
    assert hosted.component_state() == ("InService", 2, 2)
    seen = hosted.seen_component()
    assert seen["Specification"]["ModelName"] == "m2"
    assert seen["LastDeploymentConfig"] == ROLLING
    assert json.loads(hosted.invoke(component="a"))["model"] == "m2"


def test_without_a_policy_all_new_copies_come_beside_the_old(placed: Reservations) -> None:
    new_spec(placed)
    placed.cloud.advance(seconds=LOAD_SECONDS)
    assert placed.component_state()[:2] == ("Updating", 2)
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    assert placed.component_state() == ("InService", 1, 1)


def test_or_after_the_old(cloud: Cloud) -> None:
    site = with_settings(component_update_without_policy="in_place")
    site.component(accelerators=8)
    site.cloud.advance(seconds=LOAD_SECONDS)
    new_spec(site, accelerators=8)
    site.cloud.advance(seconds=1)
    assert NO_COPIES in refusal_of(lambda: site.invoke(component="a"))
    site.cloud.advance(seconds=UNLOAD_SECONDS + LOAD_SECONDS)
    assert site.component_state() == ("InService", 1, 1)
    assert site.count() == 1


def test_a_component_at_zero_takes_its_new_specification_at_once(placed: Reservations) -> None:
    placed.copies(0)
    placed.cloud.advance(seconds=UNLOAD_SECONDS)
    new_spec(placed)
    placed.cloud.advance(seconds=1)
    assert placed.component_state() == ("InService", 0, 0)
    assert placed.seen_component()["Specification"]["ModelName"] == "m2"


def test_a_batch_without_room_rolls_back(site: Reservations) -> None:
    site.component_endpoint(MaxInstanceCount=1)
    site.component(copies=2, accelerators=4)
    site.cloud.advance(seconds=LOAD_SECONDS)
    new_spec(site, accelerators=4, DeploymentConfig=ROLLING)
    site.cloud.advance(seconds=CAPACITY_FAILURE_SECONDS + 60)
    assert site.component_state() == ("InService", 2, 2)
    seen = site.seen_component()
    assert seen["Specification"]["ModelName"] == "m1"
    assert "InsufficientInstanceCapacity" in seen["FailureReason"]


def test_a_batch_is_at_most_half_of_the_copies(hosted: Reservations) -> None:
    hosted.component(copies=3)
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    half = {"Type": "COPY_COUNT", "Value": 2}
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": half, "WaitIntervalInSeconds": 0}}
    assert "between 5% and 50%" in refusal_of(lambda: new_spec(hosted, DeploymentConfig=policy))


# Faults


def test_a_fault_fails_a_new_component(hosted: Reservations) -> None:
    hosted.cloud.faults.add([{"on": "component:a", "do": "fail", "times": 1}])
    hosted.component()
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    seen = hosted.seen_component()
    assert seen["InferenceComponentStatus"] == "Failed"
    assert "ping health check" in seen["FailureReason"]


def test_a_fault_undoes_a_new_specification(placed: Reservations) -> None:
    placed.cloud.faults.add([{"on": "component:*", "do": "fail", "times": 1, "message": "It broke."}])
    new_spec(placed)
    placed.cloud.advance(seconds=LOAD_SECONDS + 60)
    seen = placed.seen_component()
    assert placed.component_state() == ("InService", 1, 1)
    assert (seen["Specification"]["ModelName"], seen["FailureReason"]) == ("m1", "It broke.")


def test_a_fault_makes_a_copy_slow(hosted: Reservations) -> None:
    hosted.cloud.faults.add([{"on": "component:a", "do": "slow", "seconds": 60}])
    hosted.component()
    hosted.cloud.advance(seconds=LOAD_SECONDS + 59)
    assert hosted.component_state()[0] == "Creating"
    hosted.cloud.advance(seconds=1)
    assert hosted.component_state()[0] == "InService"


# Requests


def test_which_name_a_request_needs(placed: Reservations) -> None:
    assert "Inference Component Name header is required" in refusal_of(placed.invoke)
    assert "Inference Component b not found" in refusal_of(lambda: placed.invoke(component="b"))
    assert "Endpoint other of account" in refusal_of(lambda: placed.invoke("other", component="a"))


def test_a_request_to_a_model_may_not_name_a_component(running: Reservations) -> None:
    assert "header is not allowed" in refusal_of(lambda: running.invoke(component="a"))


def test_the_timeline_tells_of_components(placed: Reservations) -> None:
    told = [entry.text for entry in placed.cloud.timeline if entry.subject == "inference-component/a"]
    assert told == [
        "CreateInferenceComponent of m1, to 1 copy, on llama",
        "Creating, 0 of 0 copies",
        "InService, 1 of 1 copies",
    ]

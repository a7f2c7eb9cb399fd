"""Inference components: made, placed, scaled, updated and deleted as AWS documents it (docs/fidelity.md)."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.sagemaker.runtime import NO_COPIES
from tests.conformance.hosted import ARN, refusal_of, with_settings
from tests.conformance.reservations import (
    ENDPOINT_ARN,
    LOAD_SECONDS,
    UNLOAD_SECONDS,
    Reservations,
    component_spec,
)

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

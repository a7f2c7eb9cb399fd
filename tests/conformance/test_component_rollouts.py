"""New specifications of inference components, and faults."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.sagemaker.runtime import NO_COPIES
from tests.conformance.hosted import CAPACITY_FAILURE_SECONDS, ROLLING, refusal_of, with_settings
from tests.conformance.reservations import (
    LOAD_SECONDS,
    UNLOAD_SECONDS,
    Reservations,
    component_spec,
)

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

"""What an endpoint's changes leave behind: events, timeline, figures."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    END,
    ENDPOINT_ARN,
    LAUNCH_SECONDS,
    P5,
    ROLE,
    Reservations,
    day,
)


def test_each_change_of_status_is_an_event_in_the_shape_of_aws(site: Reservations, put: list[dict[str, Any]]) -> None:
    site.config("c1")
    site.sagemaker.create_endpoint(
        EndpointName="llama", EndpointConfigName="c1", Tags=[{"Key": "berth:stack", "Value": "berth"}]
    )
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    details = [json.loads(e["Detail"]) for e in put if e["DetailType"] == "SageMaker Endpoint State Change"]
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "IN_SERVICE"]
    assert details[1] == {
        "EndpointName": "llama",
        "EndpointArn": ENDPOINT_ARN,
        "EndpointConfigName": "c1",
        "ProductionVariants": [{"DesiredWeight": 1.0, "DesiredInstanceCount": 1.0}],
        "EndpointStatus": "IN_SERVICE",
        "CreationTime": 1772537580000.0,
        "LastModifiedTime": 1772537821680.0,
        "Tags": {"berth:stack": "berth"},
    }
    configs = [e for e in put if e["DetailType"] == "SageMaker Endpoint Config State Change"]
    assert [e["Resources"] for e in configs] == [["arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/c1"]]


def test_no_fault_of_put_events_keeps_awss_own_events_back(site: Reservations, put: list[dict[str, Any]]) -> None:
    site.cloud.faults.add([{"on": "api:events.PutEvents", "do": "throttle"}])
    site.config("c1")
    site.sagemaker.create_endpoint(EndpointName="llama", EndpointConfigName="c1")
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    assert [entry["DetailType"] for entry in put].count("SageMaker Endpoint State Change") == 2
    assert [entry for entry in site.cloud.timeline if entry.kind in ("fault", "error")] == []


def test_an_update_tells_its_deployment_stage_by_stage(running: Reservations, put: list[dict[str, Any]]) -> None:
    running.config("c2", model="m2")
    running.update("c2")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    deployments = [
        json.loads(e["Detail"]) for e in put if e["DetailType"] == "SageMaker Endpoint Deployment State Change"
    ]
    summaries = [each["PendingDeploymentSummary"] for each in deployments]
    assert [each["EndpointConfigName"] for each in summaries] == ["c2", "c2"]
    stages = [each["ProductionVariants"][0]["VariantStatus"][0]["Status"] for each in summaries]
    assert stages == ["Creating", "Deleting"]


def test_the_timeline_holds_calls_before_what_they_set_off(running: Reservations) -> None:
    with pytest.raises(ClientError):
        running.config("c3", count=3)
    running.scale(2)
    last = [(entry.kind, entry.subject, entry.text) for entry in running.cloud.timeline][-3:]
    assert last[0][:2] == ("api", "endpoint-config/c3")
    assert last[0][2].startswith("CreateEndpointConfig of m1 on 3 x ml.p5.48xlarge, plan p5: refused: Validation")
    assert last[1:] == [
        ("api", "endpoint/llama", "UpdateEndpointWeightsAndCapacities AllTraffic to 2"),
        ("state", "endpoint/llama", "Updating to 2 instances"),
    ]


def test_every_change_by_the_clock_wakes_who_sleeps_until_something_changes(running: Reservations) -> None:
    running.scale(2)
    before = running.cloud.epoch
    running.cloud.advance(seconds=LAUNCH_SECONDS)
    after_update = running.cloud.epoch
    running.cloud.advance(to=END)
    assert before < after_update < running.cloud.epoch


def test_usage_tells_reserved_used_on_demand_and_overdue_minutes(running: Reservations) -> None:
    running.cloud.advance(to=END + timedelta(hours=1))
    running.config("od", plan=None)
    running.update("od")
    running.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    running.sagemaker.delete_endpoint(EndpointName="llama")
    running.cloud.advance(to=day(12))
    usage = running.cloud.sagemaker.usage()
    block = usage.blocks[0]
    assert (block.plan, block.block, block.reserved_minutes) == ("p5", 0, 2 * 7 * 1440.0)
    assert block.used_minutes == 7 * 1440 - 3 - 30
    endpoint = usage.endpoints[0]
    assert endpoint.on_demand_minutes == {P5: pytest.approx(BLUE_GREEN_SECONDS / 60 + 2)}
    assert endpoint.minutes_bound_after_end == pytest.approx(60 + BLUE_GREEN_SECONDS / 60)


def test_history_keeps_the_spans_of_plans_and_endpoints(running: Reservations) -> None:
    running.cloud.advance(seconds=60)
    running.sagemaker.delete_endpoint(EndpointName="llama")
    running.cloud.advance(to=END)
    history = running.cloud.sagemaker.history
    assert [span.status for span in history.plan_spans()] == ["Pending", "Scheduled", "Active", "Expired"]
    spans = history.endpoint_spans()
    assert [(span.status, span.serving, span.reserved_count) for span in spans] == [
        ("Creating", False, 1),
        ("InService", True, 1),
        ("Deleting", False, 1),
    ]
    assert all(span.end is not None for span in spans)


def test_a_variant_for_components_needs_an_execution_role(site: Reservations) -> None:
    variant = {"VariantName": "v", "InitialInstanceCount": 1, "InstanceType": P5}
    with pytest.raises(ClientError, match="ExecutionRoleArn is required"):
        site.sagemaker.create_endpoint_config(EndpointConfigName="ic", ProductionVariants=[variant])
    site.sagemaker.create_endpoint_config(EndpointConfigName="ic", ProductionVariants=[variant], ExecutionRoleArn=ROLE)

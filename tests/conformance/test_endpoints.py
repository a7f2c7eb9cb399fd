"""Endpoints on a reservation: what is refused, how long changes take, what room they need, how they go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.reservations import (
    BLUE_GREEN_SECONDS,
    END,
    LAUNCH_SECONDS,
    NO_CAPACITY,
    P5,
    PLAN_ARN,
    ROLE,
    Reservations,
    day,
)

ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama"
EVENTS = "before-parameter-build.events.PutEvents"
HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    opened = Reservations(cloud)
    opened.open()
    return opened


@pytest.fixture
def running(site: Reservations) -> Reservations:
    """One instance of two, in service on config c1 with model m1."""
    site.endpoint()
    return site


def started(**settings: Any) -> Reservations:
    site = Reservations(Cloud.start(Settings(**settings)))
    site.open()
    site.endpoint()
    return site


@pytest.fixture
def put(cloud: Cloud) -> Iterator[list[dict[str, Any]]]:
    """The events that the twin puts, as it puts them."""
    entries: list[dict[str, Any]] = []
    hooks = cloud.client("events").meta.events

    def keep(params: dict[str, Any], **_: Any) -> None:
        entries.extend(params["Entries"])

    hooks.register(EVENTS, keep)
    yield entries
    hooks.unregister(EVENTS, keep)


# Configs


def test_a_config_can_not_be_made_before_the_plan_is_active(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.buy()
    site.models("m1")
    cloud.advance(to=day(3, 11, 31))
    with pytest.raises(ClientError, match="is not Active: its status is Scheduled") as refused:
        site.config("c1")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_more_instances_than_reserved_are_refused_in_the_words_of_aws(site: Reservations) -> None:
    with pytest.raises(ClientError) as refused:
        site.config("c3", count=3)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Requested instance count (3) exceeds reserved capacity (2) for training plan.",
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"InstanceType": "ml.p4d.24xlarge"}, "does not match the instance type ml.p5.48xlarge"),
        ({"ModelName": "m9"}, "Could not find model .*model/m9"),
        ({"ManagedInstanceScaling": {"Status": "ENABLED"}}, "only supported for inference component endpoints"),
        ({"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}, "exactly one of InstanceType"),
        ({"CapacityReservationConfig": {"MlReservationArn": PLAN_ARN + "-none"}}, "Could not find training plan"),
    ],
)
def test_a_config_that_breaks_a_rule_is_refused(site: Reservations, more: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        site.config("c1", **more)


def test_a_plan_for_training_jobs_carries_no_endpoint(cloud: Cloud) -> None:
    site = Reservations(cloud)
    site.open(target="training-job")
    with pytest.raises(ClientError, match="is for training-job, not for endpoint"):
        site.config("c1")


def test_a_config_is_described_listed_and_deleted(site: Reservations) -> None:
    site.config("c1", count=2)
    described = site.sagemaker.describe_endpoint_config(EndpointConfigName="c1")
    variant = described["ProductionVariants"][0]
    assert variant["CapacityReservationConfig"]["MlReservationArn"] == PLAN_ARN
    assert (variant["InitialInstanceCount"], variant["InitialVariantWeight"]) == (2, 1.0)
    site.cloud.advance(seconds=1)
    site.config("c2")
    listed = site.sagemaker.list_endpoint_configs(NameContains="C", MaxResults=1)
    assert [each["EndpointConfigName"] for each in listed["EndpointConfigs"]] == ["c2"]
    rest = site.sagemaker.list_endpoint_configs(NameContains="c", NextToken=listed["NextToken"])
    assert [each["EndpointConfigName"] for each in rest["EndpointConfigs"]] == ["c1"]
    site.sagemaker.delete_endpoint_config(EndpointConfigName="c1")
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration "arn:aws:sagemaker:.*/c1"'):
        site.sagemaker.describe_endpoint_config(EndpointConfigName="c1")


def test_a_config_name_is_used_once(site: Reservations) -> None:
    site.config("c1")
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        site.config("c1")


# Creation


def test_an_endpoint_takes_the_published_time_to_come_up(site: Reservations) -> None:
    site.config("c1")
    site.sagemaker.create_endpoint(EndpointName="llama", EndpointConfigName="c1")
    assert site.state == ("Creating", "c1", "")
    assert (site.count(), site.plan()["InUseInstanceCount"]) == (0, 1)
    site.cloud.advance(seconds=LAUNCH_SECONDS - 1)
    assert site.state[0] == "Creating"
    site.cloud.advance(seconds=1)
    assert site.state == ("InService", "c1", "")
    summary = site.seen()["ProductionVariants"][0]["CapacityReservationConfig"]
    counts = ("TotalInstanceCount", "AvailableInstanceCount", "UsedByCurrentEndpoint")
    assert [summary[count] for count in counts] == [2, 1, 1]


def test_a_creation_without_free_instances_fails_and_holds_nothing(running: Reservations) -> None:
    running.config("big", count=2)
    running.sagemaker.create_endpoint(EndpointName="second", EndpointConfigName="big")
    running.cloud.advance(seconds=300)
    seen = running.seen("second")
    assert seen["EndpointStatus"] == "Failed"
    assert NO_CAPACITY in seen["FailureReason"]
    assert running.plan()["InUseInstanceCount"] == 1
    with pytest.raises(ClientError, match="Cannot update failed endpoint"):
        running.sagemaker.update_endpoint(EndpointName="second", EndpointConfigName="c1")
    running.sagemaker.delete_endpoint(EndpointName="second")


def test_the_name_of_an_endpoint_is_taken_whatever_its_case(running: Reservations) -> None:
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint "{ARN}"'):
        running.sagemaker.create_endpoint(EndpointName="Llama", EndpointConfigName="c1")


def test_unknown_names_are_told_apart_by_their_texts(running: Reservations) -> None:
    with pytest.raises(ClientError, match=r'Could not find endpoint "arn.*/nobody"'):
        running.seen("nobody")
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration "arn.*/nothing"'):
        running.update("nothing")


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
    refused = f'Cannot update in-progress endpoint "{ARN}"'
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


# Rollouts


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


# Deletion, lists, tags


def test_a_deletion_takes_its_time_and_then_the_name_is_free(running: Reservations) -> None:
    running.sagemaker.delete_endpoint(EndpointName="llama")
    assert running.state[0] == "Deleting"
    assert running.plan()["InUseInstanceCount"] == 1
    running.cloud.advance(seconds=120)
    assert running.plan()["InUseInstanceCount"] == 0
    running.endpoint()
    assert running.state[0] == "InService"


def test_endpoints_are_listed_by_status_and_name(running: Reservations) -> None:
    running.config("od", plan=None)
    running.sagemaker.create_endpoint(EndpointName="second", EndpointConfigName="od")

    def names(**request: Any) -> list[str]:
        return [each["EndpointName"] for each in running.sagemaker.list_endpoints(**request)["Endpoints"]]

    assert names() == ["second", "llama"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["llama", "second"]
    assert names(StatusEquals="Creating") == ["second"]
    assert names(NameContains="LLA") == ["llama"]


def test_tags_are_added_listed_and_deleted_on_every_kind(running: Reservations) -> None:
    arns = [
        ARN,
        PLAN_ARN,
        running.sagemaker.describe_model(ModelName="m1")["ModelArn"],
        running.sagemaker.describe_endpoint_config(EndpointConfigName="c1")["EndpointConfigArn"],
    ]
    for arn in arns:
        running.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        running.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
        assert running.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(ClientError, match=r"Could not find resource"):
        running.sagemaker.list_tags(ResourceArn=ARN + "-none")


def test_endpoints_are_found_by_their_tags(running: Reservations) -> None:
    running.sagemaker.add_tags(ResourceArn=ARN, Tags=[{"Key": "berth:stack", "Value": "berth"}])

    def found(name: str, value: str) -> list[str]:
        expression = {"Filters": [{"Name": name, "Operator": "Equals", "Value": value}]}
        results = running.sagemaker.search(Resource="Endpoint", SearchExpression=expression)["Results"]
        return [each["Endpoint"]["EndpointName"] for each in results]

    assert found("Tags.berth:stack", "berth") == ["llama"]
    assert found("Tags.berth:stack", "other") == []
    assert found("EndpointStatus", "InService") == ["llama"]


def test_models_are_listed_and_deleted(site: Reservations) -> None:
    assert len(site.sagemaker.list_models(NameContains="m")["Models"]) == 2
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        site.models("m1")
    site.sagemaker.delete_model(ModelName="m1")
    with pytest.raises(ClientError, match=r'Could not find model "arn'):
        site.sagemaker.describe_model(ModelName="m1")


# Events, timeline, figures


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
        "EndpointArn": ARN,
        "EndpointConfigName": "c1",
        "ProductionVariants": [{"DesiredWeight": 1.0, "DesiredInstanceCount": 1.0}],
        "EndpointStatus": "IN_SERVICE",
        "CreationTime": 1772537580000.0,
        "LastModifiedTime": 1772537821680.0,
        "Tags": {"berth:stack": "berth"},
    }
    configs = [e for e in put if e["DetailType"] == "SageMaker Endpoint Config State Change"]
    assert [e["Resources"] for e in configs] == [["arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/c1"]]


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

"""Endpoint configs and new endpoints: what is refused, what is listed, how names go."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.reservations import (
    ENDPOINT_ARN,
    LAUNCH_SECONDS,
    NO_CAPACITY,
    PLAN_ARN,
    Reservations,
    day,
)

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
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint "{ENDPOINT_ARN}"'):
        running.sagemaker.create_endpoint(EndpointName="Llama", EndpointConfigName="c1")


def test_unknown_names_are_told_apart_by_their_texts(running: Reservations) -> None:
    with pytest.raises(ClientError, match=r'Could not find endpoint "arn.*/nobody"'):
        running.seen("nobody")
    with pytest.raises(ClientError, match=r'Could not find endpoint configuration "arn.*/nothing"'):
        running.update("nothing")


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
        ENDPOINT_ARN,
        PLAN_ARN,
        running.sagemaker.describe_model(ModelName="m1")["ModelArn"],
        running.sagemaker.describe_endpoint_config(EndpointConfigName="c1")["EndpointConfigArn"],
    ]
    for arn in arns:
        running.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        running.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
        assert running.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(ClientError, match=r"Could not find resource"):
        running.sagemaker.list_tags(ResourceArn=ENDPOINT_ARN + "-none")


def test_endpoints_are_found_by_their_tags(running: Reservations) -> None:
    running.sagemaker.add_tags(ResourceArn=ENDPOINT_ARN, Tags=[{"Key": "berth:stack", "Value": "berth"}])

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

"""Requests are refused in AWS's words where botocore lets them pass, and every answer fits botocore's model."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.sagemaker import validation, wire
from rehearsal.sagemaker.refusals import InvalidRequestError
from tests.conformance.reservations import BLUE_GREEN_SECONDS, END, LAUNCH_SECONDS, PLAN_ARN, Reservations

NAME_PATTERN = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


@pytest.fixture
def unchecked(cloud: Cloud) -> Any:
    """A client that sends whatever it is given."""
    return boto3.client("sagemaker", region_name=cloud.settings.region, config=Config(parameter_validation=False))


def refusal(client: Any, operation: str, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return str(refused.value.response["Error"]["Message"])


def test_a_missing_field_is_null_and_must_not_be(unchecked: Any) -> None:
    assert refusal(unchecked, "describe_endpoint") == (
        "1 validation error detected: Value null at 'endpointName' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_a_name_that_does_not_match_names_its_pattern(unchecked: Any) -> None:
    assert refusal(unchecked, "describe_endpoint", EndpointName="my_endpoint") == (
        "1 validation error detected: Value 'my_endpoint' at 'endpointName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {NAME_PATTERN}"
    )


def test_a_long_name_names_the_limit_beside_the_pattern(unchecked: Any) -> None:
    message = refusal(unchecked, "describe_endpoint", EndpointName="x" * 64)
    assert message.startswith("2 validation errors detected: ")
    assert "Member must have length less than or equal to 63; Value" in message


def test_a_wrong_enum_deep_inside_is_named_by_its_path(unchecked: Any) -> None:
    """The enum that AWS's own rolling-deployment guide gets wrong (aws-facts 0, trap 9)."""
    size = {"Type": "CAPACITY_PERCENTAGE", "Value": 50}
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}}
    message = refusal(unchecked, "update_endpoint", EndpointName="e", EndpointConfigName="c", DeploymentConfig=policy)
    assert message.endswith(
        "Value 'CAPACITY_PERCENTAGE' at 'deploymentConfig.rollingUpdatePolicy.maximumBatchSize.type' "
        "failed to satisfy constraint: Member must satisfy enum value set: [INSTANCE_COUNT, CAPACITY_PERCENT]"
    )


def test_members_of_lists_are_counted_from_one(unchecked: Any) -> None:
    variant = {"VariantName": "v", "InstanceType": "ml.p9.48xlarge", "InitialInstanceCount": 0}
    message = refusal(unchecked, "create_endpoint_config", EndpointConfigName="c", ProductionVariants=[variant])
    assert "at 'productionVariants.1.member.instanceType'" in message
    assert "'productionVariants.1.member.initialInstanceCount' failed to satisfy constraint: " in message
    assert "Member must have value greater than or equal to 1" in message


def test_numbers_above_the_maximum_are_refused(unchecked: Any) -> None:
    message = refusal(unchecked, "list_endpoints", MaxResults=101)
    assert message.endswith("Member must have value less than or equal to 100")


def test_an_empty_list_is_too_short(unchecked: Any) -> None:
    message = refusal(unchecked, "create_endpoint_config", EndpointConfigName="c", ProductionVariants=[])
    assert message.endswith(
        "Value '[]' at 'productionVariants' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


@pytest.mark.parametrize(
    ("member", "value", "kind"),
    [
        ("EndpointName", 5, "string"),
        ("MaxResults", "five", "integer"),
        ("SortBy", ["Name"], "string"),
        ("CreationTimeAfter", "yesterday", "timestamp"),
    ],
)
def test_a_value_of_a_wrong_type_says_which_is_right(member: str, value: Any, kind: str) -> None:
    shape = operation("ListEndpoints" if member != "EndpointName" else "DescribeEndpoint").input_shape
    failures = list(validation.failures_of(shape, {member: value}))
    assert [failure.rpartition("Member must ")[2] for failure in failures] == [f"be of type {kind}"]


def test_tags_may_hold_every_script_but_no_brackets() -> None:
    shape = operation("AddTags").input_shape.members["Tags"]
    assert list(validation.failures_of(shape, [{"Key": "berth:stack", "Value": "größe 東京 @/=+-._"}])) == []
    assert len(list(validation.failures_of(shape, [{"Key": "a<b", "Value": ""}]))) == 1


def test_an_operation_that_is_not_rehearsed_is_named(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="doesn't know SageMaker's CreateExperiment") as refused:
        cloud.client("sagemaker").create_experiment(ExperimentName="e")
    assert refused.value.response["Error"]["Code"] == "NotImplemented"


def test_a_refused_call_is_on_the_timeline_with_its_error(unchecked: Any, cloud: Cloud) -> None:
    refusal(unchecked, "update_endpoint", EndpointName="llama")
    entry = next(iter(cloud.timeline))
    assert (entry.kind, entry.subject) == ("api", "endpoint/llama")
    assert "Value null at 'endpointConfigName'" in entry.more["error"]


# Answers


def operation(name: str) -> Any:
    return boto3.client("sagemaker", region_name="us-east-1").meta.service_model.operation_model(name)


def answers(cloud: Cloud) -> dict[str, list[dict[str, Any]]]:
    """Every answer that the twin gives while a reservation is lived through, by operation."""
    given: dict[str, list[dict[str, Any]]] = {}
    for name, handler in list(cloud.sagemaker.operations.items()):

        def remembering(request: dict[str, Any], name: str = name, handler: Any = handler) -> dict[str, Any]:
            answer: dict[str, Any] = handler(request)
            given.setdefault(name, []).append(answer)
            return answer

        cloud.sagemaker.operations[name] = remembering
    return given


def live_through(site: Reservations) -> None:
    client = site.sagemaker
    client.search_training_plan_offerings(InstanceType="ml.p5.48xlarge", DurationHours=24, StartTimeAfter=END)
    site.open()
    offering = client.search_training_plan_offerings(TrainingPlanArn=PLAN_ARN)["TrainingPlanExtensionOfferings"][0]
    client.extend_training_plan(TrainingPlanExtensionOfferingId=offering["TrainingPlanExtensionOfferingId"])
    client.describe_training_plan_extension_history(TrainingPlanArn=PLAN_ARN)
    reserved = client.list_training_plans()["TrainingPlanSummaries"][0]["ReservedCapacitySummaries"][0]
    client.describe_reserved_capacity(ReservedCapacityArn=reserved["ReservedCapacityArn"])
    site.endpoint()
    site.config("c2", model="m2")
    policy = {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}}
    site.update("c2", DeploymentConfig={"BlueGreenUpdatePolicy": policy})
    site.seen()
    site.cloud.advance(seconds=BLUE_GREEN_SECONDS)
    site.scale(2)
    site.seen()
    site.cloud.advance(to=END.replace(day=12))
    site.plan()
    live_with_components(site)
    read_all(site)
    client.delete_endpoint(EndpointName="llama")
    client.delete_endpoint_config(EndpointConfigName="c2")
    client.delete_model(ModelName="m2")


def live_with_components(site: Reservations) -> None:
    client = site.sagemaker
    site.component_config("ic", plan=None)
    client.create_endpoint(EndpointName="parts", EndpointConfigName="ic")
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    site.component(endpoint="parts")
    site.seen_component()
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    container = {"Image": "image", "ArtifactUrl": "s3://bucket/key", "Environment": {"A": "b"}}
    client.update_inference_component(
        InferenceComponentName="a",
        Specification={"Container": container, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}},
    )
    site.cloud.advance(seconds=LAUNCH_SECONDS)
    site.seen_component()
    site.copies(2)
    client.list_inference_components()
    client.delete_inference_component(InferenceComponentName="a")


def read_all(site: Reservations) -> None:
    client = site.sagemaker
    arn = site.seen()["EndpointArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    client.list_tags(ResourceArn=arn)
    client.search(Resource="Endpoint")
    client.delete_tags(ResourceArn=arn, TagKeys=["k"])
    client.list_endpoints(MaxResults=1)
    client.list_endpoint_configs(MaxResults=1)
    client.list_models(MaxResults=1)
    client.describe_endpoint_config(EndpointConfigName="c2")
    client.describe_model(ModelName="m2")


def test_every_answer_of_every_operation_fits_the_model(cloud: Cloud) -> None:
    given = answers(cloud)
    live_through(Reservations(cloud))
    assert set(given) == set(cloud.sagemaker.operations)
    for name, all_of_them in given.items():
        shape = operation(name).output_shape
        for answer in all_of_them:
            failures = list(validation.failures_of(shape, answer)) if shape is not None else []
            unknown = set(answer) - set(shape.members if shape is not None else {})
            assert (failures, unknown) == ([], set()), name


def test_every_pattern_of_the_model_is_understood_but_those_that_are_known_not_to_be() -> None:
    """A pattern that Python can't read lets everything pass: there must be no new one."""
    model = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names}
    passed = [p for p in patterns if p and validation._compiled(p).pattern == ".*" and p != ".*"]
    assert sorted(passed) == sorted(
        [
            r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}",
            r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,256}",
            r"arn:[\p{Alnum}\-]+:lambda:[\p{Alnum}\-]+:[0-9]{12}:function:.*",
            r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*",
        ]
    )


def test_a_body_that_is_no_json_is_refused(cloud: Cloud) -> None:
    for body in ("{", json.dumps([1])):
        with pytest.raises(InvalidRequestError, match="body"):
            wire.answer(cloud.sagemaker, "DescribeEndpoint", operation("DescribeEndpoint").input_shape, body)

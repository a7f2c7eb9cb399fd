"""SageMaker's answers as facts. botocore holds each answer against SageMaker's own model."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from berth_aws.sagemaker_seen import (
    config_seen,
    configs_of,
    endpoint_seen,
    list_endpoints,
    list_plans,
    plan_seen,
    tags_of,
)
from berth_core.errors import BusyError
from berth_core.facts import PlanStatus

START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
END = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
NAME = "llama-eval"
ARN = f"arn:aws:sagemaker:us-east-1:111122223333:endpoint/{NAME}"
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5-for-eval"
RESERVED_ARN = "arn:aws:sagemaker:us-east-1:111122223333:reserved-capacity/abc"
CONFIG = f"{NAME}-0a1b2c3d-x1"
CONFIG_ARN = f"arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/{CONFIG}"
BARE_PLAN = {"TrainingPlanName": "p5-for-eval", "TrainingPlanArn": PLAN_ARN, "Status": "Pending"}
RESERVED = {
    "ReservedCapacityArn": RESERVED_ARN,
    "InstanceType": "ml.p5.48xlarge",
    "TotalInstanceCount": 2,
    "Status": "Active",
    "AvailabilityZone": "us-east-1a",
    "StartTime": START,
    "EndTime": END,
}
BARE_ENDPOINT = {
    "EndpointName": NAME,
    "EndpointArn": ARN,
    "EndpointStatus": "Creating",
    "CreationTime": START,
    "LastModifiedTime": START,
}


@pytest.fixture
def stub(sagemaker: Any) -> Any:
    with Stubber(sagemaker) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def stub_config(stub: Stubber, variant: dict[str, Any]) -> None:
    answer = {
        "EndpointConfigName": CONFIG,
        "EndpointConfigArn": CONFIG_ARN,
        "ProductionVariants": [{"VariantName": "main", **variant}],
        "CreationTime": START,
    }
    stub.add_response("describe_endpoint_config", answer, {"EndpointConfigName": CONFIG})


def stub_tags(stub: Stubber, arn: str, *pages: list[tuple[str, str]]) -> None:
    for index, page in enumerate(pages):
        tags = [{"Key": key, "Value": value} for key, value in page]
        more = {"NextToken": str(index + 1)} if index + 1 < len(pages) else {}
        asked = {"NextToken": str(index)} if index else {}
        stub.add_response("list_tags", {"Tags": tags, **more}, {"ResourceArn": arn, **asked})


def not_found(stub: Stubber, operation: str, what: str, code: str = "ValidationException") -> None:
    stub.add_client_error(operation, code, f'Could not find {what} "arn".', http_status_code=400)


def test_an_endpoint_is_seen_with_its_config_and_its_tags(sagemaker: Any, stub: Stubber) -> None:
    reserved = {"CapacityReservationConfig": {"MlReservationArn": PLAN_ARN}}
    variant = {"VariantName": "main", "CurrentInstanceCount": 1, "DesiredInstanceCount": 2, **reserved}
    answer = {
        **BARE_ENDPOINT,
        "EndpointStatus": "Updating",
        "EndpointConfigName": CONFIG,
        "ProductionVariants": [variant],
    }
    stub.add_response("describe_endpoint", answer, {"EndpointName": NAME})
    stub_tags(stub, ARN, [("berth:stack", "berth")], [("team", "nlp")])
    live = {"ModelName": "my-model", "InstanceType": "ml.p5.48xlarge", "InitialInstanceCount": 1, **reserved}
    stub_config(stub, live)
    seen = endpoint_seen(sagemaker, NAME)
    assert seen is not None
    assert (seen.name, seen.arn, seen.status, seen.config_name) == (NAME, ARN, "Updating", CONFIG)
    assert (seen.plan_arn, seen.instance_count, seen.variants[0].current_count) == (PLAN_ARN, 2, 1)
    assert seen.tags == {"berth:stack": "berth", "team": "nlp"}
    assert seen.config is not None
    assert (seen.config.model, seen.config.instance_count, seen.config.plan_arn) == ("my-model", 1, PLAN_ARN)
    assert seen.config.created_at == START
    assert seen.changed_at == START
    assert not seen.pending


def test_an_endpoint_that_says_the_least_is_seen_too(sagemaker: Any, stub: Stubber) -> None:
    stub.add_response("describe_endpoint", BARE_ENDPOINT)
    stub_tags(stub, ARN, [])
    seen = endpoint_seen(sagemaker, NAME)
    assert seen is not None
    assert (seen.config_name, seen.variants, seen.config, seen.tags) == ("", (), None, {})


def test_a_pending_deployment_and_a_reason_are_seen(sagemaker: Any, stub: Stubber) -> None:
    pending = {"PendingDeploymentSummary": {"EndpointConfigName": "next"}}
    stub.add_response("describe_endpoint", {**BARE_ENDPOINT, "FailureReason": "CapacityError", **pending})
    stub_tags(stub, ARN, [])
    seen = endpoint_seen(sagemaker, NAME)
    assert seen is not None
    assert seen.pending
    assert seen.failure_reason == "CapacityError"


def test_a_live_config_that_was_deleted_leaves_the_endpoint_without_one(sagemaker: Any, stub: Stubber) -> None:
    stub.add_response("describe_endpoint", {**BARE_ENDPOINT, "EndpointConfigName": CONFIG})
    stub_tags(stub, ARN, [])
    not_found(stub, "describe_endpoint_config", "endpoint configuration")
    seen = endpoint_seen(sagemaker, NAME)
    assert seen is not None
    assert (seen.config_name, seen.config) == (CONFIG, None)


def test_no_endpoint_is_none(sagemaker: Any, stub: Stubber) -> None:
    not_found(stub, "describe_endpoint", "endpoint")
    assert endpoint_seen(sagemaker, NAME) is None


def test_an_endpoint_that_vanishes_while_we_look_is_none(sagemaker: Any, stub: Stubber) -> None:
    stub.add_response("describe_endpoint", BARE_ENDPOINT)
    not_found(stub, "list_tags", "endpoint")
    assert endpoint_seen(sagemaker, NAME) is None


def test_a_throttled_look_is_busy(sagemaker: Any, stub: Stubber) -> None:
    stub.add_client_error("describe_endpoint", "ThrottlingException", "Rate exceeded", http_status_code=400)
    with pytest.raises(BusyError, match=r"DescribeEndpoint: .*Rate exceeded"):
        endpoint_seen(sagemaker, NAME)


def test_a_config_on_demand_has_no_plan(sagemaker: Any, stub: Stubber) -> None:
    stub_config(stub, {"ModelName": "my-model", "InstanceType": "ml.p4d.24xlarge", "InitialInstanceCount": 2})
    seen = config_seen(sagemaker, CONFIG)
    assert seen is not None
    assert (seen.instance_type, seen.instance_count, seen.plan_arn, seen.variant) == (
        "ml.p4d.24xlarge",
        2,
        None,
        "main",
    )


def test_a_plan_is_read_with_its_blocks_in_the_order_of_time(sagemaker: Any, stub: Stubber) -> None:
    later = {**RESERVED, "StartTime": END, "EndTime": datetime(2026, 3, 17, 12, 0, tzinfo=UTC), "Status": "Scheduled"}
    counts = {"TotalInstanceCount": 2, "AvailableInstanceCount": 1, "InUseInstanceCount": 1}
    answer = {
        **BARE_PLAN,
        **counts,
        "Status": "Active",
        "TargetResources": ["endpoint"],
        "StartTime": START,
        "EndTime": later["EndTime"],
        "ReservedCapacitySummaries": [later, RESERVED],
    }
    stub.add_response("describe_training_plan", answer, {"TrainingPlanName": "p5-for-eval"})
    seen = plan_seen(sagemaker, "p5-for-eval")
    assert seen is not None
    assert (seen.status, seen.total_count, seen.available_count, seen.in_use_count) == (PlanStatus.ACTIVE, 2, 1, 1)
    assert [(block.starts_at, block.ends_at) for block in seen.blocks] == [
        (START, END),
        (END, datetime(2026, 3, 17, 12, 0, tzinfo=UTC)),
    ]
    assert (seen.blocks[0].zone, seen.blocks[0].status) == ("us-east-1a", "Active")


def test_a_plan_that_says_the_least_is_read_too(sagemaker: Any, stub: Stubber) -> None:
    stub.add_response("describe_training_plan", BARE_PLAN)
    seen = plan_seen(sagemaker, "p5-for-eval")
    assert seen is not None
    assert (seen.status, seen.targets, seen.total_count, seen.blocks) == (PlanStatus.PENDING, (), 0, ())


def test_a_status_that_nobody_documented_is_kept_and_breaks_no_other_plan(sagemaker: Any, stub: Stubber) -> None:
    summaries = [{**BARE_PLAN, "Status": "Suspended"}, {**BARE_PLAN, "TrainingPlanName": "p5-second"}]
    stub.add_response("list_training_plans", {"TrainingPlanSummaries": summaries})
    assert [(seen.status, seen.is_understood) for seen in list_plans(sagemaker)] == [
        ("Suspended", False),
        (PlanStatus.PENDING, True),
    ]


def test_without_reserved_times_the_plans_own_span_is_its_block(sagemaker: Any, stub: Stubber) -> None:
    silent = {key: value for key, value in RESERVED.items() if key not in ("StartTime", "EndTime")}
    times = {"StartTime": START, "EndTime": END, "TotalInstanceCount": 2}
    stub.add_response("describe_training_plan", {**BARE_PLAN, **times, "ReservedCapacitySummaries": [silent]})
    seen = plan_seen(sagemaker, "p5-for-eval")
    assert seen is not None
    [block] = seen.blocks
    assert (block.starts_at, block.ends_at, block.instance_type) == (START, END, "ml.p5.48xlarge")


def test_a_plan_that_was_never_bought_is_none(sagemaker: Any, stub: Stubber) -> None:
    not_found(stub, "describe_training_plan", "plan", code="ResourceNotFound")
    assert plan_seen(sagemaker, "p5-for-eval") is None


def test_all_pages_of_plans_are_read(sagemaker: Any, stub: Stubber) -> None:
    for asked, answered in (({}, {"NextToken": "more"}), ({"NextToken": "more"}, {})):
        stub.add_response(
            "list_training_plans", {"TrainingPlanSummaries": [BARE_PLAN], **answered}, {"MaxResults": 100, **asked}
        )
    assert [plan.name for plan in list_plans(sagemaker)] == ["p5-for-eval", "p5-for-eval"]


def test_all_pages_of_endpoints_are_read(sagemaker: Any, stub: Stubber) -> None:
    for asked, answered in (({}, {"NextToken": "more"}), ({"NextToken": "more"}, {})):
        stub.add_response("list_endpoints", {"Endpoints": [BARE_ENDPOINT], **answered}, {"MaxResults": 100, **asked})
    assert [(each.name, each.status, each.changed_at) for each in list_endpoints(sagemaker)] == [
        (NAME, "Creating", START)
    ] * 2


def test_only_names_of_our_kind_count_as_configs_of_a_deployment(sagemaker: Any, stub: Stubber) -> None:
    names = [CONFIG, f"{NAME}-v2-0a1b2c3d-x1", f"my-{CONFIG}", f"{NAME}-by-hand", f"{NAME}-ffffffff-x12"]
    configs = [{"EndpointConfigName": name, "EndpointConfigArn": CONFIG_ARN, "CreationTime": START} for name in names]
    asked = {"NameContains": f"{NAME}-", "MaxResults": 100}
    stub.add_response("list_endpoint_configs", {"EndpointConfigs": configs[:2], "NextToken": "more"}, asked)
    stub.add_response("list_endpoint_configs", {"EndpointConfigs": configs[2:]}, {**asked, "NextToken": "more"})
    assert list(configs_of(sagemaker, NAME)) == [CONFIG, f"{NAME}-ffffffff-x12"]


def test_tags_of_what_is_gone_are_none(sagemaker: Any, stub: Stubber) -> None:
    not_found(stub, "list_tags", "resource", code="ResourceNotFound")
    assert tags_of(sagemaker, CONFIG_ARN) is None

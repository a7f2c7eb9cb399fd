"""Looking at SageMaker: its answers as facts. Nothing here changes anything.

All functions raise BusyError when throttled or without an answer.
"""

from collections.abc import Iterator
from typing import Any

from berth_aws.clients import Client
from berth_aws.plan_facts import plan_fact
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decide.watch import EndpointBrief
from berth_core.facts import Attempt, ConfigSeen, EndpointSeen, PlanSeen, VariantSeen
from berth_core.naming import is_config_of

type Described = dict[str, Any]
"""An answer of DescribeEndpoint."""

PAGE = 100
"""The most that SageMaker's lists give at once; their default is 10."""


def described(client: Client, name: str) -> Described | None:
    """DescribeEndpoint's own answer, or None if there is no such endpoint."""
    with fine_if(Answer.GONE, "DescribeEndpoint"):
        answer: Described = client.describe_endpoint(EndpointName=name)
        return answer
    return None


def endpoint_seen(client: Client, name: str) -> EndpointSeen | None:
    """The endpoint with its live config and its tags; None if there is none, or it vanished while we looked."""
    answer = described(client, name)
    if answer is None:
        return None
    tags = tags_of(client, answer["EndpointArn"])
    if tags is None:
        return None
    config_name = answer.get("EndpointConfigName", "")
    return EndpointSeen(
        name=answer["EndpointName"],
        arn=answer["EndpointArn"],
        status=answer["EndpointStatus"],
        config_name=config_name,
        failure_reason=answer.get("FailureReason", ""),
        pending="PendingDeploymentSummary" in answer,
        variants=tuple(_variant(each) for each in answer.get("ProductionVariants", ())),
        config=config_seen(client, config_name) if config_name else None,
        tags=tags,
        changed_at=answer.get("LastModifiedTime"),
    )


def with_its_config(endpoint: EndpointSeen | None, attempts: tuple[Attempt, ...]) -> EndpointSeen | None:
    """If somebody deleted the live config: what we made under its name, which follows from its content."""
    if endpoint is None or endpoint.config is not None:
        return endpoint
    made = (attempt.config for attempt in attempts if attempt.config is not None)
    known = next((config for config in made if config.name == endpoint.config_name), None)
    return endpoint.model_copy(update={"config": known})


def config_seen(client: Client, name: str) -> ConfigSeen | None:
    """What a config asks for. None if it is gone, or so new that SageMaker doesn't show it yet (aws-facts 2.7)."""
    with fine_if(Answer.UNSEEN, "DescribeEndpointConfig"):
        answer = client.describe_endpoint_config(EndpointConfigName=name)
        variant: dict[str, Any] = next(iter(answer.get("ProductionVariants", ())), {})
        return ConfigSeen(
            name=answer["EndpointConfigName"],
            model=variant.get("ModelName"),
            instance_type=variant.get("InstanceType"),
            instance_count=variant.get("InitialInstanceCount"),
            plan_arn=variant.get("CapacityReservationConfig", {}).get("MlReservationArn"),
            variant=variant.get("VariantName", ""),
            created_at=answer.get("CreationTime"),
        )
    return None


def tags_of(client: Client, arn: str) -> dict[str, str] | None:
    """The tags of a resource; None if it is gone."""
    with fine_if(Answer.GONE, "ListTags"):
        pages = client.get_paginator("list_tags").paginate(ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    return None


def plan_seen(client: Client, name_or_arn: str) -> PlanSeen | None:
    """The training plan; None if it is gone, or was never bought."""
    with fine_if(Answer.GONE, "DescribeTrainingPlan"):
        return plan_fact(client.describe_training_plan(TrainingPlanName=name_or_arn))
    return None


def list_plans(client: Client) -> tuple[PlanSeen, ...]:
    """All plans of the account, whatever their target: SageMaker has no filter for that."""
    with in_our_words("ListTrainingPlans"):
        pages = client.get_paginator("list_training_plans").paginate(PaginationConfig={"PageSize": PAGE})
        return tuple(plan_fact(each) for page in pages for each in page["TrainingPlanSummaries"])


def list_endpoints(client: Client) -> tuple[EndpointBrief, ...]:
    """All endpoints of the account, ours and others', in a few calls however many there are."""
    with in_our_words("ListEndpoints"):
        pages = client.get_paginator("list_endpoints").paginate(PaginationConfig={"PageSize": PAGE})
        return tuple(_brief(each) for page in pages for each in page["Endpoints"])


def list_configs(client: Client) -> tuple[str, ...]:
    """The names of all endpoint configs of the account, ours and others'."""
    with in_our_words("ListEndpointConfigs"):
        pages = client.get_paginator("list_endpoint_configs").paginate(PaginationConfig={"PageSize": PAGE})
        return tuple(each["EndpointConfigName"] for page in pages for each in page["EndpointConfigs"])


def configs_of(client: Client, deployment: str) -> dict[str, str]:
    """The configs whose name is one that we give for this deployment, with their ARNs. Tags have the last word."""
    with in_our_words("ListEndpointConfigs"):
        named = {each["EndpointConfigName"]: each["EndpointConfigArn"] for each in _configs(client, deployment)}
    return {name: arn for name, arn in sorted(named.items()) if is_config_of(deployment, name)}


def _configs(client: Client, deployment: str) -> Iterator[dict[str, Any]]:
    paginator = client.get_paginator("list_endpoint_configs")
    for page in paginator.paginate(NameContains=f"{deployment}-", PaginationConfig={"PageSize": PAGE}):
        yield from page["EndpointConfigs"]


def _variant(answer: dict[str, Any]) -> VariantSeen:
    return VariantSeen(
        name=answer["VariantName"],
        current_count=answer.get("CurrentInstanceCount", 0),
        desired_count=answer.get("DesiredInstanceCount", 0),
        plan_arn=answer.get("CapacityReservationConfig", {}).get("MlReservationArn"),
    )


def _brief(answer: dict[str, Any]) -> EndpointBrief:
    return EndpointBrief(
        name=answer["EndpointName"], status=answer["EndpointStatus"], changed_at=answer.get("LastModifiedTime")
    )

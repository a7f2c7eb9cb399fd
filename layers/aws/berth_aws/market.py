"""The market for reserved capacity: what is on sale, what was bought, and the two calls that spend money.

Those two are asked once, by the once-only client. Each raises RefusedError for AWS's no, BusyError if nothing was asked
(throttled, no connection), and UnknownOutcomeError if the answer was lost: look, and don't ask again (aws-facts 7).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import in_our_words, is_plain_no
from berth_core.errors import RefusedError
from berth_core.purchases import Extended, Offer, OfferBlock, Order


def offers_for(client: Client, order: Order, now: datetime) -> tuple[Offer, ...]:
    """What is on sale for this order; empty for nothing. SageMaker gives three at most, in one page.

    RefusedError if AWS says no to the search itself: to a plan that can't be extended, for one.
    """
    if order.kind == "extension":
        return _search_extensions(client, order)
    asked: dict[str, Any] = {
        "InstanceType": order.instance_type,
        "InstanceCount": order.instance_count,
        "DurationHours": order.hours,
        "TargetResources": ["endpoint"],
        "StartTimeAfter": max(order.not_before or now, now),
    }
    if order.not_after is not None:
        asked["EndTimeBefore"] = order.not_after
    with _where_a_no_counts("SearchTrainingPlanOfferings"):
        answer = client.search_training_plan_offerings(**asked)
    return tuple(_offer(each) for each in answer.get("TrainingPlanOfferings", ()))


def _search_extensions(client: Client, order: Order) -> tuple[Offer, ...]:
    with _where_a_no_counts("SearchTrainingPlanOfferings"):
        answer = client.search_training_plan_offerings(TrainingPlanArn=order.plan_arn, DurationHours=order.hours)
    return tuple(_extension(each, order) for each in answer.get("TrainingPlanExtensionOfferings", ()))


def history(client: Client, plan_arn: str) -> tuple[Extended, ...]:
    """All extensions that were ever bought for a plan. RefusedError if AWS won't say."""
    with _where_a_no_counts("DescribeTrainingPlanExtensionHistory"):
        pages = client.get_paginator("describe_training_plan_extension_history").paginate(TrainingPlanArn=plan_arn)
        return tuple(_extended(each) for page in pages for each in page.get("TrainingPlanExtensions", ()))


def create_plan(client: Client, name: str, offering_id: str, tags: dict[str, str]) -> str:
    """Buys a plan; the answer is its ARN. Whether AWS refuses a name twice is not documented: look before."""
    with _where_a_no_counts("CreateTrainingPlan", once_only=True):
        try:
            answer = client.create_training_plan(
                TrainingPlanName=name,
                TrainingPlanOfferingId=offering_id,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        except client.exceptions.ResourceInUse as error:
            raise RefusedError(f"CreateTrainingPlan: {error}") from error
    return str(answer["TrainingPlanArn"])


def extend_plan(client: Client, offering_id: str) -> None:
    """Buys an extension. Asked twice, it extends and bills twice: there is no token (aws-facts 0, trap 11)."""
    with _where_a_no_counts("ExtendTrainingPlan", once_only=True):
        client.extend_training_plan(TrainingPlanExtensionOfferingId=offering_id)


@contextmanager
def _where_a_no_counts(operation: str, *, once_only: bool = False) -> Iterator[None]:
    """AWS documents no errors for what is wrong with an offer, and here each no counts: nothing is done."""
    from botocore.exceptions import ClientError

    with in_our_words(operation, once_only=once_only):
        try:
            yield
        except ClientError as error:
            if is_plain_no(error):
                raise RefusedError(f"{operation}: {error}") from error
            raise


def _offer(answer: dict[str, Any]) -> Offer:
    return Offer(
        id=answer["TrainingPlanOfferingId"],
        price=answer.get("UpfrontFee"),
        currency=answer.get("CurrencyCode"),
        hours=answer.get("DurationHours", 0),
        targets=tuple(answer.get("TargetResources", ())),
        blocks=tuple(
            OfferBlock(
                starts_at=each.get("StartTime"),
                ends_at=each.get("EndTime"),
                instance_type=each.get("InstanceType", ""),
                instance_count=each.get("InstanceCount", 0),
                zone=each.get("AvailabilityZone"),
            )
            for each in answer.get("ReservedCapacityOfferings", ())
        ),
    )


def _extension(answer: dict[str, Any], order: Order) -> Offer:
    """An extension can't resize its plan, so AWS says neither type nor count."""
    block = OfferBlock(
        starts_at=answer.get("StartDate"),
        ends_at=answer.get("EndDate"),
        instance_type=order.instance_type,
        instance_count=order.instance_count,
        zone=answer.get("AvailabilityZone"),
    )
    return Offer(
        id=answer["TrainingPlanExtensionOfferingId"],
        price=answer.get("UpfrontFee"),
        currency=answer.get("CurrencyCode"),
        hours=answer.get("DurationHours", 0),
        blocks=(block,),
    )


def _extended(answer: dict[str, Any]) -> Extended:
    return Extended(
        offering_id=answer["TrainingPlanExtensionOfferingId"],
        starts_at=answer.get("StartDate"),
        ends_at=answer.get("EndDate"),
        status=answer.get("Status", ""),
        payment=answer.get("PaymentStatus", ""),
    )

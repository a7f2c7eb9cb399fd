"""SageMaker's market in memory, as far as a purchase calls it: slow to show what it sold, and free to lose answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from botocore.exceptions import ClientError, ReadTimeoutError

Fate = Literal["answered", "throttled", "refused", "lost_after", "lost_before"]
START, END = "2026-03-05T11:30:00+00:00", "2026-03-06T11:30:00+00:00"


class ResourceInUse(ClientError):
    """As boto3 models it."""


@dataclass
class Sold:
    """A plan that AWS has sold, and when lists begin to show it."""

    name: str
    offering_id: str
    usd: Decimal
    at: datetime
    shown_at: datetime


@dataclass
class FakeMarket:
    """`fates` are what becomes of the next calls that buy; after the last they are answered."""

    now: Callable[[], datetime]
    prices: dict[str, str]
    fates: list[Fate] = field(default_factory=list)
    lag: timedelta = timedelta(0)
    refuses_names: bool = True
    sold: list[Sold] = field(default_factory=list)
    calls: int = 0

    class exceptions:
        ResourceInUse = ResourceInUse

    def search_training_plan_offerings(self, **_asked: Any) -> dict[str, Any]:
        return {"TrainingPlanOfferings": [_offering(offering, price) for offering, price in self.prices.items()]}

    def get_paginator(self, name: str) -> FakeMarket:
        assert name == "list_training_plans"
        return self

    def paginate(self, **_asked: Any) -> Iterator[dict[str, Any]]:
        shown = [sold for sold in self.sold if sold.shown_at <= self.now()]
        yield {"TrainingPlanSummaries": [_summary(sold, number) for number, sold in enumerate(shown)]}

    def create_training_plan(self, **asked: Any) -> dict[str, Any]:
        self.calls += 1
        fate = self.fates.pop(0) if self.fates else "answered"
        if fate == "throttled":
            raise ClientError(
                {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "CreateTrainingPlan"
            )
        if fate == "refused":
            raise ClientError({"Error": {"Code": "ResourceLimitExceeded", "Message": "limit"}}, "CreateTrainingPlan")
        name, offering = asked["TrainingPlanName"], asked["TrainingPlanOfferingId"]
        if fate != "lost_before":
            if self.refuses_names and any(sold.name == name for sold in self.sold):
                raise ResourceInUse({"Error": {"Code": "ResourceInUse", "Message": "exists"}}, "CreateTrainingPlan")
            price = Decimal(self.prices[offering])
            self.sold.append(Sold(name, offering, price, self.now(), self.now() + self.lag))
        if fate.startswith("lost"):
            raise ReadTimeoutError(endpoint_url="https://sagemaker")
        return {"TrainingPlanArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-plan/{name}"}


def _offering(offering_id: str, price: str) -> dict[str, Any]:
    block = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1, "StartTime": START, "EndTime": END}
    return {
        "TrainingPlanOfferingId": offering_id,
        "TargetResources": ["endpoint"],
        "DurationHours": 24,
        "UpfrontFee": price,
        "CurrencyCode": "USD",
        "ReservedCapacityOfferings": [block],
    }


def _summary(sold: Sold, number: int) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:training-plan/{sold.name}{f'-{number}' if number else ''}"
    return {"TrainingPlanName": sold.name, "TrainingPlanArn": arn, "Status": "Scheduled"}

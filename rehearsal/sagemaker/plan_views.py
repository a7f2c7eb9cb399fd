"""Training plans in the shapes of the API (aws-facts 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rehearsal.sagemaker.arns import Arns
from rehearsal.sagemaker.plans import Block, Extension, Plan, block_status, extension_status, plan_status, usable_block
from rehearsal.settings import Timings

CURRENCY = "USD"


def duration(start: datetime, end: datetime) -> dict[str, int]:
    """Whole hours and the minutes beyond them."""
    minutes = int((end - start).total_seconds() // 60)
    return {"DurationHours": minutes // 60, "DurationMinutes": minutes % 60}


def total_duration(blocks: tuple[Block, ...]) -> dict[str, int]:
    start = blocks[0].start
    return duration(start, start + sum((block.end - block.start for block in blocks), timedelta()))


def fee(amount: Decimal) -> str:
    return f"{amount:.2f}"


class PlanViews:
    """Reads plans as DescribeTrainingPlan, ListTrainingPlans and DescribeReservedCapacity show them."""

    def __init__(self, arns: Arns, timings: Timings, now: Callable[[], datetime], in_use: Callable[[str], int]) -> None:
        self._arns = arns
        self._timings = timings
        self._now = now
        self._in_use = in_use

    def summary(self, plan: Plan) -> dict[str, Any]:
        status = plan_status(plan, self._now(), self._timings)
        return {
            "TrainingPlanArn": plan.arn,
            "TrainingPlanName": plan.shown_name,
            "Status": status,
            **({"StatusMessage": "The payment for the training plan failed."} if status == "Failed" else {}),
            **total_duration(plan.blocks),
            "StartTime": plan.start,
            "EndTime": plan.end,
            "UpfrontFee": fee(plan.upfront_fee),
            "CurrencyCode": CURRENCY,
            "TotalInstanceCount": plan.instance_count,
            **self._counts(plan),
            "TargetResources": [plan.target],
            "ReservedCapacitySummaries": [self._block(plan, index) for index in range(len(plan.blocks))],
        }

    def described(self, plan: Plan) -> dict[str, Any]:
        return {**self.summary(plan), "UnhealthyInstanceCount": 0, "AvailableSpareInstanceCount": 0}

    def reserved_capacity(self, plan: Plan, index: int) -> dict[str, Any]:
        usable = usable_block(plan, self._now(), self._timings) == index
        counts = self._counts(plan) if usable else {"AvailableInstanceCount": 0, "InUseInstanceCount": 0}
        block = self._block(plan, index)
        block.pop("AvailabilityZoneId")
        return {**block, **counts}

    def _counts(self, plan: Plan) -> dict[str, int]:
        """None are available outside a usable block (assumption: AWS's figures there were not seen)."""
        used = self._in_use(plan.name)
        usable = usable_block(plan, self._now(), self._timings) is not None
        return {
            "AvailableInstanceCount": max(0, plan.instance_count - used) if usable else 0,
            "InUseInstanceCount": used,
        }

    def _block(self, plan: Plan, index: int) -> dict[str, Any]:
        block = plan.blocks[index]
        return {
            "ReservedCapacityArn": self._arns.reserved_capacity(plan.name, index),
            "ReservedCapacityType": "Instance",
            "InstanceType": plan.instance_type,
            "TotalInstanceCount": plan.instance_count,
            "Status": block_status(plan, block, self._now(), self._timings),
            "AvailabilityZone": block.zone,
            "AvailabilityZoneId": zone_id(block.zone),
            **duration(block.start, block.end),
            "StartTime": block.start,
            "EndTime": block.end,
        }

    def extension(self, extension: Extension) -> dict[str, Any]:
        status, payment = extension_status(extension, self._now(), self._timings)
        return {
            "TrainingPlanExtensionOfferingId": extension.offering_id,
            "ExtendedAt": extension.bought_at,
            "StartDate": extension.start,
            "EndDate": extension.end,
            "Status": status,
            "PaymentStatus": payment,
            "AvailabilityZone": extension.zone,
            "AvailabilityZoneId": zone_id(extension.zone),
            "DurationHours": extension.hours,
            "UpfrontFee": fee(extension.upfront_fee),
            "CurrencyCode": CURRENCY,
        }


def zone_id(zone: str) -> str:
    """us-east-1b -> use1-az2. The mapping of letters is per account; this one is an assumption."""
    region, letter = zone[:-1], zone[-1]
    parts = region.split("-")
    direction = {"northeast": "ne", "southeast": "se", "northwest": "nw", "southwest": "sw"}.get(parts[1], parts[1][0])
    return f"{parts[0]}{direction}{parts[-1]}-az{ord(letter) - ord('a') + 1}"

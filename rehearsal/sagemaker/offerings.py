"""Offerings on sale: those that a scenario put there, else generated ones (aws-facts 1.1, 1.4, 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from rehearsal.sagemaker.plan_views import CURRENCY, duration, fee, total_duration
from rehearsal.sagemaker.plans import Block, Plan

# USD per instance-hour of generated offerings. Assumptions: only their order of magnitude is meant to be right.
_HOURLY_USD = {
    "ml.p4d.24xlarge": "12.00", "ml.p4de.24xlarge": "15.00", "ml.p5.4xlarge": "4.00", "ml.p5.48xlarge": "31.50",
    "ml.p5e.48xlarge": "36.00", "ml.p5en.48xlarge": "39.00", "ml.p6-b200.48xlarge": "75.00",
    "ml.p6-b300.48xlarge": "95.00", "ml.p6e-gb200.36xlarge": "60.00",
    "ml.trn1.32xlarge": "9.50", "ml.trn2.48xlarge": "36.00",
}  # fmt: skip
_DAY_STARTS_AT = timedelta(hours=11, minutes=30)
_OFFERED = 3
_LONGEST_DAYS = 182


@dataclass(frozen=True)
class Offering:
    """A plan, or an extension of one, that can be bought. It stays buyable: a second purchase is a second bill."""

    offering_id: str
    instance_type: str
    instance_count: int
    target: str
    upfront_fee: Decimal
    blocks: tuple[Block, ...]
    extends: str | None = None
    payment_fails: bool = False

    @property
    def hours(self) -> int:
        return total_duration(self.blocks)["DurationHours"]

    @property
    def start(self) -> datetime:
        return self.blocks[0].start

    @property
    def end(self) -> datetime:
        return self.blocks[-1].end


def digest(*parts: object) -> str:
    return sha256("/".join(str(part) for part in parts).encode()).hexdigest()[:16]


def matches(offering: Offering, search: dict[str, Any], now: datetime) -> bool:
    """Whether a search finds it. The type, the count and the hours must be equal (assumption: no near misses)."""
    wanted = (
        search.get("InstanceType") in (None, offering.instance_type),
        search.get("InstanceCount") in (None, 0, offering.instance_count),
        search.get("DurationHours") in (None, offering.hours),
        offering.target in search.get("TargetResources", [offering.target]),
        offering.start >= search.get("StartTimeAfter", offering.start),
        offering.end <= search.get("EndTimeBefore", offering.end),
        offering.end > now,
        "UltraServerType" not in search,
    )
    return all(wanted)


def generated(search: dict[str, Any], now: datetime, zone: str) -> list[Offering]:
    """Up to three one-block offerings that start at 11:30 UTC on three days in a row, whole days long."""
    instance_type = search.get("InstanceType")
    days = _whole_days(search.get("DurationHours", 24))
    if instance_type is None or "UltraServerType" in search or days > _LONGEST_DAYS:
        return []
    length = timedelta(days=days)
    first = _next_day_start(max(now, search.get("StartTimeAfter", now)))
    blocks = [Block(first + timedelta(days=i), first + timedelta(days=i) + length, zone) for i in range(_OFFERED)]
    latest_end = search.get("EndTimeBefore")
    return [
        _generated(search, instance_type, block) for block in blocks if latest_end is None or block.end <= latest_end
    ]


def _generated(search: dict[str, Any], instance_type: str, block: Block) -> Offering:
    count = search.get("InstanceCount") or 1
    target = search.get("TargetResources", ["endpoint"])[0]
    return Offering(
        offering_id=f"tpo-{digest(instance_type, count, target, block.start.isoformat(), block.end.isoformat())}",
        instance_type=instance_type,
        instance_count=count,
        target=target,
        upfront_fee=_price(instance_type, count, block),
        blocks=(block,),
    )


def generated_extension(plan: Plan, hours: int) -> Offering:
    """From the plan's end; days up to 14, then weeks up to 182 days (aws-facts 1.5)."""
    days = _whole_days(hours)
    days = days if days <= 14 else min(_LONGEST_DAYS, -(-days // 7) * 7)
    block = Block(plan.end, plan.end + timedelta(days=days), plan.blocks[-1].zone)
    return Offering(
        offering_id=f"tpeo-{digest(plan.name, block.start.isoformat(), days)}",
        instance_type=plan.instance_type,
        instance_count=plan.instance_count,
        target=plan.target,
        upfront_fee=_price(plan.instance_type, plan.instance_count, block),
        blocks=(block,),
        extends=plan.name,
    )


def _whole_days(hours: int) -> int:
    return max(1, -(-hours // 24))


def _next_day_start(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    today = midnight + _DAY_STARTS_AT
    return today if today >= moment else today + timedelta(days=1)


def _price(instance_type: str, count: int, block: Block) -> Decimal:
    hours = Decimal((block.end - block.start) // timedelta(hours=1))
    return Decimal(_HOURLY_USD[instance_type]) * count * hours


def as_plan_offering(offering: Offering, search: dict[str, Any]) -> dict[str, Any]:
    """The shape of TrainingPlanOffering."""
    times = {"RequestedStartTimeAfter": "StartTimeAfter", "RequestedEndTimeBefore": "EndTimeBefore"}
    return {
        "TrainingPlanOfferingId": offering.offering_id,
        "TargetResources": [offering.target],
        **{shown: search[asked] for shown, asked in times.items() if asked in search},
        **total_duration(offering.blocks),
        "UpfrontFee": fee(offering.upfront_fee),
        "CurrencyCode": CURRENCY,
        "ReservedCapacityOfferings": [
            {
                "ReservedCapacityType": "Instance",
                "InstanceType": offering.instance_type,
                "InstanceCount": offering.instance_count,
                "AvailabilityZone": block.zone,
                **duration(block.start, block.end),
                "StartTime": block.start,
                "EndTime": block.end,
            }
            for block in offering.blocks
        ],
    }


def as_extension_offering(offering: Offering) -> dict[str, Any]:
    """The shape of TrainingPlanExtensionOffering."""
    return {
        "TrainingPlanExtensionOfferingId": offering.offering_id,
        "AvailabilityZone": offering.blocks[-1].zone,
        "StartDate": offering.start,
        "EndDate": offering.end,
        "DurationHours": offering.hours,
        "UpfrontFee": fee(offering.upfront_fee),
        "CurrencyCode": CURRENCY,
    }

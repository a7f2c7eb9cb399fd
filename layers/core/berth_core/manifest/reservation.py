"""Where a deployment runs: on which training plans, of which type, and what may be bought if there is none."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from berth_core.manifest.lists import without_doubles
from berth_core.manifest.money import APPROVAL, Approval, CapUsd
from berth_core.manifest.times import IsoDate
from berth_core.manifest.words import InstanceType, PlanName
from berth_core.model import Frozen

# The counts and lengths that AWS sells (aws-facts 1.4, reserve-capacity-with-training-plans).
SOLD_COUNTS = (1, 2, 4, 8, 16, 32, 64)
LONGEST_PLAN_DAYS = 182


class Purchase(Frozen):
    """A plan that Berth may buy, within a price cap: one, under the first of the named ones that isn't there yet."""

    hours: int = Field(
        ge=24,
        le=24 * LONGEST_PLAN_DAYS,
        multiple_of=24,
        description="Length of the plan in hours. AWS sells whole days: 24 to 4368, in steps of 24.",
    )
    max_price_usd: CapUsd = Field(description="The most that the plan may cost, in USD. No purchase without it.")
    instance_count: int | None = Field(
        default=None,
        json_schema_extra={"anyOf": [{"enum": list(SOLD_COUNTS)}, {"type": "null"}]},
        description="How many instances to buy: 1, 2, 4, 8, 16, 32 or 64. "
        "As many as reservation.instance_count if left out.",
    )
    not_before: Annotated[date, IsoDate] | None = Field(
        default=None, description="The first day (UTC) on which the plan may start. Any day if left out."
    )
    not_after: Annotated[date, IsoDate] | None = Field(
        default=None, description="The last day (UTC) on which the plan may end. Any day if left out."
    )
    max_blocks: int = Field(
        default=1, ge=1, le=2, description="1: one unbroken block. 2: two blocks with a gap between them are fine too."
    )
    approval: Approval = Field(default="required", description=APPROVAL)

    @field_validator("instance_count")
    @classmethod
    def _is_sold(cls, count: int | None) -> int | None:
        if count is not None and count not in SOLD_COUNTS:
            raise ValueError(f"is not sold: AWS sells plans of {', '.join(map(str, SOLD_COUNTS))} instances")
        return count

    @field_validator("not_after")
    @classmethod
    def _comes_after_not_before(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("not_before")
        if first and last and last <= first:
            raise ValueError(f"must be later than not_before ({first})")
        return last


class Reservation(Frozen):
    """The reserved capacity that the deployment lives on."""

    instance_type: InstanceType = Field(
        description="The plan's SageMaker instance type, such as ml.p5.48xlarge. A plan of another type is refused."
    )
    instance_count: int = Field(
        default=1, ge=1, le=256, description="How many instances of the plan the endpoint runs on."
    )
    priority: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Who goes first when a plan is too small for all its deployments: "
        "the higher number, then the first name in the alphabet.",
    )
    purchase: Purchase | None = Field(
        default=None, description="A plan that may be bought: one, under the first name of plans that isn't there yet."
    )
    plans: Annotated[tuple[PlanName, ...], AfterValidator(without_doubles)] = Field(
        default=(),
        max_length=20,
        validate_default=True,
        description="Training plans by name, in order: the next one is the next home when one ends. "
        "May be left out only if there is a purchase, whose plan is then called <name>-plan.",
    )

    @field_validator("purchase")
    @classmethod
    def _buys_enough(cls, purchase: Purchase | None, info: ValidationInfo) -> Purchase | None:
        needed = info.data.get("instance_count")
        if purchase is None or needed is None:
            return purchase
        if purchase.instance_count is None and needed not in SOLD_COUNTS:
            raise ValueError(
                f"needs an instance_count: AWS doesn't sell plans of {needed} instances, but of "
                f"{', '.join(map(str, SOLD_COUNTS))}"
            )
        if purchase.instance_count is not None and purchase.instance_count < needed:
            raise ValueError(
                f"would buy {purchase.instance_count} instances, but reservation.instance_count is {needed}: "
                "buy at least as many"
            )
        return purchase

    @field_validator("plans")
    @classmethod
    def _has_a_home(cls, plans: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not plans and "purchase" in info.data and info.data["purchase"] is None:
            raise ValueError("is empty: name at least one training plan, or add a purchase")
        return plans

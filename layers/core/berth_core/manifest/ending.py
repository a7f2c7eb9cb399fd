"""What happens when a window closes: the ladder, and the caps on what it may cost."""

from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from berth_core.manifest.lists import without_doubles
from berth_core.manifest.money import APPROVAL, Approval, CapUsd
from berth_core.manifest.words import InstanceType
from berth_core.model import Frozen

Rung = Literal["extend", "next_plan", "on_demand", "scale_to_zero", "delete"]
BetweenBlocks = Literal["on_demand", "scale_to_zero", "delete"]


def _with_a_price(instance_type: str, info: ValidationInfo) -> str:
    priced = (info.context or {}).get("priced_types")
    if priced is not None and instance_type not in priced:
        near = get_close_matches(instance_type, sorted(priced), n=3)
        other = f", or take a type that has one, such as {' or '.join(near)}" if near else ""
        raise ValueError(
            "has no price, and without one there is no ceiling: add it to the stack parameter OnDemandPrices, such as "
            f"{instance_type}=12.34 (USD per hour){other}"
        )
    return instance_type


def _rungs_configured(given: dict[str, Any]) -> tuple[Rung, ...]:
    rungs: list[Rung] = ["next_plan", "delete"]
    if given.get("extend"):
        rungs.insert(0, "extend")
    if given.get("on_demand"):
        rungs.insert(-1, "on_demand")
    return tuple(rungs)


PricedType = Annotated[InstanceType, AfterValidator(_with_a_price)]


class Extend(Frozen):
    """Staying on the same plan for longer. Prepaid, and it can't be undone."""

    max_price_usd: CapUsd = Field(description="The most that one extension may cost, in USD. No extension without it.")
    days: int = Field(
        default=1, ge=1, le=182, description="How many days to add: 1 to 14, or a multiple of 7 up to 182."
    )
    approval: Approval = Field(default="required", description=APPROVAL)

    @field_validator("days")
    @classmethod
    def _is_sold(cls, days: int) -> int:
        # aws-facts 1.5: one-day steps up to 14 days, then seven-day steps.
        if days > 14 and days % 7:
            raise ValueError("is not sold: AWS extends by 1 to 14 days, or by a multiple of 7 up to 182")
        return days


class OnDemand(Frozen):
    """Serving on on-demand instances, for so long and for so much."""

    instance_types: Annotated[tuple[PricedType, ...], AfterValidator(without_doubles)] = Field(
        min_length=1, max_length=10, description="In order: the next one is tried when there is no capacity for one."
    )
    instance_count: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="How many instances. As many as run on the reservation if left out.",
    )
    max_hours: int = Field(ge=1, le=8760, description="The most hours on on-demand. A hard stop.")
    max_usd: CapUsd = Field(description="The most USD spent on on-demand. A hard stop.")


class EndOfWindow(Frozen):
    """The ways off a closing window, in order, and when all must be finished."""

    finish_before_minutes: int = Field(
        default=60,
        ge=1,
        le=10_080,
        description="Everything is done this many minutes before EndTime. AWS publishes no reclaim time for endpoints; "
        "60 covers the longest that it publishes for anything else.",
    )
    extend: Extend | None = Field(default=None, description="What the rung extend may buy.")
    on_demand: OnDemand | None = Field(default=None, description="What on-demand instances may cost.")
    ladder: Annotated[tuple[Rung, ...], AfterValidator(without_doubles)] = Field(
        default_factory=_rungs_configured,
        min_length=1,
        description="The rungs, tried in order. If left out: extend and on_demand where they are configured, next_plan "
        "before on_demand, and delete at last.",
    )
    between_blocks: BetweenBlocks = Field(
        default="delete", description="What to do in the gap of a plan with several blocks."
    )
    return_to_reserved: bool = Field(
        default=True, description="Whether to come home from on-demand when a plan of the manifest has room again."
    )

    @field_validator("ladder")
    @classmethod
    def _rungs_have_their_caps(cls, ladder: tuple[Rung, ...], info: ValidationInfo) -> tuple[Rung, ...]:
        if "on_demand" in ladder:
            _demand_block("on_demand", "instance_types, max_hours and max_usd", info)
        if "extend" in ladder:
            _demand_block("extend", "max_price_usd", info)
        return ladder

    @field_validator("between_blocks")
    @classmethod
    def _gap_has_its_cap(cls, rung: BetweenBlocks, info: ValidationInfo) -> BetweenBlocks:
        if rung == "on_demand":
            _demand_block("on_demand", "instance_types, max_hours and max_usd", info)
        return rung


def _demand_block(block: str, keys: str, info: ValidationInfo) -> None:
    # A block that is there but wrong isn't among info.data; its own errors are enough then.
    if block in info.data and info.data[block] is None:
        raise ValueError(f"names {block}, which may cost money: add end_of_window.{block} with {keys}")

"""Training plans as values, and their status as a function of the clock and nothing else (aws-facts 1.3, 1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from rehearsal.settings import Timings

Status = Literal["Pending", "Active", "Scheduled", "Expired", "Failed"]
STATUSES: tuple[Status, ...] = ("Pending", "Active", "Scheduled", "Expired", "Failed")


@dataclass(frozen=True)
class Block:
    """One reserved-capacity time block. A forced status stands, whatever the clock says, until it is taken back."""

    start: datetime
    end: datetime
    zone: str
    forced: Status | None = None


@dataclass(frozen=True)
class Extension:
    """A bought extension. `start` and `end` are the times at the purchase; the plan's end moves once it is paid."""

    offering_id: str
    start: datetime
    end: datetime
    hours: int
    upfront_fee: Decimal
    zone: str
    bought_at: datetime
    payment_fails: bool = False


@dataclass(frozen=True)
class Plan:
    """A bought plan. `name` is unique; `shown_name` differs only where AWS is set to accept a name twice."""

    name: str
    shown_name: str
    arn: str
    offering_id: str
    instance_type: str
    instance_count: int
    target: str
    upfront_fee: Decimal
    bought_at: datetime
    blocks: tuple[Block, ...]
    extensions: tuple[Extension, ...] = ()
    payment_fails: bool = False

    @property
    def start(self) -> datetime:
        return self.blocks[0].start

    @property
    def end(self) -> datetime:
        return self.blocks[-1].end

    def with_block(self, index: int, block: Block) -> Plan:
        return replace(self, blocks=(*self.blocks[:index], block, *self.blocks[index + 1 :]))


def paid_at(bought_at: datetime, timings: Timings) -> datetime:
    """When a purchase is final, one way or the other."""
    return bought_at + timedelta(minutes=timings.purchase_minutes)


def active_from(plan: Plan, block: Block, timings: Timings) -> datetime:
    """When the block turns Active: some time after its start, which AWS gives no figure for."""
    started = max(block.start, paid_at(plan.bought_at, timings))
    return started + timedelta(minutes=timings.activation_minutes)


def reclaimed_from(block: Block, timings: Timings) -> datetime:
    """When instances begin to be taken away before the block's end."""
    return block.end - timedelta(minutes=timings.reclaim_minutes)


def block_status(plan: Plan, block: Block, now: datetime, timings: Timings) -> Status:
    if block.forced is not None:
        return block.forced
    if now < paid_at(plan.bought_at, timings):
        return "Pending"
    if plan.payment_fails:
        return "Failed"
    if now >= block.end:
        return "Expired"
    return "Active" if now >= active_from(plan, block, timings) else "Scheduled"


def plan_status(plan: Plan, now: datetime, timings: Timings) -> Status:
    """Active in any block, Expired after the last, Scheduled before the first and in the gaps."""
    statuses = [block_status(plan, block, now, timings) for block in plan.blocks]
    if "Active" in statuses:
        return "Active"
    if "Scheduled" in statuses:
        return "Scheduled"
    return statuses[-1]


def usable_block(plan: Plan, now: datetime, timings: Timings) -> int | None:
    """The block whose instances can be launched and kept now: Active, and not yet being taken away."""
    for index, block in enumerate(plan.blocks):
        if block_status(plan, block, now, timings) != "Active":
            continue
        if block.forced == "Active" or now < reclaimed_from(block, timings):
            return index
    return None


def turning_points(plan: Plan, timings: Timings) -> Iterator[datetime]:
    """Every moment at which the clock alone changes something about the plan."""
    yield paid_at(plan.bought_at, timings)
    for extension in plan.extensions:
        yield paid_at(extension.bought_at, timings)
    for block in plan.blocks:
        yield active_from(plan, block, timings)
        yield reclaimed_from(block, timings)
        yield block.end


def extension_status(extension: Extension, now: datetime, timings: Timings) -> tuple[str, str]:
    """Status and PaymentStatus of an extension's record. A failed payment's PaymentStatus is an assumption."""
    if now < paid_at(extension.bought_at, timings):
        return "Pending", "Pending"
    if extension.payment_fails:
        return "Failed", "Failed"
    if now >= extension.end:
        return "Expired", "Completed"
    return ("Active" if now >= extension.start else "Scheduled"), "Completed"

"""Changing a bought plan behind everyone's back, as a scenario or POST /_rehearsal/plans asks for it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rehearsal.sagemaker.plans import Block, Plan, Status
from rehearsal.written_times import WrittenTime


class PlanChange(BaseModel):
    """`status` stands whatever the clock says; `by_clock` takes it back."""

    model_config = ConfigDict(extra="forbid")

    plan: str
    block: int = Field(default=0, ge=0)
    start: WrittenTime | None = None
    end: WrittenTime | None = None
    status: Status | Literal["by_clock"] | None = None


def changed(plan: Plan, change: PlanChange) -> Plan:
    """Raises ValueError, naming the field, if the plan has no such block or its blocks would be out of order."""
    if change.block >= len(plan.blocks):
        raise ValueError(
            f"block: {change.block} doesn't exist; plan {plan.name} has blocks 0 to {len(plan.blocks) - 1}"
        )
    block = _changed_block(plan.blocks[change.block], change)
    after = plan.with_block(change.block, block)
    if block.end <= block.start:
        raise ValueError(
            f"end: {block.end.isoformat()} must be later than the block's start, {block.start.isoformat()}"
        )
    for earlier, later in zip(after.blocks, after.blocks[1:], strict=False):
        if later.start < earlier.end:
            raise ValueError(f"block: {change.block} would overlap its neighbour; change that one first")
    return after


def _changed_block(block: Block, change: PlanChange) -> Block:
    forced = block.forced if change.status is None else change.status
    return Block(
        start=change.start or block.start,
        end=change.end or block.end,
        zone=block.zone,
        forced=None if forced == "by_clock" else forced,
    )


def told(change: PlanChange) -> str:
    """What was changed, for the timeline."""
    asked: dict[str, Any] = change.model_dump(exclude={"plan", "block"}, exclude_none=True, mode="json")
    return (
        f"changed from outside: block {change.block} {', '.join(f'{field} {value}' for field, value in asked.items())}"
    )

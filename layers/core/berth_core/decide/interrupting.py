"""What comes after a block, told before it ends: how long nothing reserved serves, and what bridges that."""

from collections.abc import Sequence
from datetime import datetime

from berth_core.durations import expected
from berth_core.facts import Block, PlanSeen
from berth_core.model import Frozen, Time


class Interruption(Frozen):
    """From when the endpoint has to be off one block until the next one opens. `bridge` is what serves meanwhile."""

    starts_at: Time
    ends_at: Time
    next_plan: str
    bridge: str | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def text(self) -> str:
        opens = f"until {self.next_plan} opens at {self.ends_at:%Y-%m-%d %H:%M} UTC"
        if self.bridge is None:
            return f"nothing serves for {self.minutes} minutes, from {self.starts_at:%Y-%m-%d %H:%M} UTC {opens}"
        return f"{self.bridge.replace('_', '-')} bridges the {self.minutes} minutes {opens}"


def interruption(
    *,
    ladder: Sequence[str],
    between_blocks: str,
    plans: Sequence[PlanSeen],
    here: PlanSeen,
    block: Block,
    finish_by: datetime,
) -> Interruption | None:
    """None if the next plan is open in time, or if nothing comes after. `plans` are those that the manifest names."""
    in_gap = any(each.starts_at >= block.ends_at for each in here.blocks)
    rungs = (between_blocks,) if in_gap else tuple(ladder)
    moves_at = finish_by - expected("next_plan", ())
    if "next_plan" in rungs and any(_is_open(plan, here, moves_at, block.ends_at) for plan in plans):
        return None
    openings = [
        (each.starts_at, plan.name)
        for plan in {plan.name: plan for plan in (*plans, here)}.values()
        for each in plan.blocks
        if each.starts_at > moves_at and each.ends_at > block.ends_at
    ]
    if not openings:
        return None
    opens_at, name = min(openings)
    bridge = "on_demand" if "on_demand" in rungs else None
    return Interruption(starts_at=finish_by, ends_at=max(opens_at, finish_by), next_plan=name, bridge=bridge)


def _is_open(plan: PlanSeen, here: PlanSeen, at: datetime, beyond: datetime) -> bool:
    """Whether it can be moved onto then, and is open for longer than the block that is left."""
    return plan.name != here.name and any(each.starts_at <= at and each.ends_at > beyond for each in plan.blocks)

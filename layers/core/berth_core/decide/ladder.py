"""The ladder as it is laid out for this endpoint: which rungs, why not the others, and when the way off begins."""

from datetime import datetime

from berth_core.decide.begun import why_not_extended
from berth_core.decide.standing_on import made_for_the_other, plan_under
from berth_core.decide.window import Slot, finish_by, slots
from berth_core.facts import Block, PlanSeen, Snapshot

NEEDS_CONFIG = frozenset({"next_plan", "on_demand", "scale_to_zero"})
"""Rungs that put another config under what runs."""


def ladder_of(seen: Snapshot) -> tuple[str, ...]:
    """The rungs for where the endpoint is now. The last resort of a running on-demand bill is always `delete`."""
    ladder: tuple[str, ...] = seen.deployment.manifest.end_of_window.ladder
    if seen.deployment.removed_at is not None or (seen.endpoint is not None and seen.endpoint.status == "Failed"):
        return ("delete",)  # of a Failed endpoint AWS takes nothing else (aws-facts 2.4)
    if seen.endpoint is not None and seen.endpoint.plan_arn is None:
        after = ladder[ladder.index("on_demand") + 1 :] if "on_demand" in ladder else ladder
        return tuple(dict.fromkeys((*(rung for rung in after if rung != "extend"), "delete")))
    return ladder_off(seen, plan_under(seen))


def ladder_off(seen: Snapshot, plan: PlanSeen | None) -> tuple[str, ...]:
    """The rungs off a plan. A gap between two of its blocks is a small hand-over with a rung of its own, and what
    stands for it if that one fails; nothing comes after `delete`, and there is nothing to extend."""
    end = seen.deployment.manifest.end_of_window
    if plan is None or plan.block_after(seen.now) is None:
        return end.ladder
    if end.between_blocks == "delete":
        return ("delete",)
    return tuple(dict.fromkeys((end.between_blocks, *(rung for rung in end.ladder if rung != "extend"))))


def closing_slots(seen: Snapshot, plan: PlanSeen, block: Block) -> tuple[Slot, ...]:
    """When each configured rung off this plan has to begin, if the endpoint is to be off the block in time."""
    configured = tuple(rung for rung in ladder_off(seen, plan) if unavailable(seen, rung) is None)
    return slots(seen, configured, finish_by(seen, block))


def closes_at(seen: Snapshot, plan: PlanSeen, block: Block) -> datetime:
    """When the way off this block has to begin. Without a rung to climb: when it is time to tell somebody."""
    planned = closing_slots(seen, plan, block)
    return planned[0].start_by if planned else finish_by(seen, block)


def closings(seen: Snapshot) -> dict[str, datetime]:
    """For each plan with a running block: when the way off it has to begin."""
    running = ((plan, plan.block_at(seen.now)) for plan in seen.plans)
    return {plan.name: closes_at(seen, plan, block) for plan, block in running if block is not None}


def unavailable(seen: Snapshot, rung: str) -> str | None:
    """Why a rung isn't to be had at all in this deployment."""
    end = seen.deployment.manifest.end_of_window
    if rung in NEEDS_CONFIG and (why := made_for_the_other(seen)):
        return why
    if rung == "extend":
        return "not configured" if end.extend is None else why_not_extended(seen)
    if rung == "on_demand" and end.on_demand is None:
        return "not configured"
    if rung == "next_plan" and not other_plans(seen):
        return "the manifest names no other plan"
    if rung == "scale_to_zero" and not seen.deployment.manifest.components:
        return "only an endpoint with inference components can scale to zero"
    return None


def other_plans(seen: Snapshot) -> tuple[str, ...]:
    """The manifest's plans in its order, without the one that the endpoint is on, which it may not name any more."""
    here = plan_under(seen)
    return tuple(name for name in seen.deployment.manifest.reservation.plans if here is None or name != here.name)

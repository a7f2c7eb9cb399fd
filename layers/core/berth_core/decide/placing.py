"""Which plan can take the endpoint now, and if none, why not and when to look again."""

from datetime import datetime, timedelta

from berth_core.decide.competing import ahead_of_us
from berth_core.decide.standing_on import has_left
from berth_core.durations import expected
from berth_core.facts import Block, PlanSeen, PlanStatus, Snapshot
from berth_core.model import Frozen, Time
from berth_core.naming import wanted_count

LOOK_AGAIN = timedelta(minutes=5)
"""How soon to look again at something that is due but not there yet."""
TOLD_BY_THE_WATCH = timedelta(minutes=15)
"""The same where the watch, which lists the plans anyway, wakes whoever waits: for a plan that turns Active, and for
instances that come free."""
GRACE = timedelta(minutes=10)
"""A plan that turns Active within this time of its start is on time, and nobody need be told otherwise."""


class Place(Frozen):
    """A plan with room, now."""

    plan: PlanSeen


class NoPlace(Frozen):
    """Why a plan can't take the endpoint. `never`: waiting doesn't help. `closing`: its block is as good as over."""

    reason: str
    next_at: Time | None = None
    never: bool = False
    closing: bool = False


def place(
    seen: Snapshot, wanted: str | None, closes_at: dict[str, datetime], *, by_hand: bool = False
) -> Place | NoPlace:
    """The first plan of the manifest that can take the endpoint; with `wanted`, that plan or none.

    `closes_at` says for each plan when the way off its running block has to begin. By hand it may also go back to a
    block that it was handed over from.
    """
    names = (wanted,) if wanted else seen.deployment.manifest.reservation.plans
    answers = [look_at(seen, name, closes_at, by_hand=by_hand) for name in names]
    found = next((each for each in answers if isinstance(each, Place)), None)
    if found is not None:
        return found
    noes = [each for each in answers if isinstance(each, NoPlace)]
    waits = [each.next_at for each in noes if each.next_at]
    return NoPlace(
        reason="; ".join(each.reason for each in noes),
        next_at=min(waits, default=None),
        never=all(each.never for each in noes),
    )


def look_at(seen: Snapshot, name: str, closes_at: dict[str, datetime], *, by_hand: bool = False) -> Place | NoPlace:
    """Whether one plan, by name or ARN, can take the endpoint now."""
    plan = next((each for each in seen.plans if each.name == name or each.arn == name), None)
    if plan is None and name not in seen.deployment.manifest.reservation.plans:
        return NoPlace(reason=f"the manifest doesn't name plan {name}: add it to reservation.plans", never=True)
    if plan is None:
        # Bought by anyone, by any means: it may appear at any time, and the watch tells when it does.
        return NoPlace(reason=f"there is no plan {name} in this account and Region")
    return (
        _unfit(seen, plan)
        or _not_open(seen, plan)
        or _closing(seen, plan, closes_at)
        or (None if by_hand else _left(seen, plan))
        or _full(seen, plan)
        or _for_others(seen, plan)
        or Place(plan=plan)
    )


def _unfit(seen: Snapshot, plan: PlanSeen) -> NoPlace | None:
    """What no waiting will change."""
    if plan.targets and "endpoint" not in plan.targets:
        targets = ", ".join(plan.targets)
        return NoPlace(reason=f"plan {plan.name} is for {targets}, not for endpoints", never=True)
    asked_type = seen.deployment.manifest.reservation.instance_type
    types = plan.instance_types
    if types and asked_type not in types:
        return NoPlace(
            reason=f"plan {plan.name} reserves {', '.join(types)}, the manifest asks for {asked_type}", never=True
        )
    count = wanted_count(seen.deployment)
    if plan.total_count and count > plan.total_count:
        used = f"{plan.in_use_count} in use, {plan.available_count} free"
        text = f"instances asked: {count}; plan {plan.name} reserves {plan.total_count} ({used})"
        return NoPlace(reason=text, never=True)
    if plan.status in (PlanStatus.EXPIRED, PlanStatus.FAILED):
        because = f": {plan.status_message}" if plan.status_message else ""
        return NoPlace(reason=f"plan {plan.name} is {plan.status}{because}", never=True)
    return None


def _not_open(seen: Snapshot, plan: PlanSeen) -> NoPlace | None:
    """A plan past its StartTime may not be Active yet, and a config can't be made before it is (aws-facts 0.2)."""
    if plan.status is PlanStatus.ACTIVE and not _is_past_a_block(seen, plan):
        return None
    block = plan.block_at(seen.now)
    if block is not None and seen.now < block.starts_at + GRACE:
        return NoPlace(reason=_opens(plan, block), next_at=block.starts_at + GRACE)
    if block is not None:
        text = f"plan {plan.name} should have opened at {_clock(block.starts_at)} but is still {_status(plan)}"
        return NoPlace(reason=text, next_at=seen.now + TOLD_BY_THE_WATCH)
    later = plan.block_after(seen.now)
    if later is None:
        return NoPlace(
            reason=f"plan {plan.name} is {_status(plan)} and has no further block", next_at=seen.now + LOOK_AGAIN
        )
    return NoPlace(reason=_opens(plan, later), next_at=later.starts_at)


def _status(plan: PlanSeen) -> str:
    return plan.status if plan.is_understood else f"{plan.status!r}, a status that AWS doesn't document"


def _opens(plan: PlanSeen, block: Block) -> str:
    return f"plan {plan.name} opens at {_clock(block.starts_at)}"


def _is_past_a_block(seen: Snapshot, plan: PlanSeen) -> bool:
    """A status may lag behind the clock: between two blocks, or after the last, there is nothing to deploy onto."""
    ended = any(block.ends_at <= seen.now for block in plan.blocks)
    return ended and plan.block_at(seen.now) is None


def _closing(seen: Snapshot, plan: PlanSeen, closes_at: dict[str, datetime]) -> NoPlace | None:
    """Too little of the block is left to be worth a deployment."""
    closes = closes_at.get(plan.name)
    if closes is None or seen.now + expected("deploy", seen.attempts) < closes:
        return None
    later = plan.block_after(seen.now)
    if later is None:
        return NoPlace(reason=f"the window of plan {plan.name} is closing", never=True, closing=True)
    text = f"the block of plan {plan.name} is closing; the next opens at {_clock(later.starts_at)}"
    return NoPlace(reason=text, next_at=later.starts_at, closing=True)


def _left(seen: Snapshot, plan: PlanSeen) -> NoPlace | None:
    """What was handed over is not taken back by the next look: not while the same block is open."""
    if not has_left(seen, plan):
        return None
    later = plan.block_after(seen.now)
    text = f"the endpoint was handed over from plan {plan.name}; start endpoint_deploy by hand to bring it back"
    return NoPlace(reason=text, next_at=later.starts_at if later else None, never=later is None)


def _full(seen: Snapshot, plan: PlanSeen) -> NoPlace | None:
    count = wanted_count(seen.deployment)
    if count <= plan.available_count + _held_by_failed(seen, plan):
        return None
    text = f"instances asked: {count}; plan {plan.name} has {plan.available_count} of {plan.total_count} free"
    return NoPlace(reason=text, next_at=seen.now + TOLD_BY_THE_WATCH)


def _for_others(seen: Snapshot, plan: PlanSeen) -> NoPlace | None:
    """What is free goes to those first who come first."""
    first = ahead_of_us(seen, plan)
    free = plan.available_count + _held_by_failed(seen, plan) - sum(each.instance_count for each in first)
    if wanted_count(seen.deployment) <= free:
        return None
    names = ", ".join(f"{each.name} (priority {each.priority})" for each in first)
    text = (
        f"plan {plan.name} has {plan.available_count} of {plan.total_count} free, and {names} comes first; "
        f"priority here: {seen.deployment.manifest.reservation.priority}"
    )
    return NoPlace(reason=text, next_at=seen.now + TOLD_BY_THE_WATCH)


def _held_by_failed(seen: Snapshot, plan: PlanSeen) -> int:
    """Our own Failed endpoint is deleted first, so whatever it may still hold is as good as free."""
    endpoint = seen.endpoint
    if endpoint is None or endpoint.status != "Failed" or endpoint.plan_arn != plan.arn:
        return 0
    asked = endpoint.config.instance_count if endpoint.config else None
    return min(plan.in_use_count, max(endpoint.instance_count, asked or 0))


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

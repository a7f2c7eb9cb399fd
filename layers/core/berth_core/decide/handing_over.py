"""The next rung of the ladder: the first that is configured, hasn't failed in this run and can be done in time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from berth_core.decide.budget import hours_left
from berth_core.decide.intent import Intent
from berth_core.decide.placing import LOOK_AGAIN, NoPlace, look_at
from berth_core.decide.window import MARGIN, Slot, finish_by, slots, time_for
from berth_core.decisions import ConfigSpec, HandOver, Hold, Refuse
from berth_core.durations import expected
from berth_core.facts import Block, PlanSeen, Snapshot
from berth_core.naming import config_spec, decision_id, wanted_count

Taken = tuple[str, ConfigSpec | None]
"""An action, and the config that it needs."""


def ladder_of(seen: Snapshot) -> tuple[str, ...]:
    """The rungs for where the endpoint is now. The last resort of a running on-demand bill is always `delete`."""
    ladder: tuple[str, ...] = seen.deployment.manifest.end_of_window.ladder
    if seen.deployment.removed_at is not None or (seen.endpoint is not None and seen.endpoint.status == "Failed"):
        return ("delete",)  # of a Failed endpoint AWS takes nothing else (aws-facts 2.4)
    if seen.endpoint is not None and seen.endpoint.plan_arn is None:
        after = ladder[ladder.index("on_demand") + 1 :] if "on_demand" in ladder else ladder
        return tuple(dict.fromkeys((*(rung for rung in after if rung != "extend"), "delete")))
    plan = seen.plan_of(seen.endpoint.plan_arn) if seen.endpoint else None
    return ladder_off(seen, plan)


def ladder_off(seen: Snapshot, plan: PlanSeen | None) -> tuple[str, ...]:
    """The rungs off a plan: a gap between two of its blocks is a small hand-over with a rung of its own."""
    end = seen.deployment.manifest.end_of_window
    if plan is not None and plan.block_after(seen.now) is not None:
        return tuple(dict.fromkeys((end.between_blocks, *end.ladder)))
    return end.ladder


def closing_slots(seen: Snapshot, plan: PlanSeen, block: Block) -> tuple[Slot, ...]:
    """When each configured rung off this plan has to begin, if the endpoint is to be off the block in time."""
    configured = tuple(rung for rung in ladder_off(seen, plan) if _unavailable(seen, rung) is None)
    return slots(seen, configured, finish_by(seen, block))


def closes_at(seen: Snapshot, plan: PlanSeen, block: Block) -> datetime:
    """When the way off this block has to begin. Without a rung to climb: when it is time to tell somebody."""
    planned = closing_slots(seen, plan, block)
    return planned[0].start_by if planned else finish_by(seen, block)


def closings(seen: Snapshot) -> dict[str, datetime]:
    """For each plan with a running block: when the way off it has to begin."""
    running = ((plan, plan.block_at(seen.now)) for plan in seen.plans)
    return {plan.name: closes_at(seen, plan, block) for plan, block in running if block is not None}


def next_rung(seen: Snapshot, intent: Intent, block: Block | None, why: str) -> HandOver | Hold | Refuse:
    """The rung to climb now, or LadderExhausted with the reason for each rung that wasn't taken."""
    ladder = intent.ladder or ladder_of(seen)
    end = _finish(seen, ladder, block)
    passed_over: list[str] = []
    planned = slots(seen, tuple(rung for rung in ladder if _unavailable(seen, rung) is None), end)
    for rung in ladder:
        slot = next((each for each in planned if each.rung == rung), None)
        no = _unavailable(seen, rung) or (_too_late(seen, slot, planned) if slot else None)
        taken = no or TAKE[rung](seen, intent)
        if isinstance(taken, str) or slot is None:
            passed_over.append(f"{rung}: {taken}")
            continue
        if _is_too_early_to_delete(seen, intent, block, slot):
            return _wait_to_delete(seen, slot, "; ".join([why, *passed_over]))
        return _hand_over(seen, slot, taken, "; ".join([why, *passed_over]), end)
    # Other plans may open and instances come free: as long as it stands on the window, it is tried again.
    return Refuse(code="LadderExhausted", reason="; ".join([why, *passed_over]), next_at=seen.now + LOOK_AGAIN)


def _is_too_early_to_delete(seen: Snapshot, intent: Intent, block: Block | None, slot: Slot) -> bool:
    """Deleting serves nobody, so it waits for its own time, and what comes before it is tried again until then."""
    by_ladder = intent.ladder is None and block is not None and seen.deployment.removed_at is None
    return by_ladder and slot.rung == "delete" and seen.now < slot.start_by


def _wait_to_delete(seen: Snapshot, slot: Slot, reason: str) -> Hold:
    text = f"{reason}; delete has time until {slot.start_by:%H:%M} UTC"
    return Hold(code="WaitingToDelete", reason=text, next_at=min(slot.start_by, seen.now + LOOK_AGAIN))


def _hand_over(seen: Snapshot, slot: Slot, taken: Taken, reason: str, end: datetime) -> HandOver:
    action, config = taken
    target = config.name if config else "delete"
    what = f"{slot.rung} with {config.instance_count} x {config.instance_type}" if config else slot.rung
    return HandOver.model_validate(
        {
            "id": decision_id(seen, "hand_over", target),
            "reason": f"{reason}; {what}",
            "started_at": seen.now,
            "rung": slot.rung,
            "action": action,
            "config": config,
            "finish_by": end,
            "give_up_at": slot.finish_by,
        }
    )


def _finish(seen: Snapshot, ladder: tuple[str, ...], block: Block | None) -> datetime:
    """By hand there is no deadline: the plan is laid out from now on."""
    if block is not None:
        return finish_by(seen, block)
    end = seen.now
    for rung in ladder:
        if _unavailable(seen, rung) is None:
            end += MARGIN * time_for(seen, rung)
    return end


def _too_late(seen: Snapshot, slot: Slot, planned: tuple[Slot, ...]) -> str | None:
    """A rung is passed over for time only if a later one can still be had in time: late is better than never."""
    end = planned[-1].finish_by
    if seen.now + time_for(seen, slot.rung) <= end:
        return None
    later = planned[planned.index(slot) + 1 :]
    if not any(seen.now + time_for(seen, each.rung) <= end for each in later):
        return None
    return f"can't be done by {end:%H:%M} UTC"


def _unavailable(seen: Snapshot, rung: str) -> str | None:
    """Why a rung isn't to be had at all in this deployment."""
    end = seen.deployment.manifest.end_of_window
    if rung == "extend":
        return "not configured" if end.extend is None else "not available in this version"
    if rung == "on_demand" and end.on_demand is None:
        return "not configured"
    if rung == "next_plan" and not _other_plans(seen):
        return "the manifest names no other plan"
    if rung in ("next_plan", "on_demand") and seen.deployment.manifest.components:
        return "inference components aren't managed in this version"
    if rung == "scale_to_zero" and not seen.deployment.manifest.components:
        return "only an endpoint with inference components can scale to zero"
    return None


def _other_plans(seen: Snapshot) -> tuple[str, ...]:
    """The manifest's plans in its order, without the one that the endpoint is on, which it may not name any more."""
    here = seen.plan_of(seen.endpoint.plan_arn) if seen.endpoint else None
    return tuple(name for name in seen.deployment.manifest.reservation.plans if here is None or name != here.name)


def _next_plan(seen: Snapshot, intent: Intent) -> Taken | str:
    """Another plan that could take a new deployment just as well: open, fitting, with room, and not closing too."""
    instance_type = seen.deployment.manifest.reservation.instance_type
    count = wanted_count(seen.deployment)
    noes: list[str] = []
    for name in _other_plans(seen):
        found = look_at(seen, name, closings(seen))
        if isinstance(found, NoPlace):
            noes.append(found.reason)
            continue
        spec = config_spec(seen.deployment, instance_type=instance_type, count=count, plan_arn=found.plan.arn)
        if spec.name not in _failed(intent):
            return "update", spec
        noes.append(f"plan {name} was tried")
    return f"no other plan of the manifest is Active with room for {count} ({'; '.join(noes)})"


def _on_demand(seen: Snapshot, intent: Intent) -> Taken | str:
    allowed = seen.deployment.manifest.end_of_window.on_demand
    if allowed is None:
        return "not configured"
    # As many as run: more may be wanted, and refused, on the reservation.
    running = seen.endpoint.instance_count if seen.endpoint else 0
    count = allowed.instance_count or running or wanted_count(seen.deployment)
    specs = [
        config_spec(seen.deployment, instance_type=each, count=count, plan_arn=None) for each in allowed.instance_types
    ]
    untried = [spec for spec in specs if spec.name not in _failed(intent)]
    for spec in untried:
        if hours_left(seen, allowed, spec.instance_type, count) > _least_hours(seen):
            return "update", spec
    return "its hours or its USD are used up" if untried else "no capacity for any of its instance types"


def _least_hours(seen: Snapshot) -> Decimal:
    """A stay that is over before it serves costs money for nothing: it has to come up, and to be deleted in time."""
    least = expected("on_demand", seen.attempts) + expected("delete", seen.attempts) + timedelta(minutes=1)
    return Decimal(str(least.total_seconds())) / 3600


def _delete(seen: Snapshot, intent: Intent) -> Taken | str:
    return ("delete", None) if "delete" not in _failed(intent) else "the deletion failed"


def _not_available(_seen: Snapshot, _intent: Intent) -> Taken | str:
    return "not available in this version"


def _failed(intent: Intent) -> set[str]:
    return {outcome.target for outcome in intent.tried if outcome.kind == "failed"}


TAKE: dict[str, Callable[[Snapshot, Intent], Taken | str]] = {
    "extend": _not_available,
    "next_plan": _next_plan,
    "on_demand": _on_demand,
    "scale_to_zero": _not_available,
    "delete": _delete,
}

"""Getting off: a window that closes, or an on-demand bill that reaches its cap."""

from datetime import datetime

from berth_core.decide.budget import running_stay, spent, stops_at
from berth_core.decide.handing_over import next_rung
from berth_core.decide.holding import hands_off
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closes_at, ladder_off
from berth_core.decide.standing_on import block_under, plan_under
from berth_core.decisions import HandOver, Hold, Refuse
from berth_core.facts import Block, PlanSeen, PlanStatus, Snapshot

OVER = (PlanStatus.EXPIRED, PlanStatus.FAILED)


def leave(seen: Snapshot, intent: Intent) -> HandOver | Hold | Refuse | None:
    """None as long as there is time."""
    at = leaves_at(seen)
    if at is None or seen.now < at:
        return None
    return next_rung(seen, intent, block_under(seen), _why(seen))


def leave_at_once(seen: Snapshot, intent: Intent) -> HandOver | Hold | Refuse:
    """Started as the machine: by somebody, who means it, or by reconcile, which has said that it is time.

    Reconcile's word lasts as long as it is true: an end that moved away while a rung was tried ends the hand-over.
    """
    if seen.endpoint is None:
        return Hold(code="Gone", reason="there is no endpoint to hand over")
    if _is_off(intent):
        return Hold(code="HandedOver", reason="the endpoint is off the closing window")
    at = leaves_at(seen)
    if not intent.by_hand and (at is None or seen.now < at):
        return Hold(code="NotClosing", reason="the window isn't closing any more: the endpoint stays", next_at=at)
    return next_rung(seen, intent, block_under(seen), _why(seen))


def leaves_at(seen: Snapshot) -> datetime | None:
    """When the next hand-over has to begin; None if the endpoint may stay where it is."""
    endpoint = seen.endpoint
    if endpoint is None:
        return None
    if seen.deployment.removed_at is not None and hands_off(seen) is None:
        return seen.deployment.removed_at
    if endpoint.plan_arn is None:
        return _on_demand_stop(seen)
    plan = plan_under(seen)
    block = block_under(seen)
    if plan is None or block is None:
        return None
    if endpoint.status == "Failed" and "delete" not in ladder_off(seen, plan):
        return None
    return seen.now if _is_over(plan, block) else closes_at(seen, plan, block)


def _is_over(plan: PlanSeen, block: Block) -> bool:
    """A plan may end before the time that it was sold for; AWS's word counts, whatever its EndTime still says."""
    return plan.status in OVER or block.status in OVER


def _on_demand_stop(seen: Snapshot) -> datetime | None:
    if running_stay(seen) is None or seen.endpoint is None or seen.endpoint.status == "Failed":
        return None
    if seen.deployment.manifest.end_of_window.on_demand is None:
        return seen.now if _is_our_stay(seen) else None
    return stops_at(seen)


def _is_our_stay(seen: Snapshot) -> bool:
    """Taken to on-demand by a hand-over, and not so by whoever made the endpoint before Berth took it over."""
    return any(attempt.rung == "on_demand" and attempt.done for attempt in seen.attempts)


def _is_off(intent: Intent) -> bool:
    return any(outcome.kind == "done" for outcome in intent.tried)


def _why(seen: Snapshot) -> str:
    if seen.deployment.removed_at is not None:
        return "the manifest was removed, and on_remove says delete"
    plan = plan_under(seen)
    block = block_under(seen)
    if plan is not None and block is not None:
        return f"the window of plan {plan.name} closes at {block.ends_at:%Y-%m-%d %H:%M} UTC"
    used = spent(seen)
    if used.hours:
        text = f"on-demand has run {used.hours:.1f} hours for {used.usd:.2f} USD"
        allowed = seen.deployment.manifest.end_of_window.on_demand
        return text if allowed else f"{text}, and the manifest no longer allows any"
    return "asked by hand"

"""What is to be done about one deployment now. Every wake-up ends in this question.

The answer is the first that any of the questions below has, in their order: what forbids acting comes before what a
closing window demands, and that before what the manifest wishes.
"""

from collections.abc import Callable

from berth_core.decide.arriving import arrive, finish_what_was_begun
from berth_core.decide.evaluating import in_turn
from berth_core.decide.forbidding import (
    LOOK_AGAIN,
    backing_off,
    being_changed,
    going_in_circles,
    not_ours,
    not_supported,
    told_to_wait,
)
from berth_core.decide.intent import Intent
from berth_core.decide.leaving import leave, leave_at_once, leaves_at
from berth_core.decide.orders import next_change
from berth_core.decide.rotating import rotate
from berth_core.decide.scaling import park_when_idle, scale
from berth_core.decide.settled import as_wanted, removed
from berth_core.decide.spending import spend, spends_at
from berth_core.decide.taking_over import held_by_another
from berth_core.decide.tidying import cleared
from berth_core.decisions import BeginPurchase, Change, Decision, Hold, Refuse, TakeOver
from berth_core.facts import Snapshot

Question = Callable[[Snapshot, Intent], Decision | None]

FORBIDDING: tuple[Question, ...] = (not_ours, held_by_another, being_changed, going_in_circles)

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "reconcile": (
        removed,
        *FORBIDDING,
        spend,
        leave,
        not_supported,
        finish_what_was_begun,
        told_to_wait,
        arrive,
        scale,
        rotate,
        park_when_idle,
        as_wanted,
    ),
    "deploy": (*FORBIDDING, not_supported, arrive, as_wanted),
    "rotate": (*FORBIDDING, not_supported, cleared, rotate, as_wanted),
    "hand_over": (*FORBIDDING, leave_at_once),
    # What reconcile parks, this carries out: both have to ask the same.
    "scale": (*FORBIDDING, not_supported, scale, park_when_idle, as_wanted),
}


def decide_deployment(seen: Snapshot, intent: Intent) -> Decision:
    """Total: there is always an answer, and the same snapshot and intent always give the same one."""
    asked = in_turn(_with_override(seen, intent))
    answers = (question(asked, intent) for question in QUESTIONS[intent.kind])
    decision = next(answer for answer in answers if answer is not None)
    if isinstance(decision, Hold | Refuse):
        return _in_time(asked, decision)
    if seen.policy.observe_only:
        return _in_time(asked, _would(asked, decision))
    if isinstance(decision, TakeOver | BeginPurchase):
        return decision
    rest = backing_off(seen, intent, decision)
    return decision if rest is None else _in_time(asked, rest)


def _would(seen: Snapshot, decision: Change | TakeOver | BeginPurchase) -> Hold:
    """Asks to be back soon: nothing else tells that the stack acts again."""
    reason = f"observing only; would {decision.kind}: {decision.reason}"
    return Hold(code="ObserveOnly", reason=reason, next_at=seen.now + LOOK_AGAIN)


def _in_time(seen: Snapshot, held: Hold | Refuse) -> Hold | Refuse:
    """Whatever is held, and for how long: the way off a closing window is never slept through, nor is the schedule."""
    copies_change = next_change(seen) if seen.endpoint is not None else None
    moments = (leaves_at(seen), spends_at(seen), copies_change)
    at = min((at for at in moments if at is not None and at > seen.now), default=None)
    if at is None or (held.next_at is not None and held.next_at <= at):
        return held
    return held.model_copy(update={"next_at": at})


def _with_override(seen: Snapshot, intent: Intent) -> Snapshot:
    """What a person asks by hand counts like the manifest, for this decision and, once claimed, for later ones."""
    if intent.override is None:
        return seen
    merged = intent.override.laid_over(seen.deployment.override, seen.now)
    return seen.model_copy(update={"deployment": seen.deployment.model_copy(update={"override": merged})})

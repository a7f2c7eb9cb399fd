"""What is to be done about one deployment now. Every wake-up ends in this question.

The answer is the first that any of the questions below has, in their order: what forbids acting comes before what a
closing window demands, and that before what the manifest wishes.
"""

from collections.abc import Callable
from typing import TypeIs

from berth_core.decide.arriving import arrive, finish_what_was_begun
from berth_core.decide.budget import fleet_looks_at, last_call_at
from berth_core.decide.evaluating import in_turn, turn_ends_at
from berth_core.decide.forbidding import (
    GAVE_UP,
    LOOK_AGAIN,
    OBSERVE_ONLY,
    backing_off,
    being_changed,
    going_in_circles,
    not_ours,
    not_supported,
    told_to_wait,
)
from berth_core.decide.intent import Intent
from berth_core.decide.lacking import wait_for_room
from berth_core.decide.leaving import leave, leave_at_once, leaves_at
from berth_core.decide.orders import next_change
from berth_core.decide.rotating import rotate
from berth_core.decide.scaling import park_when_idle, scale
from berth_core.decide.settled import AS_WANTED, as_wanted, removed
from berth_core.decide.spending import spend, spends_at
from berth_core.decide.taking_over import held_by_another
from berth_core.decide.tidying import cleared
from berth_core.decide.unheard import unheard, unheard_of_the_stopped
from berth_core.decisions import BeginPurchase, Change, Decision, Hold, Refuse, Scale, TakeOver
from berth_core.facts import Snapshot

Question = Callable[[Snapshot, Intent], Decision | None]

FORBIDDING: tuple[Question, ...] = (not_ours, held_by_another, being_changed, going_in_circles)

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "reconcile": (
        removed,
        *FORBIDDING,
        unheard,
        spend,
        leave,
        not_supported,
        finish_what_was_begun,
        told_to_wait,
        arrive,
        scale,
        rotate,
        wait_for_room,
        park_when_idle,
        as_wanted,
    ),
    "deploy": (*FORBIDDING, not_supported, arrive, as_wanted),
    "rotate": (*FORBIDDING, not_supported, cleared, rotate, as_wanted),
    "hand_over": (*FORBIDDING, unheard_of_the_stopped, leave_at_once),
    # What reconcile parks, this carries out: both have to ask the same.
    "scale": (*FORBIDDING, not_supported, scale, park_when_idle, as_wanted),
}


def decide_deployment(seen: Snapshot, intent: Intent) -> Decision:
    """Total: there is always an answer, and the same snapshot and intent always give the same one."""
    asked = in_turn(_with_override(seen, intent))
    answers = (question(asked, intent) for question in QUESTIONS[intent.kind])
    decision = next(answer for answer in answers if answer is not None)
    passed_over = _rest(seen, intent, decision)
    if isinstance(decision, Scale) and passed_over is not None and passed_over.code == GAVE_UP:
        # The others of its endpoint go on: they are parked, and get another config.
        after = next(answer for answer in answers if answer is not None)
        decision = passed_over.model_copy(update={"next_at": after.next_at}) if _is_at_rest(after) else after
    return _answer(seen, intent, asked, decision)


def _answer(seen: Snapshot, intent: Intent, asked: Snapshot, decision: Decision) -> Decision:
    if isinstance(decision, Hold | Refuse):
        return _in_time(asked, decision)
    if seen.policy.observe_only:
        return _in_time(asked, _would(asked, decision))
    rest = _rest(seen, intent, decision)
    return decision if rest is None else _in_time(asked, rest)


def _rest(seen: Snapshot, intent: Intent, decision: Decision) -> Hold | None:
    return backing_off(seen, intent, decision) if isinstance(decision, Change) else None


def _is_at_rest(decision: Decision) -> TypeIs[Hold]:
    return isinstance(decision, Hold) and decision.code == AS_WANTED


def _would(seen: Snapshot, decision: Change | TakeOver | BeginPurchase) -> Hold:
    """Asks to be back soon: nothing else tells that the stack acts again."""
    reason = f"observing only; would {decision.kind}: {decision.reason}"
    return Hold(code=OBSERVE_ONLY, reason=reason, next_at=seen.now + LOOK_AGAIN)


def _in_time(seen: Snapshot, held: Hold | Refuse) -> Hold | Refuse:
    """Whatever is held, and for how long: the way off a closing window is never slept through, nor is the schedule, nor
    the last call before on-demand ends, nor the end of a turn, nor a fleet on on-demand that grows by itself."""
    copies_change = next_change(seen) if seen.endpoint is not None else None
    money = (last_call_at(seen), fleet_looks_at(seen), spends_at(seen))
    moments = (leaves_at(seen), *money, turn_ends_at(seen), copies_change)
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

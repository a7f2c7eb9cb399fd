"""What is to be done about one deployment now. Every wake-up ends in this question.

The answer is the first that any of the questions below has, in their order: what forbids acting comes before what a
closing window demands, and that before what the manifest wishes.
"""

from collections.abc import Callable

from berth_core.decide.arriving import arrive
from berth_core.decide.forbidding import (
    backing_off,
    being_changed,
    going_in_circles,
    held_by_another,
    not_ours,
    not_supported,
    told_to_wait,
)
from berth_core.decide.intent import Intent
from berth_core.decide.leaving import leave, leave_at_once
from berth_core.decide.rotating import rotate
from berth_core.decide.settled import as_wanted, removed
from berth_core.decisions import Decision, Hold, Refuse
from berth_core.facts import Snapshot

Question = Callable[[Snapshot, Intent], Decision | None]

FORBIDDING: tuple[Question, ...] = (not_ours, not_supported, held_by_another, being_changed, going_in_circles)

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "reconcile": (removed, *FORBIDDING, leave, told_to_wait, arrive, rotate, as_wanted),
    "deploy": (*FORBIDDING, arrive, as_wanted),
    "rotate": (*FORBIDDING, rotate, as_wanted),
    "hand_over": (*FORBIDDING, leave_at_once),
}


def decide_deployment(seen: Snapshot, intent: Intent) -> Decision:
    """Total: there is always an answer, and the same snapshot and intent always give the same one."""
    asked = _with_override(seen, intent)
    answers = (question(asked, intent) for question in QUESTIONS[intent.kind])
    decision = next(answer for answer in answers if answer is not None)
    if isinstance(decision, Hold | Refuse):
        return decision
    if seen.policy.observe_only:
        return Hold(code="ObserveOnly", reason=f"observing only; would {decision.kind}: {decision.reason}")
    return backing_off(seen, intent, decision) or decision


def _with_override(seen: Snapshot, intent: Intent) -> Snapshot:
    """What a person asks by hand counts like the manifest, for this decision and, once claimed, for later ones."""
    if intent.override is None:
        return seen
    known = seen.deployment.override
    merged = intent.override.model_copy(
        update={
            "model": intent.model or (known.model if known else None),
            "instance_count": intent.instance_count or (known.instance_count if known else None),
        }
    )
    return seen.model_copy(update={"deployment": seen.deployment.model_copy(update={"override": merged})})

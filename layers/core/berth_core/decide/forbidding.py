"""What forbids acting, whatever there is to do."""

from datetime import datetime, timedelta

from berth_core.decide.holding import hands_off
from berth_core.decide.intent import Intent
from berth_core.decide.rollback_alarms import ROLLED_BACK_BY_ALARM
from berth_core.decide.standing_on import made_for_the_other
from berth_core.decisions import Change, HandOver, Hold, Refuse, Resize, Rotate, Scale, Tidy
from berth_core.facts import Attempt, Snapshot
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, is_ours

LOOK_AGAIN = timedelta(minutes=5)
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(minutes=60)
MOST_DOUBLINGS = 10
"""More would leave what a timedelta can hold, long after the longest rest is reached."""
LONGEST_REST_LEAVING = timedelta(minutes=20)
"""A window closes while we rest."""
ROUNDS = 5
"""Changes in one run of deployment_reconcile; more would mean that two wishes pull against each other."""
TRIES = 3
"""Failed tries of one rotation before a person has to look. A deployment or a way off is tried on and on."""
COMPONENT_TRIES = 5
"""Of a component that SageMaker calls Failed: over an hour, with the rests in between. Each takes accelerators from the
others while it lasts. A lack of room is no such failure, and is tried on."""
COMPONENT_FAILED = "ComponentFailed"
REFUSED = "RefusedError"
ROLLED_BACK = "RolledBack"
GAVE_UP = "GaveUp"
OBSERVE_ONLY = "ObserveOnly"
RUN_DIED = "RunDied"
"""As a hold: told, and looked at again at once. As an attempt's code: nobody heard of its end, and nothing is known
against trying it again."""


def not_ours(seen: Snapshot, _intent: Intent) -> Hold | None:
    """An endpoint of this name that this stack didn't make is never touched, until its owner tags it."""
    if seen.endpoint is None or is_ours(seen.endpoint.tags, seen.policy.stack, seen.deployment.name):
        return None
    return Hold(
        code="WaitingForAdoption",
        reason=(
            f"endpoint {seen.endpoint.name} exists and isn't ours. To hand it over, tag it "
            f"{STACK_TAG}={seen.policy.stack} and {DEPLOYMENT_TAG}={seen.deployment.name}"
        ),
        next_at=seen.now + LOOK_AGAIN,  # no event tells of a tag
    )


def not_supported(seen: Snapshot, _intent: Intent) -> Refuse | None:
    """What runs is kept until a person deletes it."""
    why = made_for_the_other(seen)
    if why is None:
        return None
    return Refuse(code="NotSupported", reason=f"{why}: delete the endpoint, or give it another name")


def being_changed(seen: Snapshot, _intent: Intent) -> Hold | None:
    """SageMaker refuses a second change while one runs, so asking would only burn a retry."""
    if seen.endpoint is None or seen.endpoint.settled:
        return None
    return Hold(code="InTransition", reason=f"the endpoint is {seen.endpoint.status}", next_at=seen.now + LOOK_AGAIN)


def going_in_circles(seen: Snapshot, intent: Intent) -> Hold | None:
    """A run that keeps finding something to do stops, and the next wake-up looks afresh."""
    if intent.rounds < ROUNDS:
        return None
    return Hold(
        code="Circling",
        reason=f"{intent.rounds} changes in one run: looking again later",
        next_at=seen.now + LOOK_AGAIN,
    )


def told_to_wait(seen: Snapshot, _intent: Intent) -> Hold | None:
    """Hands off. A way off that would lose the endpoint is asked before this."""
    held = hands_off(seen)
    if held is None:
        return None
    # No event tells of a tag, so it is looked at again and again: it may be taken off before its time.
    looks = [seen.now + LOOK_AGAIN] if held.by_tag else []
    return Hold(
        code="HoldUntil", reason=held.reason, next_at=min([*looks, *([held.until] if held.until else [])], default=None)
    )


def backing_off(seen: Snapshot, intent: Intent, decision: Change) -> Hold | None:
    """After a failure the same thing is tried again later and later. A person who asks by hand need not wait."""
    if intent.kind != "reconcile":
        return given_up(seen, decision) if _carries_out_reconciles_word(intent) else None
    gave_up = given_up(seen, decision)
    failures = _failures_in_a_row(seen, decision)
    if gave_up is not None or not failures:
        return gave_up
    last = failures[0]
    again_at = _again_at(last, decision, len(failures))
    if again_at <= seen.now:
        return None
    return Hold(
        code="BackingOff",
        reason=f"{decision.kind} failed at {last.ended_at:%H:%M} UTC ({last.code}); next try at {again_at:%H:%M} UTC",
        next_at=again_at,
    )


def given_up(seen: Snapshot, decision: Change) -> Hold | None:
    """What failed often enough, or what an alarm has judged, is left to a person."""
    failures = _failures_in_a_row(seen, decision)
    by_hand = "start components_scale by hand" if isinstance(decision, Scale) else "rotate by hand"
    judged = _judged_by_alarm(seen, decision, failures)
    if judged is not None:
        what = "was rolled back by an alarm, which a second try would send requests to as well"
        return Hold(code=GAVE_UP, reason=f"{judged} {what}: change the manifest, or {by_hand}")
    if isinstance(decision, Rotate | Resize) and len(failures) >= TRIES:
        what = f"{failures[0].target} failed {len(failures)} times ({failures[0].code})"
        return Hold(code=GAVE_UP, reason=f"{what}: change the manifest, or {by_hand}")
    if isinstance(decision, Scale) and _wont_come_up(failures):
        what = f"{decision.reason}; it failed {len(failures)} times, and the others go on"
        return Hold(code=GAVE_UP, reason=f"{what}: change the manifest, or {by_hand}")
    return None


def _judged_by_alarm(seen: Snapshot, decision: Change, failures: list[Attempt]) -> str | None:
    """An alarm judges a model, wherever that runs: it stays judged when the old one was moved meanwhile."""
    if isinstance(decision, Rotate | Scale) and failures and failures[0].code == ROLLED_BACK_BY_ALARM:
        return failures[0].target
    model = decision.config.model if isinstance(decision, Rotate) else None
    of_model = (each for each in seen.attempts if model and each.config and each.config.model == model)
    last = next(of_model, None)
    if last is None or last.code != ROLLED_BACK_BY_ALARM or last.ended_at < seen.deployment.registered_at:
        return None
    return last.target


def _carries_out_reconciles_word(intent: Intent) -> bool:
    """Reconcile has passed over what it has given up, and so does the machine that it starts for what comes after. The
    way off a window passes over nothing."""
    return intent.kind == "scale" and not intent.by_hand and not intent.park


def _wont_come_up(failures: list[Attempt]) -> bool:
    """A component, or its new model, was the reason often enough, or SageMaker won't have it at all."""
    blamed = [each.code in (COMPONENT_FAILED, ROLLED_BACK, REFUSED) for each in failures]
    return blamed.count(True) >= COMPONENT_TRIES


def _again_at(last: Attempt, decision: Change, failures: int) -> datetime:
    longest = LONGEST_REST_LEAVING if isinstance(decision, HandOver) else LONGEST_REST
    doubled: int = 2 ** min(failures - 1, MOST_DOUBLINGS)
    again_at = last.ended_at + min(longest, FIRST_REST * doubled)
    if isinstance(decision, HandOver) and last.ended_at < decision.give_up_at:
        return min(again_at, decision.give_up_at)  # the next rung must not be slept through
    return again_at


def _failures_in_a_row(seen: Snapshot, decision: Change) -> list[Attempt]:
    """The latest attempts at this very thing under the manifest in force, newest first, up to the last success."""
    failures: list[Attempt] = []
    for attempt in seen.attempts:
        if attempt.done or attempt.ended_at < seen.deployment.registered_at:
            break
        if attempt.code != RUN_DIED and attempt.kind == decision.kind and _same_target(attempt, decision):
            failures.append(attempt)
    return failures


def _same_target(attempt: Attempt, decision: Change) -> bool:
    if isinstance(decision, HandOver):
        return attempt.rung == decision.rung
    return attempt.target == target_of(decision)


def target_of(decision: Change) -> str:
    """What an outcome of this decision is remembered under."""
    if isinstance(decision, Resize):
        return f"{decision.config_name} to {decision.instance_count}"
    if isinstance(decision, Scale):
        return decision.target
    if isinstance(decision, Tidy):
        return "configs"
    return decision.config.name if decision.config else "delete"

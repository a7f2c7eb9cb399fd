"""What forbids acting, whatever there is to do."""

from datetime import datetime, timedelta

from berth_core.decide.intent import Intent
from berth_core.decisions import Change, HandOver, Hold, Refuse, Resize, Rotate
from berth_core.facts import Attempt, Snapshot
from berth_core.naming import STACK_TAG

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


def not_ours(seen: Snapshot, _intent: Intent) -> Hold | None:
    """An endpoint of this name that this stack didn't make is never touched."""
    if seen.endpoint is None or seen.endpoint.tags.get(STACK_TAG) == seen.policy.stack:
        return None
    return Hold(
        code="WaitingForAdoption",
        reason=(
            f"endpoint {seen.endpoint.name} exists and isn't ours. To hand it over, tag it "
            f"{STACK_TAG}={seen.policy.stack} and berth:deployment={seen.deployment.name}"
        ),
        next_at=seen.now + timedelta(hours=1),
    )


def not_supported(seen: Snapshot, _intent: Intent) -> Refuse | None:
    """Manifests that are valid, but of which this version can't keep the promise."""
    if not seen.deployment.manifest.components:
        return None
    return Refuse(code="NotSupported", reason="inference components aren't managed in this version: name one model")


def held_by_another(seen: Snapshot, _intent: Intent) -> Hold | None:
    """One change of an endpoint at a time. A dead holder's lease runs out by itself."""
    lease = seen.lease
    if lease is None or lease.holder == seen.holder or lease.expires_at <= seen.now:
        return None
    return Hold(code="Busy", reason=f"another run is at it: {lease.purpose}", next_at=lease.expires_at)


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
    """`hold_until` of the manifest. A way off a closing window is asked before this."""
    until = seen.deployment.manifest.hold_until
    if until is None or until <= seen.now:
        return None
    return Hold(
        code="HoldUntil", reason=f"hands off until {until:%Y-%m-%d %H:%M} UTC, says the manifest", next_at=until
    )


def backing_off(seen: Snapshot, intent: Intent, decision: Change) -> Hold | None:
    """After a failure the same thing is tried again later and later. A person who asks by hand need not wait."""
    if intent.kind != "reconcile":
        return None
    failures = _failures_in_a_row(seen, decision)
    if not failures:
        return None
    last = failures[0]
    if isinstance(decision, Rotate | Resize) and len(failures) >= TRIES:
        return Hold(
            code="GaveUp",
            reason=f"{last.target} failed {len(failures)} times ({last.code}): change the manifest, or rotate by hand",
        )
    again_at = _again_at(last, decision, len(failures))
    if again_at <= seen.now:
        return None
    return Hold(
        code="BackingOff",
        reason=f"{decision.kind} failed at {last.ended_at:%H:%M} UTC ({last.code}); next try at {again_at:%H:%M} UTC",
        next_at=again_at,
    )


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
        if attempt.kind == decision.kind and _same_target(attempt, decision):
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
    return decision.config.name if decision.config else "delete"

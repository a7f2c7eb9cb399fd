"""Changes whose end nobody told: they came in the end, after their run had given up on them or was stopped."""

from datetime import datetime
from typing import Literal

from berth_core.announcements import Announcement, endpoint_rotated
from berth_core.decide.unheard import left_behind, unheard_of
from berth_core.decisions import Change, ConfigSpec, HandOver
from berth_core.facts import Attempt, Snapshot
from berth_core.outcomes import Outcome

CHANGES = frozenset({"deploy", "rotate", "resize", "hand_over"})
FOR_GOOD = frozenset({"SmokeTestFailed", "Unfinished"})
"""Failures of something that is live: it came up and does not answer, or it was there before it was to be deleted."""


def came_late(seen: Snapshot, *, between_machines: bool) -> Outcome | None:
    """What a dead run had begun; or the latest change, if it is remembered as failed and what it asked for is live now.

    It takes that one's row. `between_machines`: by reconcile, while no machine runs under its lease, or by a hand-over
    that took the lease over. Else a part of the change itself may be asking, under the same lease.
    """
    if _is_another_at_it(seen):
        return None  # which tells what comes of it
    begun = unheard_of(seen) if between_machines or left_behind(seen) is None else None
    last = begun or next((each for each in seen.attempts if each.kind in CHANGES), None)
    if last is None or last.done or last.code in FOR_GOOD or not last.decision_id:
        return None
    if last.target != _live(seen, last):
        return _in_vain(seen, begun) if begun is not None else None
    endpoint = seen.endpoint
    ended_at = max(last.ended_at, (endpoint.changed_at if endpoint else None) or seen.now)
    took_seconds = (ended_at - last.started_at).total_seconds()
    what = f"{last.target} is live after all" if endpoint else "the endpoint is gone after all"
    return _outcome(last, "done", f"{what}: it took {took_seconds / 60:.0f} minutes ({last.code} before)", ended_at)


def _in_vain(seen: Snapshot, begun: Attempt) -> Outcome | None:
    """A run died, and what it wanted isn't there. While something is under way, that can't be known."""
    if seen.endpoint is not None and not seen.endpoint.settled:
        return None
    found = f"{seen.endpoint.config_name} is {seen.endpoint.status}" if seen.endpoint else "there is no endpoint"
    return _outcome(begun, "failed", f"the run that was to bring {begun.target} died; {found}", seen.now)


def _outcome(last: Attempt, kind: Literal["done", "failed"], reason: str, ended_at: datetime) -> Outcome:
    return Outcome(
        kind=kind,
        code=last.code,
        reason=reason,
        decision_id=last.decision_id,
        asked=last.kind,
        rung=last.rung,
        target=last.target,
        started_at=last.started_at,
        ended_at=ended_at,
        took_seconds=(ended_at - last.started_at).total_seconds(),
        plan_arn=last.plan_arn,
        left=last.left,
        config=ConfigSpec.again(last.config) if last.config else None,
        replaced=last.replaced,
    )


def rotated_on_the_way(seen: Snapshot | None, decision: Change | None, outcome: Outcome) -> Announcement | None:
    """A hand-over that takes another model along: that of a rotation which it stopped, or one wished meanwhile."""
    if seen is None or not isinstance(decision, HandOver) or outcome.kind != "done" or decision.config is None:
        return None
    known = next((each.config.model for each in seen.attempts if _told(each) and each.config), None)
    model = decision.config.model
    if known is None or model is None or model == known:
        return None
    return endpoint_rotated(
        deployment=seen.deployment.name,
        at=outcome.ended_at,
        reason=f"{model} serves now, {known} did when it was told last",
        decision_id=outcome.decision_id,
        config_name=decision.config.name,
    )


def _is_another_at_it(seen: Snapshot) -> bool:
    lease = seen.lease
    return lease is not None and lease.holder != seen.holder and lease.expires_at > seen.now


def _told(attempt: Attempt) -> bool:
    return attempt.done and attempt.kind in CHANGES and attempt.config is not None


def _live(seen: Snapshot, last: Attempt) -> str | None:
    """In the words of an attempt's target; None while nobody can tell."""
    endpoint = seen.endpoint
    if endpoint is None:
        return "delete"
    if not endpoint.settled or endpoint.status != "InService":
        return None
    return f"{endpoint.config_name} to {endpoint.instance_count}" if last.kind == "resize" else endpoint.config_name

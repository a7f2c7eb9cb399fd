"""A run that died with its lease, or was stopped: what it had begun is told before anything else is decided."""

from berth_core.decide.forbidding import RUN_DIED, target_of
from berth_core.decide.intent import Intent
from berth_core.decisions import ConfigSpec, Decision, Deploy, HandOver, Hold, Resize, Rotate
from berth_core.facts import Attempt, ConfigSeen, Snapshot


def begun_by(decision: Decision | None) -> Attempt | None:
    """Kept with the lease, before the first effect. What scales components or tidies up is looked at afresh anyway."""
    if not isinstance(decision, Deploy | Rotate | Resize | HandOver):
        return None
    return Attempt(
        kind=decision.kind,
        decision_id=decision.id,
        rung=getattr(decision, "rung", None),
        target=target_of(decision),
        started_at=decision.started_at,
        ended_at=decision.started_at,
        done=False,
        code=RUN_DIED,
        left=decision.left if isinstance(decision, HandOver) else None,
        config=_made(getattr(decision, "config", None)),
    )


def _made(spec: ConfigSpec | None) -> ConfigSeen | None:
    """As SageMaker will show it."""
    return ConfigSeen.model_validate(spec.model_dump(include=set(ConfigSeen.model_fields))) if spec else None


def unheard_of(seen: Snapshot) -> Attempt | None:
    """What the holder of a lapsed lease had begun, if its end isn't recorded; or a machine that was run under our own
    lease, and is over."""
    lease = seen.lease
    if lease is None or lease.begun is None or (lease.holder != seen.holder and lease.expires_at > seen.now):
        return None
    return None if any(each.decision_id == lease.begun.decision_id for each in seen.attempts) else lease.begun


def left_behind(seen: Snapshot) -> Attempt | None:
    """The part of it that was begun under our own lease."""
    return unheard_of(seen) if seen.lease is not None and seen.lease.holder == seen.holder else None


def unheard(seen: Snapshot, _intent: Intent) -> Hold | None:
    """Asked when nothing is under way any more: what is there now is what came of it."""
    begun = unheard_of(seen)
    if begun is None or seen.lease is None:
        return None
    lapsed_at = f"{seen.lease.expires_at:%Y-%m-%d %H:%M} UTC"
    how = "ended and told nothing" if left_behind(seen) else f"died with its lease, which lapsed at {lapsed_at}"
    return _told_first(seen, f"a run of {seen.lease.purpose} {how}", begun)


def unheard_of_the_stopped(seen: Snapshot, _intent: Intent) -> Hold | None:
    """Asked by a hand-over that has taken a lease over: its own claim would write over what was begun.

    A hand-over under the lease is this very one, as reconcile or its own first try has claimed it.
    """
    left = left_behind(seen)
    if left is None or left.kind == "hand_over":
        return None
    return _told_first(seen, "the run that was stopped told nothing", left)


def _told_first(seen: Snapshot, what: str, begun: Attempt) -> Hold:
    return Hold(code=RUN_DIED, reason=f"{what}: it was at {begun.target}", next_at=seen.now)

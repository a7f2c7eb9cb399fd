"""News of a step that is over, in words."""

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.decide.forbidding import RUN_DIED
from berth_core.decisions import Hold, Refuse, Scale
from berth_core.outcomes import Outcome
from berth_core.recording.happened import Happened

PASSING = frozenset({"AsWanted", "BackingOff", "Busy", "Idle", "InTransition", RUN_DIED})
ROLLED_BACK = frozenset({"RolledBack", "RolledBackByAlarm", "NoCapacity", "RollbackFailed"})


def is_news(held: Hold | Refuse) -> bool:
    """Passing states of our own making are in the ledger; telling each of them would bury the rest."""
    return held.code not in PASSING


def hold_news(happened: Happened, held: Hold | Refuse) -> Announcement:
    if held.code == "LadderExhausted":
        return news.handover_failed(
            deployment=happened.deployment, at=happened.now, reason=held.reason, code=held.code, tried=_tried(happened)
        )
    return news.decision_held(
        deployment=happened.deployment, at=happened.now, reason=held.reason, code=held.code, next_at=held.next_at
    )


def _tried(happened: Happened) -> tuple[str, ...]:
    if happened.seen is None:
        return ()
    recent = [each for each in happened.seen.attempts if each.kind == "hand_over" and not each.done]
    return tuple(dict.fromkeys(each.rung or each.target for each in reversed(recent)))


def outcome_news(happened: Happened, outcome: Outcome) -> Announcement:
    if outcome.kind == "failed":
        return _failed_news(happened, outcome)
    plan = _plan(happened)
    live = _live_config(happened) or outcome.target
    if outcome.asked == "hand_over":
        return news.handover_completed(
            deployment=happened.deployment,
            at=outcome.ended_at,
            reason=_reason(happened, outcome),
            decision_id=outcome.decision_id,
            rung=outcome.rung or "",
            target=_live_config(happened) or "absent",
        )
    if outcome.asked == "scale":
        return _scaled_news(happened, outcome)
    if outcome.asked == "deploy":
        return news.endpoint_deployed(
            deployment=happened.deployment,
            at=outcome.ended_at,
            reason=outcome.reason,
            decision_id=outcome.decision_id,
            config_name=live,
            plan=plan or "",
        )
    return news.endpoint_rotated(
        deployment=happened.deployment,
        at=outcome.ended_at,
        reason=_reason(happened, outcome),
        decision_id=outcome.decision_id,
        config_name=live,
        plan=plan,
    )


def _scaled_news(happened: Happened, outcome: Outcome) -> Announcement:
    decision = happened.decision
    copies, names = (decision.copies, _names(decision)) if isinstance(decision, Scale) else (0, ())
    return news.components_scaled(
        deployment=happened.deployment,
        at=outcome.ended_at,
        reason=_reason(happened, outcome),
        decision_id=outcome.decision_id,
        copies=copies,
        components=names,
    )


def _names(decision: Scale) -> tuple[str, ...]:
    return tuple(each.name for each in decision.components)


def _failed_news(happened: Happened, outcome: Outcome) -> Announcement:
    live = None if _has_failed(happened) else _live_config(happened)
    if live is not None and outcome.code in ROLLED_BACK:
        return news.rollback_detected(
            deployment=happened.deployment,
            at=outcome.ended_at,
            reason=outcome.reason,
            decision_id=outcome.decision_id,
            code=outcome.code,
            wanted_config=outcome.target,
            live_config=live,
        )
    return news.deployment_failed(
        deployment=happened.deployment,
        at=outcome.ended_at,
        reason=outcome.reason,
        decision_id=outcome.decision_id,
        code=outcome.code,
    )


def _has_failed(happened: Happened) -> bool:
    """An endpoint that never came up has nothing to go back to."""
    endpoint = happened.seen.endpoint if happened.seen else None
    return endpoint is not None and endpoint.status == "Failed"


def _live_config(happened: Happened) -> str | None:
    return happened.seen.endpoint.config_name if happened.seen and happened.seen.endpoint else None


def _plan(happened: Happened) -> str | None:
    """By name: the decision's, or, of what came late, the one that it is on."""
    seen = happened.seen
    if not isinstance(happened.decision, Hold | Refuse) or seen is None or seen.endpoint is None:
        return getattr(happened.decision, "plan", None)
    under = seen.plan_of(seen.endpoint.plan_arn)
    return under.name if under else None


def _reason(happened: Happened, outcome: Outcome) -> str:
    """Why it was done, and what came of it. What came late is told by somebody who decided something else."""
    decision = happened.decision
    if decision is None or isinstance(decision, Hold | Refuse):
        return outcome.reason
    return f"{decision.reason}; {outcome.reason}"

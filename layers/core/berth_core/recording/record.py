"""What is remembered and told of a step that is over: one answer for the ledger and the bus, so that the two agree."""

import re
from datetime import timedelta

from berth_core import announcements as news
from berth_core.budget_news import budget_news
from berth_core.decide.awaiting import awaited
from berth_core.decide.forbidding import OBSERVE_ONLY, RUN_DIED, target_of
from berth_core.decide.idleness import gap_to_keep
from berth_core.decide.lacking import WAITING_FOR_ROOM
from berth_core.decide.making_room import UNFINISHED
from berth_core.decide.unheard import left_behind
from berth_core.decisions import Change, Hold, Refuse, Rotate
from berth_core.facts import Gap
from berth_core.outcomes import Outcome, Trouble
from berth_core.recording.happened import Happened, Recording
from berth_core.recording.late import came_late, rotated_on_the_way
from berth_core.recording.stays import with_stays
from berth_core.recording.telling import hold_news, is_news, outcome_news
from berth_core.recording.turns import with_turns
from berth_core.recording.withdrawing import without_what_failed

RECONCILE = "deployment_reconcile"
LOOK_AGAIN = timedelta(minutes=5)
WAITING = frozenset({"WaitingForPlan", "AsWanted", WAITING_FOR_ROOM})


def record(happened: Happened) -> Recording:
    """Total: whatever ended, there is something to remember and a summary in words."""
    ended = _ended(happened)
    return ended.model_copy(update={"once": (*ended.once, *budget_news(happened.seen)), "gap": _gap(happened)})


def _gap(happened: Happened) -> Gap | None:
    return gap_to_keep(happened.seen) if happened.seen is not None else None


def _ended(happened: Happened) -> Recording:
    if happened.outcome is not None:
        return with_turns(happened, with_stays(happened, _outcome(happened, happened.outcome)))
    if happened.failure is not None:
        return with_turns(happened, with_stays(happened, _failure(happened, happened.failure)))
    if isinstance(happened.decision, Hold | Refuse):
        return with_turns(happened, with_stays(happened, _held(happened, happened.decision)))
    if isinstance(happened.decision, Rotate):
        return _begun(happened, happened.decision)
    return Recording(due_at=happened.now, summary="nothing to record")


def _held(happened: Happened, held: Hold | Refuse) -> Recording:
    is_new = happened.last_hold is None or _gist(*happened.last_hold) != _gist(held.code, held.reason)
    is_between = happened.machine == RECONCILE or held.code == RUN_DIED
    late = came_late(happened.seen, between_machines=is_between) if happened.seen is not None else None
    told_late = (outcome_news(happened, late),) if late is not None else ()
    return Recording(
        outcome=late,
        held=held,
        is_new_hold=is_new,
        untold=_is_untold(happened, late),
        # A run by hand asked something else than the next reconcile does: that one says when to look again.
        due_at=held.next_at if happened.machine == RECONCILE else happened.now,
        removed=held.code == "Removed",
        waits_for=_waits_for(happened, held),
        announcements=(*told_late, *((hold_news(happened, held),) if is_new and is_news(held) else ())),
        wish=held.adopt if isinstance(held, Hold) else None,
        summary=f"{held.code}: {held.reason}",
    )


def _gist(code: str, reason: str) -> tuple[str, str]:
    """Of what would be done while only observing: the hours and USD in it run on, and would be news at each look."""
    return code, re.sub(r"[0-9]+", "", reason) if code == OBSERVE_ONLY else reason


def _is_untold(happened: Happened, told: Outcome | None) -> bool:
    left = left_behind(happened.seen) if happened.seen is not None else None
    return left is not None and (told is None or told.decision_id != left.decision_id)


def _begun(happened: Happened, decision: Rotate) -> Recording:
    """Written before an endpoint is deleted to be made anew: whoever comes after a crash knows what was there."""
    text = f"{decision.replaced or 'the model'} goes, and nothing serves until {decision.config.model} does"
    outcome = Outcome(
        kind="failed",
        code=UNFINISHED,
        reason=text,
        decision_id=decision.id,
        asked=decision.kind,
        rung=decision.rung,
        target=target_of(decision),
        started_at=decision.started_at,
        ended_at=happened.now,
        took_seconds=(happened.now - decision.started_at).total_seconds(),
        config=decision.config,
        replaced=decision.replaced,
    )
    told = news.downtime_begins(
        deployment=happened.deployment,
        at=happened.now,
        reason=f"{decision.reason}; {text}",
        decision_id=decision.id,
        config_name=decision.config.name,
    )
    return Recording(outcome=outcome, due_at=happened.now, announcements=(told,), summary=text)


def _waits_for(happened: Happened, held: Hold | Refuse) -> tuple[str, ...]:
    """What a person asked by hand doesn't count as waiting, and neither does a rest after a failure."""
    if happened.seen is None or happened.machine != RECONCILE or held.code not in WAITING:
        return ()
    return awaited(happened.seen)


def _outcome(happened: Happened, outcome: Outcome) -> Recording:
    decision = happened.decision if isinstance(happened.decision, Change) else None
    on_the_way = rotated_on_the_way(happened.seen, decision, outcome)
    told = () if outcome.asked == "tidy" else (outcome_news(happened, outcome),)
    return Recording(
        outcome=outcome,
        due_at=happened.now,
        announcements=(*((on_the_way,) if on_the_way is not None else ()), *told),
        wish=without_what_failed(happened, outcome),
        summary=f"{outcome.asked} {outcome.target}: {outcome.reason}",
    )


def _failure(happened: Happened, failure: Trouble) -> Recording:
    """A step stopped the machine. If it was carrying out a change, that counts as a failed attempt at it."""
    decision = happened.decision
    if not isinstance(decision, Change):
        told = news.deployment_failed(
            deployment=happened.deployment, at=happened.now, reason=failure.text, decision_id="", code=failure.error
        )
        return Recording(due_at=happened.now + LOOK_AGAIN, announcements=(told,), summary=failure.text)
    outcome = Outcome(
        kind="failed",
        code=failure.error,
        reason=failure.text,
        decision_id=decision.id,
        asked=decision.kind,
        rung=getattr(decision, "rung", None),
        target=target_of(decision),
        started_at=decision.started_at,
        ended_at=happened.now,
        took_seconds=(happened.now - decision.started_at).total_seconds(),
        config=getattr(decision, "config", None),
        replaced=getattr(decision, "replaced", None),
    )
    return _outcome(happened, outcome)

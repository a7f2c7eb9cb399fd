"""What is remembered and told of a step that is over: one answer for the ledger and the bus, so that the two agree."""

from datetime import datetime, timedelta

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.budget_news import budget_news
from berth_core.decide.competing import awaited
from berth_core.decide.evaluating import is_evaluated
from berth_core.decide.forbidding import target_of
from berth_core.decide.idleness import gap_to_keep
from berth_core.decide.making_room import UNFINISHED, is_hopping
from berth_core.decide.watch import endpoint_mark
from berth_core.decisions import Change, Decision, HandOver, Hold, Refuse, Rotate, Scale
from berth_core.facts import EndpointSeen, Gap, OnDemandUse, Override, Snapshot, Turn
from berth_core.model import Frozen, Time
from berth_core.naming import STACK_TAG
from berth_core.outcomes import Outcome, Trouble

RECONCILE = "deployment_reconcile"
LOOK_AGAIN = timedelta(minutes=5)
PASSING = frozenset({"AsWanted", "BackingOff", "Busy", "Idle", "InTransition"})
WAITING = frozenset({"WaitingForPlan", "AsWanted"})
ROLLED_BACK = frozenset({"RolledBack", "NoCapacity", "RollbackFailed"})
WONT_START = frozenset({"RolledBack", "RollbackFailed", "EndpointFailed", "SmokeTestFailed"})
NO_MODEL = "Could not find model"


class Happened(Frozen):
    """The end of a step: a hold or refusal, an outcome, or a failure that stopped the machine."""

    deployment: str
    machine: str
    now: Time
    decision: Decision | None = None
    outcome: Outcome | None = None
    failure: Trouble | None = None
    seen: Snapshot | None = None
    last_hold: tuple[str, str] | None = None
    """Code and reason of the hold recorded last: a repeated one is no news."""


class Recording(Frozen):
    """Rows to write, in this order, and then what to tell."""

    outcome: Outcome | None = None
    held: Hold | Refuse | None = None
    is_new_hold: bool = False
    stay_begun: OnDemandUse | None = None
    stay_ended_at: Time | None = None
    due_at: Time | None = None
    endpoint_seen: str | None = None
    placed_on: str | None = None
    gap: Gap | None = None
    removed: bool = False
    wish: Override | None = None
    """What is laid over the manifest from now on."""
    turn_begun: Turn | None = None
    turn_ended_at: Time | None = None
    turn_failed: Turn | None = None
    waits_for: tuple[str, ...] = ()
    """The plans, by name, on which a place is waited for."""
    once: tuple[tuple[str, Announcement], ...] = ()
    """News that is told once, by what it is remembered under."""
    announcements: tuple[Announcement, ...] = ()
    summary: str


def record(happened: Happened) -> Recording:
    """Total: whatever ended, there is something to remember and a summary in words."""
    return _ended(happened).model_copy(update={"once": budget_news(happened.seen), "gap": _gap(happened)})


def _gap(happened: Happened) -> Gap | None:
    return gap_to_keep(happened.seen) if happened.seen is not None else None


def _ended(happened: Happened) -> Recording:
    if happened.outcome is not None:
        return _with_turns(happened, _with_stays(happened, _outcome(happened, happened.outcome)))
    if happened.failure is not None:
        return _with_turns(happened, _with_stays(happened, _failure(happened, happened.failure)))
    if isinstance(happened.decision, Hold | Refuse):
        return _with_turns(happened, _with_stays(happened, _held(happened, happened.decision)))
    if isinstance(happened.decision, Rotate):
        return _begun(happened, happened.decision)
    return Recording(due_at=happened.now, summary="nothing to record")


def _held(happened: Happened, held: Hold | Refuse) -> Recording:
    is_new = happened.last_hold != (held.code, held.reason)
    return Recording(
        held=held,
        is_new_hold=is_new,
        # A run by hand asked something else than the next reconcile does: that one says when to look again.
        due_at=held.next_at if happened.machine == RECONCILE else happened.now,
        removed=held.code == "Removed",
        waits_for=_waits_for(happened, held),
        announcements=(_hold_news(happened, held),) if is_new and _is_news(held) else (),
        wish=held.adopt if isinstance(held, Hold) else None,
        summary=f"{held.code}: {held.reason}",
    )


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


def _is_news(held: Hold | Refuse) -> bool:
    """Passing states of our own making are in the ledger; telling each of them would bury the rest."""
    return held.code not in PASSING


def _hold_news(happened: Happened, held: Hold | Refuse) -> Announcement:
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


def _outcome(happened: Happened, outcome: Outcome) -> Recording:
    return Recording(
        outcome=outcome,
        due_at=happened.now,
        announcements=() if outcome.asked == "tidy" else (_outcome_news(happened, outcome),),
        wish=_without_what_failed(happened, outcome),
        summary=f"{outcome.asked} {outcome.target}: {outcome.reason}",
    )


def _outcome_news(happened: Happened, outcome: Outcome) -> Announcement:
    if outcome.kind == "failed":
        return _failed_news(happened, outcome)
    plan = getattr(happened.decision, "plan", None)
    live = _live_config(happened) or outcome.target
    if outcome.asked == "hand_over":
        return news.handover_completed(
            deployment=happened.deployment,
            at=outcome.ended_at,
            reason=f"{_why(happened)}; {outcome.reason}",
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
        reason=f"{_why(happened)}; {outcome.reason}",
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
        reason=f"{_why(happened)}; {outcome.reason}",
        decision_id=outcome.decision_id,
        copies=copies,
        components=names,
    )


def _names(decision: Scale) -> tuple[str, ...]:
    return tuple(each.name for each in decision.components)


def _failed_news(happened: Happened, outcome: Outcome) -> Announcement:
    live = _live_config(happened)
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


def _without_what_failed(happened: Happened, outcome: Outcome) -> Override | None:
    """What was asked by hand and failed is dropped; what was asked by hand before, and runs, stays."""
    seen = happened.seen
    known = seen.deployment.override if seen else None
    if seen is None or known is None or outcome.kind != "failed" or outcome.asked not in ("rotate", "resize"):
        return None
    live = seen.endpoint
    runs = live.config.model if live and live.config else None
    wish = known.model_copy(
        update={
            "model": known.model if known.model == runs else None,
            "instance_count": known.instance_count if live and known.instance_count == live.instance_count else None,
        }
    )
    return wish if wish != known else None


def _with_stays(happened: Happened, recording: Recording) -> Recording:
    """On-demand money is counted from what is seen, so that no crash between two steps can lose a stay."""
    seen = happened.seen
    if seen is None:
        return recording
    endpoint = seen.endpoint
    running = next((stay for stay in seen.on_demand if stay.ended_at is None), None)
    stay = _stay(happened, seen) if _is_away(seen) else None
    is_same = running is not None and stay is not None and _fleet(running) == _fleet(stay)
    plan = seen.plan_of(endpoint.plan_arn) if endpoint and endpoint.plan_arn else None
    told: dict[str, object] = {
        "endpoint_seen": endpoint_mark(endpoint.status, endpoint.changed_at) if endpoint else None,
        "placed_on": plan.name if plan else None,
    }
    # While it is on its way nobody can say that it didn't go: the bill runs, and the hop leads home.
    is_moving = endpoint is not None and not endpoint.settled
    if running is not None and not is_moving and (not _is_away(seen) or (stay is not None and not is_same)):
        told["stay_ended_at"] = running.started_at if _never_launched(recording) else seen.now
    if stay is not None and not is_same:
        told["stay_begun"] = stay if running is None else stay.model_copy(update={"started_at": seen.now})
    if stay is not None and running is None and _began(happened) is None and _came_back_at(seen) is not None:
        told["announcements"] = (*recording.announcements, _woken_news(seen, stay))
    return recording.model_copy(update=told)


def _never_launched(recording: Recording) -> bool:
    """What could not be had costs nothing. A fleet that came up and was rolled back counts."""
    outcome = recording.outcome
    return outcome is not None and outcome.rung in ("on_demand", "hop") and outcome.code == "NoCapacity"


def _with_turns(happened: Happened, recording: Recording) -> Recording:
    """An evaluation's turns are counted from what is seen, as the stays are: a crash costs the count nothing."""
    seen = happened.seen
    if seen is None:
        return recording
    asked = seen.deployment.manifest.evaluate
    running = next((turn for turn in seen.turns if turn.ended_at is None), None)
    serving = _serving(seen)
    told: dict[str, object] = {}
    if running is not None and running.model != serving:
        told["turn_ended_at"] = seen.now
    failed = _failed_turn(happened, recording)
    is_new = running is None or running.model != serving
    in_service = seen.endpoint is not None and seen.endpoint.status == "InService"
    if failed is not None:
        told["turn_failed"] = failed
    elif serving is not None and is_new and in_service and is_evaluated(asked, serving):
        told["turn_begun"] = Turn(model=serving, started_at=seen.now)
    return recording.model_copy(update=told)


def _serving(seen: Snapshot) -> str | None:
    endpoint = seen.endpoint
    if endpoint is None or endpoint.config is None or endpoint.tags.get(STACK_TAG) != seen.policy.stack:
        return None
    return endpoint.config.model if endpoint.status not in ("Creating", "Failed", "Deleting", "OutOfService") else None


def _failed_turn(happened: Happened, recording: Recording) -> Turn | None:
    """A model that doesn't start. Instances that can't be had are not the model's fault."""
    outcome, seen = recording.outcome, happened.seen
    if outcome is None or seen is None or outcome.config is None:
        return None
    if outcome.code not in WONT_START and NO_MODEL not in outcome.reason:
        return None
    model = outcome.config.model
    if model is None or not is_evaluated(seen.deployment.manifest.evaluate, model):
        return None
    return Turn(model=model, started_at=outcome.ended_at, ended_at=outcome.ended_at, code=outcome.code)


def _is_away(seen: Snapshot) -> bool:
    endpoint = seen.endpoint
    if endpoint is None or endpoint.tags.get(STACK_TAG) != seen.policy.stack:
        return False
    if endpoint.config is not None and endpoint.config.model is None and not endpoint.instance_count:
        return False  # parked: there is no instance to pay for
    return endpoint.plan_arn is None and endpoint.status != "Failed"


def _fleet(stay: OnDemandUse) -> tuple[str, int]:
    return stay.instance_type, stay.instance_count


def _stay(happened: Happened, seen: Snapshot) -> OnDemandUse | None:
    endpoint = seen.endpoint
    if endpoint is None or endpoint.config is None or endpoint.config.instance_type is None or not endpoint.settled:
        return None
    return OnDemandUse(
        instance_type=endpoint.config.instance_type,
        instance_count=endpoint.instance_count,
        started_at=_began(happened) or _came_back_at(seen) or _taken_over_at(seen, endpoint),
        hop=_is_hop(happened.decision) or is_hopping(seen),
    )


def _is_hop(decision: Decision | None) -> bool:
    return isinstance(decision, Rotate) and decision.rung == "hop"


def _taken_over_at(seen: Snapshot, endpoint: EndpointSeen) -> datetime:
    """A stay that we didn't ask for counts from when it was made, and from no earlier than its manifest is in force."""
    return max(endpoint.changed_at or seen.now, seen.deployment.registered_at)


def _woken_news(seen: Snapshot, stay: OnDemandUse) -> Announcement:
    """A call began to cost money, within what the manifest allows: that isn't done in silence."""
    fleet = f"{stay.instance_count} x {stay.instance_type}"
    ours = [each for each in seen.components if each.ours and each.desired_copies]
    return news.components_scaled(
        deployment=seen.deployment.name,
        at=seen.now,
        reason=f"a call has woken it: {fleet} on on-demand, paid for since {stay.started_at:%Y-%m-%d %H:%M} UTC",
        decision_id="",
        copies=max((each.desired_copies for each in ours), default=0),
        components=tuple(each.name for each in ours),
    )


def _came_back_at(seen: Snapshot) -> datetime | None:
    """When instances came for a component that a call woke, on a config that had none before; else None."""
    empty = [stay.ended_at for stay in seen.on_demand if stay.ended_at is not None]
    empty += [each.ended_at for each in seen.attempts if each.done and each.rung == "scale_to_zero"]
    changed_at = seen.endpoint.changed_at if seen.endpoint else None
    if not seen.deployment.manifest.components or not empty or (changed_at is not None and max(empty) < changed_at):
        return None
    calls = [each.since for each in seen.alarms if each.kind == "wake" and each.firing]
    return max(max(empty), min([seen.now, *calls]))


def _began(happened: Happened) -> datetime | None:
    """The instances run, and cost, from the request on, not only once they serve."""
    decision = happened.decision
    if isinstance(decision, Scale) and decision.rung == "wake":
        return decision.started_at
    if isinstance(decision, HandOver) and decision.rung == "on_demand":
        return decision.started_at
    return decision.started_at if isinstance(decision, Rotate) and decision.rung == "hop" else None


def _live_config(happened: Happened) -> str | None:
    return happened.seen.endpoint.config_name if happened.seen and happened.seen.endpoint else None


def _why(happened: Happened) -> str:
    decision = happened.decision
    return decision.reason if decision is not None else (happened.outcome.reason if happened.outcome else "")

"""The next rung of the ladder: the first that is configured, hasn't failed in this run and can be done in time."""

from datetime import datetime, timedelta

from berth_core.decide.forbidding import LONGEST_REST, LONGEST_REST_LEAVING
from berth_core.decide.holding import hands_off
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import ladder_of, unavailable
from berth_core.decide.placing import LOOK_AGAIN, TOLD_BY_THE_WATCH
from berth_core.decide.rungs import TAKE, Taken, failed_since, types_tried
from berth_core.decide.standing_on import block_left, model_that_runs
from berth_core.decide.window import MARGIN, Slot, finish_by, slots, time_for
from berth_core.decisions import HandOver, Hold, Refuse
from berth_core.durations import expected
from berth_core.facts import Block, Override, Snapshot
from berth_core.naming import decision_id

LATE = timedelta(minutes=10)
"""A way off that begins so long after its time did not have the time that it needs."""


def next_rung(seen: Snapshot, intent: Intent, block: Block | None, why: str) -> HandOver | Hold | Refuse:
    """The rung to climb now, or LadderExhausted with the reason for each rung that wasn't taken."""
    seen = _as_it_runs(seen)
    ladder = intent.ladder or ladder_of(seen)
    configured = tuple(rung for rung in ladder if unavailable(seen, rung) is None)
    end = _finish(seen, configured, block)
    in_time = _must_be_done_by(seen, slots(seen, configured, end), block) or end
    planned = slots(seen, configured, end, types_tried(seen, intent))
    passed_over = [why]
    for rung in ladder:
        slot = next((each for each in planned if each.rung == rung), None)
        no = unavailable(seen, rung) or (_too_late(seen, slot, planned, in_time) if slot else None)
        taken = no or TAKE[rung](seen, intent)
        if isinstance(taken, str) or slot is None:
            passed_over.append(f"{rung}: {taken}")
            continue
        if _is_too_early_to_delete(seen, intent, block, slot):
            return _wait_to_delete(seen, intent, slot, "; ".join(passed_over))
        return _hand_over(seen, slot, taken, "; ".join(passed_over), end)
    # Other plans may open and instances come free: as long as it stands on the window, it is tried again.
    next_at = seen.now + _rest(seen, block, planned[0].start_by if planned else end)
    return Refuse(code="LadderExhausted", reason="; ".join(passed_over), next_at=next_at)


def _rest(seen: Snapshot, block: Block | None, since: datetime) -> timedelta:
    """As long again as it has been so: what could help is told by no event, or it would wake us."""
    is_over = block is None or block.ends_at <= seen.now
    return min(LONGEST_REST if is_over else LONGEST_REST_LEAVING, max(LOOK_AGAIN, seen.now - since))


def _as_it_runs(seen: Snapshot) -> Snapshot:
    """The model that runs is moved: another one that is wished may never have started, or an alarm may have judged it.
    A rotation to it follows, with its alarms. Under a hold the size isn't changed either."""
    endpoint = seen.endpoint
    model = model_that_runs(seen)
    if endpoint is None or model is None:
        return seen
    count = endpoint.instance_count if hands_off(seen) is not None else 0
    live = (seen.deployment.override or Override()).model_copy(
        update={"model": model, **({"instance_count": count} if count else {})}
    )
    return seen.model_copy(update={"deployment": seen.deployment.model_copy(update={"override": live})})


def _is_too_early_to_delete(seen: Snapshot, intent: Intent, block: Block | None, slot: Slot) -> bool:
    """Deleting serves nobody, so it waits for its own time, and what comes before it is tried again until then."""
    by_ladder = intent.ladder is None and block is not None and seen.deployment.removed_at is None
    return by_ladder and slot.rung == "delete" and seen.now < slot.start_by


def _wait_to_delete(seen: Snapshot, intent: Intent, slot: Slot, reason: str) -> Hold:
    """What just failed is tried again soon; room on another plan the watch tells, and a budget doesn't grow."""
    rest = LOOK_AGAIN if intent.tried else TOLD_BY_THE_WATCH
    text = f"{reason}; delete has time until {slot.start_by:%H:%M} UTC"
    return Hold(code="WaitingToDelete", reason=text, next_at=min(slot.start_by, seen.now + rest))


def _hand_over(seen: Snapshot, slot: Slot, taken: Taken, reason: str, end: datetime) -> HandOver:
    action, config = taken
    target = config.name if config else "delete"
    what = f"{slot.rung} with {config.instance_count} x {config.instance_type}" if config else slot.rung
    return HandOver.model_validate(
        {
            "id": decision_id(seen, "hand_over", target),
            "reason": f"{reason}; {what}",
            "started_at": seen.now,
            "rung": slot.rung,
            "action": action,
            "config": config,
            "left": block_left(seen),
            "finish_by": end,
            "give_up_at": slot.finish_by,
        }
    )


def _finish(seen: Snapshot, configured: tuple[str, ...], block: Block | None) -> datetime:
    """By hand there is no deadline: the plan is laid out from now on."""
    if block is not None:
        return finish_by(seen, block)
    return seen.now + MARGIN * sum((time_for(seen, rung) for rung in configured), timedelta())


def _must_be_done_by(seen: Snapshot, planned: tuple[Slot, ...], block: Block | None) -> datetime | None:
    """When a rung has to be done to count as in time. None if there is no rung at all.

    A way off that began in time keeps the minutes free that the manifest asks for. One that began late (the end moved,
    or nobody looked) may use them: an endpoint that serves is worth more than a margin.
    """
    if not planned:
        return None
    in_time = planned[-1].finish_by
    if block is None or min([seen.now, *failed_since(seen)]) <= planned[0].start_by + LATE:
        return in_time
    return max(in_time, block.ends_at)


def _too_late(seen: Snapshot, slot: Slot, planned: tuple[Slot, ...], end: datetime) -> str | None:
    """A rung is passed over for time only if a later one can still be had in time: late is better than never."""
    if seen.now + expected(slot.rung, seen.attempts) <= end:
        return None
    later = planned[planned.index(slot) + 1 :]
    if not any(seen.now + expected(each.rung, seen.attempts) <= end for each in later):
        return None
    return f"can't be done by {end:%H:%M} UTC"

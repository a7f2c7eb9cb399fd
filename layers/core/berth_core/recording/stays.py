"""Stays on on-demand, counted from what is seen, so that no crash between two steps can lose one."""

from datetime import datetime

from berth_core import announcements as news
from berth_core.announcements import Announcement
from berth_core.decide.budget import running_stay
from berth_core.decide.making_room import is_hopping
from berth_core.decide.watch import endpoint_mark
from berth_core.decisions import Decision, HandOver, Resize, Rotate, Scale
from berth_core.facts import EndpointSeen, OnDemandUse, Snapshot
from berth_core.naming import is_ours
from berth_core.outcomes import Outcome
from berth_core.recording.beginning import began_at
from berth_core.recording.happened import Happened, Recording


def with_stays(happened: Happened, recording: Recording) -> Recording:
    """On-demand money is counted from what is seen, so that no crash between two steps can lose a stay."""
    seen = happened.seen
    recording = recording.model_copy(update={"fleet_beside": _beside(recording.outcome)})
    if seen is None:
        return recording
    endpoint = seen.endpoint
    running = running_stay(seen)
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
        # What was held was held without knowing of the bill: its caps have to be looked at.
        told["due_at"] = happened.now
    emptied_at = _emptied_at(seen)
    if stay is not None and running is None and _began(happened) is None and emptied_at is not None:
        # Once, although runs that look in the same moment all find it woken.
        told["once"] = (*recording.once, (f"woken-after-{emptied_at.isoformat()}", _woken_news(seen, stay)))
    return recording.model_copy(update=told)


def _beside(outcome: Outcome | None) -> OnDemandUse | None:
    """A rollout's second fleet, whether it came to stay or went back. A hop's is a stay of its own."""
    config = outcome.config if outcome is not None else None
    if outcome is None or config is None or config.plan_arn is not None:
        return None
    if outcome.asked != "rotate" or outcome.rung is not None or outcome.code == "NoCapacity":
        return None
    return OnDemandUse(
        instance_type=config.instance_type,
        instance_count=config.instance_count,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        beside=True,
    )


def _never_launched(recording: Recording) -> bool:
    """What could not be had costs nothing. A fleet that came up and was rolled back counts."""
    outcome = recording.outcome
    return outcome is not None and outcome.rung in ("on_demand", "hop") and outcome.code == "NoCapacity"


def _is_away(seen: Snapshot) -> bool:
    endpoint = seen.endpoint
    if endpoint is None or not is_ours(endpoint.tags, seen.policy.stack, seen.deployment.name):
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
        started_at=_began(happened) or _came_back_at(seen) or _found_at(happened, seen, endpoint),
        hop=_is_hop(happened.decision) or is_hopping(seen),
    )


def _is_hop(decision: Decision | None) -> bool:
    return isinstance(decision, Rotate) and decision.rung == "hop"


def _found_at(happened: Happened, seen: Snapshot, endpoint: EndpointSeen) -> datetime:
    """A stay that we didn't ask for: what we changed about it was there when we decided that."""
    found_at = began_at(happened, seen, endpoint, (stay.ended_at for stay in _of_the_endpoint(seen)))
    decision = happened.decision
    return min(found_at, decision.started_at) if isinstance(decision, Rotate | Resize) else found_at


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


def _of_the_endpoint(seen: Snapshot) -> list[OnDemandUse]:
    return [stay for stay in seen.on_demand if not stay.beside]


def _emptied_at(seen: Snapshot) -> datetime | None:
    """Since when the config that is live had no instances; None if it had some all along."""
    empty = [stay.ended_at for stay in _of_the_endpoint(seen) if stay.ended_at is not None]
    empty += [each.ended_at for each in seen.attempts if each.done and each.rung == "scale_to_zero"]
    changed_at = seen.endpoint.changed_at if seen.endpoint else None
    if not seen.deployment.manifest.components or not empty or (changed_at is not None and max(empty) < changed_at):
        return None
    return max(empty)


def _came_back_at(seen: Snapshot) -> datetime | None:
    """When instances came for a component that a call woke, on a config that had none before; else None."""
    emptied_at = _emptied_at(seen)
    calls = [each.since for each in seen.alarms if each.kind == "wake" and each.firing]
    return max(emptied_at, min([seen.now, *calls])) if emptied_at is not None else None


def _began(happened: Happened) -> datetime | None:
    """The instances run, and cost, from the request on, not only once they serve."""
    decision = happened.decision
    if isinstance(decision, Scale) and decision.rung == "wake":
        return decision.started_at
    if isinstance(decision, HandOver) and decision.rung == "on_demand":
        return decision.started_at
    return decision.started_at if isinstance(decision, Rotate) and decision.rung == "hop" else None

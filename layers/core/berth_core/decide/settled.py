"""Nothing to do: why, and when to look again."""

from datetime import datetime, timedelta

from berth_core.decide.arriving import arrive
from berth_core.decide.budget import runs_out_at, warns_at
from berth_core.decide.evaluating import in_words, turn_ends_at
from berth_core.decide.forbidding import being_changed
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closings
from berth_core.decide.leaving import leaves_at
from berth_core.decide.making_room import is_hopping, recreation
from berth_core.decide.placing import NoPlace, place
from berth_core.decide.returning import home_looks_at
from berth_core.decide.standing_on import plan_under
from berth_core.decide.tidying import tidy
from berth_core.decide.unheard import unheard_of
from berth_core.decisions import Deploy, Hold, Refuse, Tidy
from berth_core.facts import EndpointSeen, Snapshot
from berth_core.naming import is_ours

LOOK_AGAIN = timedelta(minutes=5)
AS_WANTED = "AsWanted"


def removed(seen: Snapshot, intent: Intent) -> Deploy | Hold | Tidy | None:
    """A manifest that was taken away ends the management; the endpoint stays unless `on_remove` says delete.

    What a dead run has left untold comes before it, and so does what is not over yet: who forgets the deployment under
    a run that works on it leaves its endpoint half made.
    """
    if seen.deployment.removed_at is None or _is_untold(seen) or _goes(seen):
        return None
    unfinished = _at_work(seen) or _half_way(seen, intent)
    if unfinished is not None:
        return unfinished
    if seen.endpoint is None:
        return tidy(seen) or Hold(code="Removed", reason="the manifest was removed and there is no endpoint")
    return Hold(code="Removed", reason="the manifest was removed; the endpoint stays as it is")


def _goes(seen: Snapshot) -> bool:
    """It is deleted, which is a hand-over: that waits for other runs, or takes over, by its own rules."""
    endpoint = seen.endpoint
    if endpoint is None or seen.deployment.manifest.on_remove != "delete":
        return False
    return is_ours(endpoint.tags, seen.policy.stack, seen.deployment.name)


def _at_work(seen: Snapshot) -> Hold | None:
    lease = seen.lease
    if lease is None or lease.holder == seen.holder or lease.expires_at <= seen.now:
        return None
    reason = f"the manifest was removed, and another run is still at it: {lease.purpose}"
    return Hold(code="Busy", reason=reason, next_at=lease.expires_at)


def _half_way(seen: Snapshot, intent: Intent) -> Deploy | Hold | Tidy | None:
    """Of an endpoint that stays: out on a hop, or deleted to be made anew. It is brought to where it was to stay."""
    if seen.deployment.manifest.on_remove != "keep" or not (is_hopping(seen) or recreation(seen) is not None):
        return None
    on_its_way = being_changed(seen, intent) or arrive(seen, intent)
    if on_its_way is None and seen.endpoint is not None:
        return _away(seen, seen.endpoint)
    # What can't be any more, whoever waits for it, is no reason to go on.
    return None if isinstance(on_its_way, Refuse) else on_its_way


def _is_untold(seen: Snapshot) -> bool:
    return unheard_of(seen) is not None and (seen.endpoint is None or seen.endpoint.settled)


def as_wanted(seen: Snapshot, _intent: Intent) -> Hold:
    """The end of every road: what was seen is what is wished."""
    endpoint = seen.endpoint
    if endpoint is None:
        return Hold(code="NoEndpoint", reason="there is no endpoint, and nothing asks for one")
    if is_hopping(seen):
        return _away(seen, endpoint)
    plan = plan_under(seen)
    lost = f"on {endpoint.plan_arn}, which isn't there any more" if endpoint.plan_arn else "on on-demand"
    where = f"on plan {plan.name}" if plan else lost
    turn = in_words(seen)
    text = f"as wanted: {endpoint.config_name}, {endpoint.instance_count} in service {where}"
    reason = "; ".join(part for part in (text, _copies(seen), turn) if part)
    return Hold(code=AS_WANTED, reason=reason, next_at=_next_look(seen))


def _copies(seen: Snapshot) -> str:
    counts = ", ".join(f"{each.name} {each.current_copies}" for each in seen.components if each.ours)
    return f"copies: {counts}" if counts else ""


def _away(seen: Snapshot, endpoint: EndpointSeen) -> Hold:
    """A rollout went out to on-demand and can't come home just now: that costs money, so it is told."""
    found = place(seen, None, closings(seen))
    why = found.reason if isinstance(found, NoPlace) else "it is about to"
    allowed = seen.deployment.manifest.end_of_window.on_demand
    live = endpoint.config.instance_type if endpoint.config else None
    until = ""
    if allowed is not None and live is not None:
        stops_at = runs_out_at(seen, allowed, live, endpoint.instance_count)
        until = f"; on-demand ends at {stops_at:%Y-%m-%d %H:%M} UTC by its cap"
    text = f"the rollout is out on on-demand and can't come home yet: {why}{until}"
    return Hold(code="HopAway", reason=text, next_at=seen.now + LOOK_AGAIN)


def _next_look(seen: Snapshot) -> datetime | None:
    """The first of: the way off, the next opening of a plan, the end of a turn, and so on."""
    moments = [
        leaves_at(seen),
        warns_at(seen),
        home_looks_at(seen),
        turn_ends_at(seen),
        *_next_opening(seen),
        *_release_looks(seen),
    ]
    return min((moment for moment in moments if moment is not None and moment > seen.now), default=None)


def _release_looks(seen: Snapshot) -> list[datetime]:
    """Parked off the reservation: the bill runs until SageMaker lets go of the last instance, and no event tells."""
    endpoint = seen.endpoint
    parked = bool(seen.components) and not any(each.desired_copies for each in seen.components)
    if endpoint is None or endpoint.plan_arn is not None or not parked or not endpoint.instance_count:
        return []
    return [seen.now + LOOK_AGAIN]


def _next_opening(seen: Snapshot) -> list[datetime]:
    blocks = [plan.block_after(seen.now) for plan in seen.plans]
    return [block.starts_at for block in blocks if block is not None]

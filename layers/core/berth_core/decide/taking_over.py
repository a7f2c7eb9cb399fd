"""Another run at the same endpoint: it is waited for, unless a hand-over would miss its deadline by that."""

from datetime import datetime, timedelta

from berth_core.decide.budget import reaches_cap_at, stops_at
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import ladder_of, unavailable
from berth_core.decide.leaving import leaves_at
from berth_core.decide.standing_on import block_under
from berth_core.decide.window import finish_by, time_for
from berth_core.decisions import Hold, TakeOver
from berth_core.durations import expected
from berth_core.facts import Lease, Snapshot

SCALING = "components_scale"
LEAVING = ("reconcile", "hand_over")


def held_by_another(seen: Snapshot, intent: Intent) -> Hold | TakeOver | None:
    """One change of an endpoint at a time. A dead holder's lease runs out by itself."""
    lease = seen.lease
    if lease is None or lease.holder == seen.holder or lease.expires_at <= seen.now:
        return None
    at = taken_over_at(seen, lease)
    if at is not None and at <= seen.now and intent.kind in LEAVING:
        return _take_over(seen, lease)
    waits = [lease.expires_at, *([at] if at is not None and at > seen.now else [])]
    return Hold(code="Busy", reason=f"another run is at it: {lease.purpose}", next_at=min(waits))


def taken_over_at(seen: Snapshot, lease: Lease) -> datetime | None:
    """The last moment to end the holder: its change has to settle, and the ladder be climbed, before the deadline.

    On on-demand that is the very moment at which the way off begins, for copies that take long to come up: all else is
    begun only if it is over by then, or is the way home. None for a holder that is itself on the way off, and for an
    endpoint that may stay where it is.
    """
    begins = leaves_at(seen)
    block = block_under(seen)
    if lease.urgent or begins is None:
        return None
    if block is None:
        return stops_at(seen) if lease.purpose == SCALING else None
    ladder = (rung for rung in ladder_of(seen) if unavailable(seen, rung) is None)
    way_off = sum((time_for(seen, rung) for rung in ladder), timedelta())
    return max(begins, finish_by(seen, block) - way_off - expected("rotate", seen.attempts))


def _take_over(seen: Snapshot, lease: Lease) -> TakeOver:
    block = block_under(seen)
    deadline = finish_by(seen, block) if block is not None else reaches_cap_at(seen) or seen.now
    reason = (
        f"the hand-over has to be done by {deadline:%Y-%m-%d %H:%M} UTC and can't wait for {lease.purpose}, "
        "which is stopped"
    )
    return TakeOver(reason=reason, holder=lease.holder, purpose=lease.purpose, deadline=deadline, begun=lease.begun)

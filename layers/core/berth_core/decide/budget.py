"""How much on-demand is left: hours and USD over all stays of a deployment, counted on the generous side."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from berth_core.decide.covering import Span, covered
from berth_core.durations import expected
from berth_core.facts import OnDemandUse, Snapshot
from berth_core.manifest import OnDemand
from berth_core.model import Frozen

WARN_SHARE = Decimal("0.8")
USED_UP: Literal[100] = 100
LAST_CALL = timedelta(minutes=10)
"""Before the way off begins: who is told of a deletion that has begun can't raise the cap any more. The watch, which
comes every five minutes, must have the time to make the schedule of that moment."""


LATEST_LOOK = timedelta(minutes=5)
"""Until the watch comes. A moment that is nearer than a minute gets no schedule of its own."""


PARKED_LOOK = timedelta(minutes=15)
"""At an endpoint that a call may wake, should the alarm's event be lost: a bill would run that nobody counts."""


UNSEEN = 2 * LATEST_LOOK
"""Instances that auto scaling brought up right after a look are seen by the next, and counted from then on."""


class Spent(Frozen):
    """What the on-demand stays have used until now. A stay without a price has cost infinitely much."""

    hours: Decimal
    usd: Decimal = Field(allow_inf_nan=True)


def spent(seen: Snapshot) -> Spent:
    """Hours of the endpoint on on-demand, and USD of all its instances, until `seen.now`."""
    hours = Decimal(0)
    usd = _second_fleets(seen)
    for (instance_type, count), spans in _fleets(seen).items():
        stayed = _hours(covered(spans))
        if not stayed:
            continue  # nothing yet, whatever the price: zero times infinity is no amount
        hours += stayed
        usd += stayed * count * price_usd_per_hour(seen, instance_type)
    return Spent(hours=hours, usd=usd)


def _second_fleets(seen: Snapshot) -> Decimal:
    """USD of what rollouts on on-demand ran beside the fleet that served, whether they came to stay or went back."""
    usd = Decimal(0)
    for each in seen.on_demand:
        took = _hours((each.ended_at or seen.now) - each.started_at)
        if each.beside and took:
            usd += took * each.instance_count * price_usd_per_hour(seen, each.instance_type)
    return usd


def _fleets(seen: Snapshot) -> dict[tuple[str, int], list[Span]]:
    fleets: dict[tuple[str, int], list[Span]] = {}
    for stay in seen.on_demand:
        if stay.beside:
            continue
        span = (stay.started_at, stay.ended_at or seen.now)
        fleets.setdefault((stay.instance_type, stay.instance_count), []).append(span)
    return fleets


def hours_left(
    seen: Snapshot, allowed: OnDemand, instance_type: str, count: int, share: Decimal = Decimal(1)
) -> Decimal:
    """Hours that `count` instances of this type may still run, by whichever cap comes first. Never negative.

    `share`: until that part of the caps is used.
    """
    price = price_usd_per_hour(seen, instance_type)
    used = spent(seen)
    if not (price.is_finite() and used.usd.is_finite()):
        return Decimal(0)
    by_money = (share * allowed.max_usd - used.usd) / (count * price)
    return max(Decimal(0), min(share * Decimal(str(allowed.max_hours)) - used.hours, by_money))


def runs_out_at(seen: Snapshot, allowed: OnDemand, instance_type: str, count: int) -> datetime:
    """When the endpoint, if it stays where it is, reaches a cap."""
    return seen.now + timedelta(hours=float(hours_left(seen, allowed, instance_type, count)))


def running_stay(seen: Snapshot) -> OnDemandUse | None:
    """The stay on on-demand that hasn't ended."""
    return next((stay for stay in seen.on_demand if stay.ended_at is None), None)


def stops_at(seen: Snapshot, beside: int = 0) -> datetime | None:
    """When the endpoint, if it stays on on-demand, has to go, so that the way off, too, is inside the caps.

    Also if this moment's schedule is lost, and it is the watch that notices that it has come. `beside`: with so many
    more instances from now on.
    """
    end = _reaches(seen, Decimal(1), beside)
    return end and end - expected(_way_off(seen), seen.attempts) - LATEST_LOOK - timedelta(minutes=1)


def reaches_cap_at(seen: Snapshot) -> datetime | None:
    """When a cap is reached, if the endpoint stays where it is. None if nothing runs, or none is set."""
    return _reaches(seen, Decimal(1))


def least_hours(seen: Snapshot, arrival: str) -> Decimal:
    """A stay that is over before it serves costs money for nothing: it has to come up, and to be gone in time, although
    it may be the watch that notices that its time has come."""
    way_off = expected(_way_off(seen), seen.attempts) + timedelta(minutes=1)
    return _hours(expected(arrival, seen.attempts) + LATEST_LOOK + way_off)


def _way_off(seen: Snapshot) -> Literal["scale_to_zero", "delete"]:
    """Instances that stand empty are let go, and paid for, some ten minutes later; a deletion takes less."""
    manifest = seen.deployment.manifest
    return "scale_to_zero" if manifest.components and "scale_to_zero" in manifest.end_of_window.ladder else "delete"


def warns_at(seen: Snapshot) -> datetime | None:
    """When somebody has to be told that a cap is near. None if it is known, or nothing runs."""
    return _reaches(seen, WARN_SHARE) if percent_told(seen) == 0 else None


def last_call_at(seen: Snapshot) -> datetime | None:
    """When somebody has to be told that it ends. None if it is known, or nothing runs."""
    stop = stops_at(seen)
    return stop - LAST_CALL if stop is not None and percent_told(seen) < USED_UP else None


def percent_told(seen: Snapshot) -> Literal[0, 80, 100]:
    """How much of its caps on-demand has used up, as far as anybody is told of it. 100: it ends in LAST_CALL."""
    allowed = seen.deployment.manifest.end_of_window.on_demand
    if allowed is None or not seen.on_demand:
        return 0
    share = share_used(seen, allowed)
    stop = stops_at(seen)
    if share >= 1 or (stop is not None and stop - LAST_CALL <= seen.now):
        return USED_UP
    return 80 if share >= WARN_SHARE else 0


def share_used(seen: Snapshot, allowed: OnDemand) -> Decimal:
    """Of whichever cap is nearer. 1: all of it."""
    used = spent(seen)
    return max(used.hours / Decimal(str(allowed.max_hours)), used.usd / allowed.max_usd)


def _reaches(seen: Snapshot, share: Decimal, beside: int = 0) -> datetime | None:
    allowed = seen.deployment.manifest.end_of_window.on_demand
    stay = running_stay(seen)
    if allowed is None or stay is None:
        return None
    count = max(stay.instance_count, _seen_on_demand(seen))
    kept = _for_growth(seen, stay.instance_type, count)
    within = allowed.model_copy(update={"max_usd": max(allowed.max_usd - kept, Decimal(0))}) if kept else allowed
    left = hours_left(seen, within, stay.instance_type, count + beside, share)
    return seen.now + timedelta(hours=float(left))


def _seen_on_demand(seen: Snapshot) -> int:
    endpoint = seen.endpoint
    return endpoint.instance_count if endpoint is not None and endpoint.plan_arn is None else 0


def most_on_demand(seen: Snapshot) -> int:
    """How many instances auto scaling may bring up for components on on-demand. No event tells of it."""
    endpoint = seen.endpoint
    config = endpoint.config if endpoint else None
    if endpoint is None or endpoint.plan_arn is not None or config is None or not seen.deployment.manifest.components:
        return 0
    return config.instance_count or 0


def fleet_looks_at(seen: Snapshot) -> datetime | None:
    """Instances for components come and go at any time, each with its price, and no event tells: what is held or waited
    for meanwhile makes no difference to the cap. None if there is nothing to see."""
    if running_stay(seen) is None:
        parked = seen.endpoint is not None and not seen.endpoint.instance_count
        return seen.now + PARKED_LOOK if parked and most_on_demand(seen) and _may_be_woken(seen) else None
    return seen.now + LATEST_LOOK if most_on_demand(seen) > 1 else None


def _may_be_woken(seen: Snapshot) -> bool:
    """Only where somebody pays does anything scale by itself; see orders.py."""
    return any(each.wakes and not each.suspended for each in seen.scaling)


def _for_growth(seen: Snapshot, instance_type: str, count: int) -> Decimal:
    """USD for what may come up right after a look: it is seen by the next one, and runs until the way off is over."""
    price = price_usd_per_hour(seen, instance_type)
    more = max(most_on_demand(seen) - count, 0)
    lasts = UNSEEN + expected(_way_off(seen), seen.attempts)
    return _hours(lasts) * more * price if more and price.is_finite() else Decimal(0)


def price_usd_per_hour(seen: Snapshot, instance_type: str) -> Decimal:
    """The configured price. A type without one costs infinitely much: it is never chosen, and never forgotten."""
    price = seen.policy.prices_usd_per_hour.get(instance_type)
    return Decimal(price) if price is not None else Decimal("Infinity")


def _hours(span: timedelta) -> Decimal:
    return Decimal(str(span.total_seconds())) / 3600

"""How much on-demand is left: hours and USD over all stays of a deployment, counted on the generous side."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import Field

from berth_core.facts import Snapshot
from berth_core.manifest import OnDemand
from berth_core.model import Frozen


class Spent(Frozen):
    """What the on-demand stays have used until now. A stay without a price has cost infinitely much."""

    hours: Decimal
    usd: Decimal = Field(allow_inf_nan=True)


def spent(seen: Snapshot) -> Spent:
    """Hours of the endpoint on on-demand, and USD of all its instances, until `seen.now`."""
    hours = Decimal(0)
    usd = Decimal(0)
    for stay in seen.on_demand:
        stayed = _hours((stay.ended_at or seen.now) - stay.started_at)
        if not stayed:
            continue  # nothing yet, whatever the price: zero times infinity is no amount
        hours += stayed
        usd += stayed * stay.instance_count * price_usd_per_hour(seen, stay.instance_type)
    return Spent(hours=hours, usd=usd)


def hours_left(seen: Snapshot, allowed: OnDemand, instance_type: str, count: int) -> Decimal:
    """Hours that `count` instances of this type may still run, by whichever cap comes first. Never negative."""
    price = price_usd_per_hour(seen, instance_type)
    used = spent(seen)
    if not (price.is_finite() and used.usd.is_finite()):
        return Decimal(0)
    by_money = (allowed.max_usd - used.usd) / (count * price)
    return max(Decimal(0), min(Decimal(str(allowed.max_hours)) - used.hours, by_money))


def runs_out_at(seen: Snapshot, allowed: OnDemand, instance_type: str, count: int) -> datetime:
    """When the endpoint, if it stays where it is, reaches a cap."""
    return seen.now + timedelta(hours=float(hours_left(seen, allowed, instance_type, count)))


def price_usd_per_hour(seen: Snapshot, instance_type: str) -> Decimal:
    """The configured price. A type without one costs infinitely much: it is never chosen, and never forgotten."""
    price = seen.policy.prices_usd_per_hour.get(instance_type)
    return Decimal(price) if price is not None else Decimal("Infinity")


def _hours(span: timedelta) -> Decimal:
    return Decimal(str(span.total_seconds())) / 3600

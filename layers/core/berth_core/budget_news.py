"""What is told of the money that on-demand costs: once when its caps are near, once when they are reached."""

from decimal import Decimal

from berth_core.announcements import Announcement, budget_reached
from berth_core.decide.budget import USED_UP, Spent, percent_told, share_used, spent, stops_at
from berth_core.facts import Snapshot
from berth_core.manifest import OnDemand


def budget_news(seen: Snapshot | None) -> tuple[tuple[str, Announcement], ...]:
    """Each with what it is remembered under, so that it is told once. Raised caps are told anew.

    The last call doesn't leave out the first, nor does the first come after it.
    """
    allowed = seen.deployment.manifest.end_of_window.on_demand if seen else None
    percent = percent_told(seen) if seen else 0
    if seen is None or allowed is None or not percent:
        return ()
    return tuple(_news(seen, allowed, each) for each in ((80, USED_UP) if percent == USED_UP else (percent,)))


def _news(seen: Snapshot, allowed: OnDemand, percent: int) -> tuple[str, Announcement]:
    used = spent(seen)
    told = budget_reached(
        deployment=seen.deployment.name,
        at=seen.now,
        reason=f"{_how_far(seen, allowed, used, percent)}; raise end_of_window.on_demand to stay longer",
        percent=percent,
        spent_usd=_cents(used.usd),
        max_usd=allowed.max_usd,
        hours=used.hours.quantize(Decimal("0.1")),
        max_hours=allowed.max_hours,
    )
    return f"budget-{percent}-{allowed.max_hours}-{allowed.max_usd}", told


def _how_far(seen: Snapshot, allowed: OnDemand, used: Spent, percent: int) -> str:
    """The last call comes before the caps are reached: the way off needs the rest of them."""
    figures = f"{used.hours:.1f} of {allowed.max_hours} hours, {used.usd:.2f} of {allowed.max_usd} USD"
    if percent < USED_UP:
        share = int(100 * min(share_used(seen, allowed), Decimal(1)))
        return f"on-demand has used {share} % of what the manifest allows: {figures}"
    stop = stops_at(seen)
    if stop is None:
        return f"on-demand has used up what the manifest allows: {figures}"
    begins = f"at {stop:%Y-%m-%d %H:%M} UTC" if stop > seen.now else "now"
    return f"on-demand has used {figures}, and the way off begins {begins}"


def _cents(amount: Decimal) -> Decimal:
    """Without a known price it is infinite, and stays so."""
    return amount.quantize(Decimal("0.01")) if amount.is_finite() else amount

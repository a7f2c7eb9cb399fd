"""What is told of the money that on-demand costs: once when its caps are near, once when they are reached."""

from decimal import Decimal

from berth_core.announcements import Announcement, budget_reached
from berth_core.decide.budget import percent_told, spent
from berth_core.facts import Snapshot


def budget_news(seen: Snapshot | None) -> tuple[tuple[str, Announcement], ...]:
    """Each with what it is remembered under, so that it is told once. Raised caps are told anew."""
    allowed = seen.deployment.manifest.end_of_window.on_demand if seen else None
    percent = percent_told(seen) if seen else 0
    if seen is None or allowed is None or not percent:
        return ()
    used = spent(seen)
    what = "has used up" if percent == 100 else f"has used {percent} % of"
    told = budget_reached(
        deployment=seen.deployment.name,
        at=seen.now,
        reason=(
            f"on-demand {what} what the manifest allows: {used.hours:.1f} of {allowed.max_hours} hours, "
            f"{used.usd:.2f} of {allowed.max_usd} USD; raise end_of_window.on_demand to stay longer"
        ),
        percent=percent,
        spent_usd=_cents(used.usd),
        max_usd=allowed.max_usd,
        hours=used.hours.quantize(Decimal("0.1")),
        max_hours=allowed.max_hours,
    )
    return ((f"budget-{percent}-{allowed.max_hours}-{allowed.max_usd}", told),)


def _cents(amount: Decimal) -> Decimal:
    """Without a known price it is infinite, and stays so."""
    return amount.quantize(Decimal("0.01")) if amount.is_finite() else amount

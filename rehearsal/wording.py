"""Figures as words, the same on the terminal and in the report."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rehearsal.figures import Figures
from rehearsal.run import Run


@dataclass(frozen=True)
class Headline:
    """One figure of a run, large, with what it means below. `tone` is good, bad or plain."""

    name: str
    value: str
    meaning: str
    tone: str


def minutes(amount: float) -> str:
    return f"{amount:,.0f} min"


def hours(amount: float) -> str:
    return f"{amount:,.1f} h"


def usd(amount: Decimal | None) -> str:
    return "no price" if amount is None else f"${amount:,.2f}"


def early(left_early_minutes: float | None) -> str:
    return "—" if left_early_minutes is None else minutes(left_early_minutes)


def headlines(run: Run, found: Figures) -> tuple[Headline, ...]:
    reserved = sum(plan.reserved_minutes for plan in found.plans)
    used = sum(plan.used_minutes for plan in found.plans)
    asked = found.served + found.failed
    percent = f"{100 * used / reserved:.0f} %" if reserved else "—"
    return (
        Headline("Failed requests", f"{found.failed:,}", f"of {asked:,} sent", "bad" if found.failed else "good"),
        Headline("Reservation used", percent, f"{minutes(used)} of {minutes(reserved)} of instance time", "plain"),
        Headline(
            "Past the end", minutes(found.minutes_past_end), _leads(found), "bad" if found.minutes_past_end else "good"
        ),
        Headline("On demand", hours(found.on_demand_hours), usd(found.on_demand_usd), "plain"),
        Headline(
            "Left behind", f"{len(run.leaks)}", "endpoints, configs, schedules, locks", "bad" if run.leaks else "good"
        ),
    )


def verdict(run: Run) -> str:
    """One sentence on how it went."""
    held = sum(each.held for each in run.verdicts)
    rest = "nothing left behind" if not run.leaks else f"{len(run.leaks)} things left behind"
    return f"{held} of {len(run.verdicts)} expectations held, {rest}"


def _leads(found: Figures) -> str:
    leads = [each.left_early_minutes for each in found.deployments if each.left_early_minutes is not None]
    return f"off the plan {minutes(min(leads))} before its end" if leads else "minutes bound to a plan that is over"

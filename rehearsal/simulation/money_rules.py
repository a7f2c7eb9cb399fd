"""Rules about money: each yields what broke it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from rehearsal.figures import figures
from rehearsal.simulation.record import Record
from rehearsal.simulation.violations import Violation
from rehearsal.timeline import Entry

_PURCHASES = ("CreateTrainingPlan", "ExtendTrainingPlan")
_SECOND_HOURS = 1 / 3600
_SLOW = re.compile(r"slow: ([\d.]+) s more")


def one_purchase_per_intent(record: Record) -> Iterator[Violation]:
    """What was sold is not asked for again: not a plan's name, not an extension's offering, sold or refused."""
    sold: set[str] = set()
    for call in record.calls:
        if call.by != "berth" or call.operation not in _PURCHASES:
            continue
        key = str(call.request.get("TrainingPlanName") or call.request.get("TrainingPlanExtensionOfferingId"))
        if key in sold:
            yield Violation("one purchase per intent", call.at, f"{call.operation} of {key}, which was sold before")
        if call.refused is None:
            sold.add(key)


def spend_within_caps(record: Record) -> Iterator[Violation]:
    """What the service buys stays under the month's budget, and each purchase under its own price cap."""
    spent = Decimal(0)
    caps = _price_caps(record)
    for entry in record.run.entries:
        if entry.kind != "purchase" or entry.more.get("by") != "berth":
            continue
        usd = Decimal(entry.more["upfront_fee_usd"])
        spent += usd
        plan = entry.subject.partition("/")[2]
        if spent > record.world.budget_usd:
            text = f"{spent} USD spent, {record.world.budget_usd} USD allowed"
            yield Violation("spend within caps", entry.at, text)
        if usd > caps.get(plan, Decimal(0)):
            yield Violation("spend within caps", entry.at, f"{plan} for {usd} USD, cap {caps.get(plan, 0)} USD")


def _price_caps(record: Record) -> dict[str, Decimal]:
    """The highest cap that any manifest has named for a plan, extensions included."""
    caps: dict[str, Decimal] = {}
    for declared in record.world.declared:
        if declared.manifest is None:
            continue
        ordered = declared.manifest["reservation"].get("purchase", {}).get("max_price_usd", "0")
        extended = declared.manifest["end_of_window"].get("extend", {}).get("max_price_usd", "0")
        for plan in declared.manifest["reservation"]["plans"]:
            caps[plan] = max(caps.get(plan, Decimal(0)), Decimal(ordered), Decimal(extended))
    return caps


def on_demand_within_limits(record: Record) -> Iterator[Violation]:
    """Hours and USD on on-demand, counted as AWS counts them, stay within the widest limits that were in force.

    What SageMaker takes longer than ever before, nobody could have left for earlier.
    """
    for found in figures(record.run).deployments:
        hours, usd = _widest(record, found.deployment)
        slow = _made_slow_hours(record, found.deployment)
        usd *= Decimal(1 + slow / max(found.on_demand_hours - slow, _SECOND_HOURS)) if slow else 1
        hours += slow
        if found.on_demand_hours > hours + _SECOND_HOURS:
            text = f"{found.deployment} ran {found.on_demand_hours:.3f} hours on demand, {hours:g} allowed"
            yield Violation("on-demand within its limits", record.run.until, text)
        if found.on_demand_usd is not None and found.on_demand_usd > usd:
            text = f"{found.deployment} ran for {found.on_demand_usd} USD on demand, {usd} allowed"
            yield Violation("on-demand within its limits", record.run.until, text)


def _made_slow_hours(record: Record, deployment: str) -> float:
    struck = (_SLOW.search(entry.text) for entry in record.run.entries if _is_fault_of(entry, deployment))
    return sum(float(found[1]) for found in struck if found) * _SECOND_HOURS


def _is_fault_of(entry: Entry, deployment: str) -> bool:
    of_component = entry.subject.startswith(f"inference-component/{deployment}-")
    return entry.kind == "fault" and (of_component or entry.subject == f"endpoint/{deployment}")


def _widest(record: Record, deployment: str) -> tuple[float, Decimal]:
    allowed = [
        each.manifest["end_of_window"].get("on_demand", {})
        for each in record.world.declared
        if each.deployment == deployment and each.manifest is not None
    ]
    hours = max((float(each.get("max_hours", 0)) for each in allowed), default=0.0)
    return hours, max((Decimal(each.get("max_usd", "0")) for each in allowed), default=Decimal(0))

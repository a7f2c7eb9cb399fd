"""What was paid for and what was used of it, from the holdings and spans that the twin keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rehearsal.sagemaker.capacity import Holding
from rehearsal.sagemaker.history import EndpointSpan
from rehearsal.sagemaker.plans import Plan


@dataclass(frozen=True)
class BlockUsage:
    """Instance-minutes of one block, from its start to its end or to now: two instances for an hour are 120."""

    plan: str
    block: int
    reserved_minutes: float
    used_minutes: float


@dataclass(frozen=True)
class EndpointUsage:
    """On-demand instance-minutes by type, and minutes for which it stayed bound to a plan after a block's end."""

    endpoint: str
    on_demand_minutes: dict[str, float]
    minutes_bound_after_end: float


@dataclass(frozen=True)
class Usage:
    """All figures up to now."""

    blocks: tuple[BlockUsage, ...]
    endpoints: tuple[EndpointUsage, ...]


def usage(plans: Iterable[Plan], holdings: list[Holding], spans: list[EndpointSpan], now: datetime) -> Usage:
    """Blocks count as they stand now, with times that were moved; plans that never were paid count nothing."""
    plans = [plan for plan in plans if not plan.payment_fails]
    names = list(dict.fromkeys(span.endpoint for span in spans))
    return Usage(
        blocks=tuple(_block(plan, index, holdings, now) for plan in plans for index in range(len(plan.blocks))),
        endpoints=tuple(
            EndpointUsage(name, _on_demand(name, holdings, now), _bound_after_end(name, plans, spans, now))
            for name in names
        ),
    )


def _block(plan: Plan, index: int, holdings: list[Holding], now: datetime) -> BlockUsage:
    block = plan.blocks[index]
    end = min(block.end, now)
    used = sum(each.minutes_within(block.start, end) for each in holdings if each.pool.plan == plan.name)
    reserved = max(0.0, (end - block.start).total_seconds() / 60) * plan.instance_count
    return BlockUsage(plan.name, index, reserved, used)


def _on_demand(name: str, holdings: list[Holding], now: datetime) -> dict[str, float]:
    minutes: defaultdict[str, float] = defaultdict(float)
    for each in holdings:
        if each.endpoint == name and each.pool.plan is None:
            minutes[each.pool.instance_type] += each.minutes_within(each.start, now)
    return dict(sorted(minutes.items()))


def _bound_after_end(name: str, plans: list[Plan], spans: list[EndpointSpan], now: datetime) -> float:
    minutes = 0.0
    for span in spans:
        plan = next((plan for plan in plans if plan.name == span.plan), None)
        if span.endpoint != name or plan is None:
            continue
        for start, end in _after_blocks(plan, now):
            minutes += max(0.0, (min(span.end or now, end) - max(span.start, start)).total_seconds() / 60)
    return minutes


def _after_blocks(plan: Plan, now: datetime) -> list[tuple[datetime, datetime]]:
    """The gaps after each block: up to the next one's start, or to now after the last."""
    starts = [block.start for block in plan.blocks[1:]]
    return [(block.end, start) for block, start in zip(plan.blocks, [*starts, max(now, plan.end)], strict=True)]

"""The figures of a run: what was served, how well the reservation was used, and what on-demand cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rehearsal.run import Run
from rehearsal.sagemaker.capacity import Holding
from rehearsal.sagemaker.plans import Plan
from rehearsal.sagemaker.usage import Usage, usage

_MINUTE = timedelta(minutes=1)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class PlanFigures:
    """Instance-minutes: two instances reserved for an hour are 120."""

    plan: str
    instance_type: str
    instance_count: int
    reserved_minutes: float
    used_minutes: float

    @property
    def idle_minutes(self) -> float:
        return self.reserved_minutes - self.used_minutes

    @property
    def used_percent(self) -> float:
        return 100 * self.used_minutes / self.reserved_minutes if self.reserved_minutes else 0.0


@dataclass(frozen=True)
class DeploymentFigures:
    """`minutes_past_end` is how long an endpoint was still bound to a plan after a block's end.

    `left_early_minutes` is how long before the end it had left, the least over its plans; None if it used none, or
    still holds one. `on_demand_usd` is None where a type has no price.
    """

    deployment: str
    served: int
    failed: int
    reserved_minutes: float
    minutes_past_end: float
    left_early_minutes: float | None
    on_demand_hours: float
    on_demand_usd: Decimal | None


@dataclass(frozen=True)
class Figures:
    """All figures of a run, each list in order of name."""

    plans: tuple[PlanFigures, ...]
    deployments: tuple[DeploymentFigures, ...]

    @property
    def served(self) -> int:
        return sum(each.served for each in self.deployments)

    @property
    def failed(self) -> int:
        return sum(each.failed for each in self.deployments)

    @property
    def minutes_past_end(self) -> float:
        return sum(each.minutes_past_end for each in self.deployments)

    @property
    def on_demand_hours(self) -> float:
        return sum(each.on_demand_hours for each in self.deployments)

    @property
    def on_demand_usd(self) -> Decimal | None:
        costs = [each.on_demand_usd for each in self.deployments]
        return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def figures(run: Run) -> Figures:
    """Blocks are counted as they finally stood, and only as far as the run went."""
    names = sorted({*run.endpoints, *(hour.endpoint for hour in run.traffic)})
    used = usage(run.plans, list(run.holdings), list(run.endpoint_spans), run.until)
    return Figures(
        plans=tuple(_plan(plan, used) for plan in sorted(run.plans, key=lambda plan: plan.name)),
        deployments=tuple(_deployment(run, name, used) for name in names),
    )


def left_early_minutes(run: Run, endpoint: str, plan: Plan) -> float | None:
    """Minutes from an endpoint's last instance on the plan to its end; None if it never was there, or still is."""
    ends = [holding.end for holding in run.holdings if holding.endpoint == endpoint and holding.pool.plan == plan.name]
    if not ends or None in ends:
        return None
    return (plan.end - max(end for end in ends if end)) / _MINUTE


def _plan(plan: Plan, used: Usage) -> PlanFigures:
    blocks = [block for block in used.blocks if block.plan == plan.name]
    reserved = sum(block.reserved_minutes for block in blocks)
    return PlanFigures(
        plan.name, plan.instance_type, plan.instance_count, reserved, sum(block.used_minutes for block in blocks)
    )


def _deployment(run: Run, name: str, used: Usage) -> DeploymentFigures:
    hours = [hour for hour in run.traffic if hour.endpoint == name]
    held = [holding for holding in run.holdings if holding.endpoint == name]
    mine = next((each for each in used.endpoints if each.endpoint == name), None)
    early = [left for plan in run.plans if (left := left_early_minutes(run, name, plan)) is not None]
    return DeploymentFigures(
        deployment=name,
        served=sum(hour.served for hour in hours),
        failed=sum(hour.failed for hour in hours),
        reserved_minutes=sum(each.minutes_within(run.start, run.until) for each in held if each.pool.plan is not None),
        minutes_past_end=mine.minutes_bound_after_end if mine else 0.0,
        left_early_minutes=min(early, default=None),
        on_demand_hours=_hours_covered((each for each in held if each.pool.plan is None), run.until),
        on_demand_usd=_cost(mine.on_demand_minutes if mine else {}, dict(run.prices_usd_per_hour)),
    )


def _hours_covered(holdings: Iterable[Holding], until: datetime) -> float:
    """Hours in which at least one of these was held: two instances for an hour are one hour of the endpoint."""
    covered = timedelta()
    reached: datetime | None = None
    for start, end in sorted((holding.start, holding.end or until) for holding in holdings):
        first = max(start, reached) if reached else start
        covered += max(timedelta(), end - first)
        reached = max(end, reached) if reached else end
    return covered / timedelta(hours=1)


def _cost(minutes_by_type: Mapping[str, float], prices: Mapping[str, str]) -> Decimal | None:
    """From the first instance launched to the last one taken away, each at its type's price."""
    if any(instance_type not in prices for instance_type in minutes_by_type):
        return None
    costs = (Decimal(str(minutes)) / 60 * Decimal(prices[each]) for each, minutes in minutes_by_type.items())
    return sum(costs, Decimal(0)).quantize(_CENT, ROUND_HALF_UP)

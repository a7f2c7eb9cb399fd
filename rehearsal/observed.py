"""Reads a cloud, as it stands now, into a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from berth_core.prices import prices_with
from rehearsal.cloud import Cloud
from rehearsal.run import Run
from rehearsal.scenario import Scenario


def observed(cloud: Cloud, scenario: Scenario, **judged: Any) -> Run:
    """`judged` are the fields of a run that the cloud doesn't know: verdicts, leaks, processor time."""
    twin = cloud.sagemaker
    prices = prices_with(scenario.parameters.get("OnDemandPrices", ""))
    return Run(
        scenario=scenario,
        until=cloud.now,
        entries=tuple(cloud.timeline),
        plans=tuple(twin.plans.all()),
        plan_spans=tuple(twin.history.plan_spans()),
        endpoint_spans=tuple(twin.history.endpoint_spans()),
        component_spans=tuple(twin.history.component_spans()),
        holdings=tuple(twin.capacity.holdings()),
        traffic=tuple(cloud.traffic.hours()),
        first_failures=tuple(_first_failures(cloud)),
        prices_usd_per_hour=tuple((name, str(price)) for name, price in sorted(prices.items())),
        permissions=cloud.guard.uses,
        **judged,
    )


def _first_failures(cloud: Cloud) -> Iterator[str]:
    for endpoint, first in cloud.traffic.first_failures().items():
        yield f"{endpoint} first at {first['at']}: {first['error']}"

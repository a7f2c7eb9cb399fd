"""What a replay leaves behind, for the terminal, the report and the tests. No cloud is needed to read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rehearsal.iam.enforcement import Use
from rehearsal.sagemaker.capacity import Holding
from rehearsal.sagemaker.history import ComponentSpan, EndpointSpan, PlanSpan
from rehearsal.sagemaker.plans import Plan
from rehearsal.scenario import Scenario
from rehearsal.timeline import Entry
from rehearsal.traffic import HourOfTraffic


@dataclass(frozen=True)
class Sent:
    """A steady stream of requests that the scenario sent."""

    endpoint: str
    start: datetime
    until: datetime
    per_minute: float


@dataclass(frozen=True)
class Verdict:
    """An expectation, and whether it held. `found` is what was seen instead, when it did not."""

    at: datetime
    expected: str
    held: bool
    found: str = ""


@dataclass(frozen=True)
class Run:
    """One scenario, replayed up to `until`. Plans are as they finally stood: their times may have moved on the way."""

    scenario: Scenario
    until: datetime
    entries: tuple[Entry, ...]
    plans: tuple[Plan, ...] = ()
    plan_spans: tuple[PlanSpan, ...] = ()
    endpoint_spans: tuple[EndpointSpan, ...] = ()
    component_spans: tuple[ComponentSpan, ...] = ()
    holdings: tuple[Holding, ...] = ()
    traffic: tuple[HourOfTraffic, ...] = ()
    sent: tuple[Sent, ...] = ()
    first_failures: tuple[str, ...] = ()
    prices_usd_per_hour: tuple[tuple[str, str], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    leaks: tuple[str, ...] = ()
    permissions: tuple[Use, ...] = ()
    processor_seconds: float = 0.0

    @property
    def start(self) -> datetime:
        return self.scenario.start

    @property
    def good(self) -> bool:
        """Every expectation held, and nothing was left behind."""
        return not self.leaks and all(verdict.held for verdict in self.verdicts)

    @property
    def endpoints(self) -> list[str]:
        """The names of all endpoints that ever were, in order of their first creation."""
        return list(dict.fromkeys(span.endpoint for span in self.endpoint_spans))

    def plan(self, name: str) -> Plan:
        return next(plan for plan in self.plans if plan.name == name)

    def problems(self) -> Iterator[str]:
        """One readable line for each thing that is not as it should be."""
        for verdict in self.verdicts:
            if not verdict.held:
                yield f"expected at {verdict.at:%d %b %H:%M}: {verdict.expected}; found: {verdict.found}"
        for leak in self.leaks:
            yield f"left behind: {leak}"

"""Whether a world that had its trouble stands again as it does without any: then there is nothing more to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rehearsal.cloud import Cloud
from rehearsal.leaks import at_work
from rehearsal.sagemaker.history import PlanSpan
from rehearsal.simulation.record import Record, state_at, state_in

LOOKS_EVERY = timedelta(minutes=5)


def has_settled(cloud: Cloud, outputs: dict[str, str], deployments: Sequence[str], untroubled: Record) -> bool:
    """The same plans are bought and open, each endpoint stands as it does without trouble, and nobody is at work."""
    now, history = cloud.now, cloud.sagemaker.history
    if _plans(history.plan_spans(), now) != _plans(untroubled.run.plan_spans, now):
        return False
    endpoints, components = history.endpoint_spans(), history.component_spans()
    if any(state_in(endpoints, components, name, now) != state_at(untroubled.run, name, now) for name in deployments):
        return False
    return not any(at_work(cloud, outputs))


def _plans(spans: Sequence[PlanSpan], at: datetime) -> set[tuple[str, str]]:
    """Each plan's name and status."""
    return {(span.plan, span.status) for span in spans if span.start <= at and (span.end is None or at < span.end)}

"""What is left of one played world, for the rules to look at. No cloud is needed to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rehearsal.run import Run
from rehearsal.sagemaker.history import ComponentSpan, EndpointSpan
from rehearsal.simulation.calls import SeenCall
from rehearsal.simulation.worlds import World
from rehearsal.timeline import Entry


@dataclass(frozen=True)
class FailedRequests:
    """Requests that failed one after the other for the same reason."""

    endpoint: str
    first_at: datetime
    last_at: datetime
    count: int
    error: str


@dataclass(frozen=True)
class Due:
    """What reconciling came to, also where it is the same again: when the deployment asks to be looked at next."""

    decided_at: datetime
    deployment: str
    next_at: datetime | None


@dataclass(frozen=True)
class Record:
    world: World
    run: Run
    calls: tuple[SeenCall, ...] = ()
    failures: tuple[FailedRequests, ...] = ()
    dues: tuple[Due, ...] = ()

    @property
    def changes(self) -> tuple[SeenCall, ...]:
        """What the service asked for and got."""
        return tuple(call for call in self.calls if call.by == "berth" and call.refused is None)

    @property
    def outline(self) -> Record:
        """How its plans and endpoints stood over time, and nothing else: small enough to be handed on."""
        run = replace(self.run, entries=(), holdings=(), traffic=(), verdicts=(), permissions=())
        return Record(self.world, run)

    def events(self, deployment: str) -> tuple[Entry, ...]:
        """What the service announced of a deployment, in order."""
        told = (entry for entry in self.run.entries if entry.kind == "event")
        return tuple(entry for entry in told if entry.more.get("deployment") == deployment)

    def decisions(self, deployment: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.run.entries if entry.kind == "decision" and entry.subject == deployment)


@dataclass(frozen=True)
class State:
    """How an endpoint stands: what counts of it, whatever its config is called.

    `components`: each one's name, status and model, and whether it is to have copies: how many, auto scaling says.
    """

    status: str
    model: str | None = None
    instance_type: str | None = None
    instance_count: int = 0
    plan: str | None = None
    components: tuple[tuple[str, str, str | None, bool], ...] = ()


ABSENT = State("absent")


def state_at(run: Run, endpoint: str, at: datetime) -> State:
    """From the history that the twin keeps; ABSENT if there was no such endpoint."""
    return state_in(run.endpoint_spans, run.component_spans, endpoint, at)


def state_in(
    endpoints: Sequence[EndpointSpan], components: Sequence[ComponentSpan], endpoint: str, at: datetime
) -> State:
    span = next((each for each in reversed(endpoints) if _covers(each, endpoint, at)), None)
    if span is None:
        return ABSENT
    on_it = sorted(
        (each.component, each.status, each.model, each.copies > 0) for each in components if _covers(each, endpoint, at)
    )
    return State(span.status, span.model, span.instance_type, span.instance_count, span.plan, tuple(on_it))


def config_at(run: Run, endpoint: str, at: datetime) -> str | None:
    """The config that is live; None if there is no such endpoint."""
    span = next((each for each in reversed(run.endpoint_spans) if _covers(each, endpoint, at)), None)
    return span.config if span is not None else None


def is_still(run: Run, endpoint: str, start: datetime, end: datetime) -> bool:
    """Whether nothing changed about the endpoint between two moments."""
    moment = start
    while moment <= end:
        if state_at(run, endpoint, moment) != state_at(run, endpoint, start):
            return False
        moment += timedelta(minutes=1)
    return True


def _covers(span: EndpointSpan | ComponentSpan, endpoint: str, at: datetime) -> bool:
    return span.endpoint == endpoint and span.start <= at and (span.end is None or at < span.end)

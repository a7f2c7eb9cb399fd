"""How plans and endpoints stood over time: spans for the report's lanes and figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from rehearsal.sagemaker.capacity import Capacity
from rehearsal.sagemaker.component import Component, ComponentStatus, model_of
from rehearsal.sagemaker.endpoint import Endpoint


@dataclass(frozen=True)
class PlanSpan:
    """A stretch of time in which a plan had one status. `end` is None for the present one."""

    plan: str
    status: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class EndpointSpan:
    """A stretch of time in which an endpoint had one status, config and fleet. `end` is None for the present one.

    `plan` is what its config binds it to; `reserved_count` is what it holds of that plan, both fleets of an update.
    """

    endpoint: str
    status: str
    config: str
    model: str | None
    instance_type: str | None
    instance_count: int
    plan: str | None
    reserved_count: int
    serving: bool
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class ComponentSpan:
    """A stretch of time in which an inference component had one status, model and wanted number of copies."""

    component: str
    endpoint: str
    status: ComponentStatus
    model: str | None
    copies: int
    start: datetime
    end: datetime | None = None


class History:
    """Closed and open spans, oldest first."""

    def __init__(self, now: Callable[[], datetime], capacity: Capacity) -> None:
        self._now = now
        self._capacity = capacity
        self._plans: list[PlanSpan] = []
        self._open_plans: dict[str, int] = {}
        self._endpoints: list[EndpointSpan] = []
        self._open_endpoints: dict[str, int] = {}
        self._components: list[ComponentSpan] = []
        self._open_components: dict[str, int] = {}

    def plan_spans(self) -> list[PlanSpan]:
        return list(self._plans)

    def endpoint_spans(self) -> list[EndpointSpan]:
        return list(self._endpoints)

    def component_spans(self) -> list[ComponentSpan]:
        return list(self._components)

    def plan_status(self, plan: str, status: str) -> None:
        index = self._open_plans.get(plan)
        if index is not None:
            self._plans[index] = replace(self._plans[index], end=self._now())
        self._open_plans[plan] = len(self._plans)
        self._plans.append(PlanSpan(plan, status, self._now()))

    def endpoint_changed(self, endpoint: Endpoint) -> None:
        span = self._span(endpoint)
        index = self._open_endpoints.get(endpoint.name)
        if index is not None and replace(span, start=self._endpoints[index].start) == self._endpoints[index]:
            return
        self.endpoint_gone(endpoint.name)
        self._open_endpoints[endpoint.name] = len(self._endpoints)
        self._endpoints.append(span)

    def _span(self, endpoint: Endpoint) -> EndpointSpan:
        shown = endpoint.live
        variant = shown.variants[0]
        return EndpointSpan(
            endpoint=endpoint.name,
            status=endpoint.status,
            config=endpoint.config,
            model=variant.model,
            instance_type=variant.instance_type,
            instance_count=0 if endpoint.lost else shown.count,
            plan=shown.plan,
            reserved_count=self._capacity.used_by(endpoint.name, shown.plan) if shown.plan else 0,
            serving=endpoint.serving() is not None,
            start=self._now(),
        )

    def endpoint_gone(self, name: str) -> None:
        index = self._open_endpoints.pop(name, None)
        if index is None:
            return
        if self._endpoints[index].start == self._now():
            del self._endpoints[index]
            self._open_endpoints.update({k: i - 1 for k, i in self._open_endpoints.items() if i > index})
        else:
            self._endpoints[index] = replace(self._endpoints[index], end=self._now())

    def component_changed(self, component: Component) -> None:
        self.component_gone(component.name)
        model = model_of(component.spec)
        self._open_components[component.name] = len(self._components)
        self._components.append(
            ComponentSpan(
                component.name, component.endpoint, component.status, model, component.desired, start=self._now()
            )
        )

    def component_gone(self, name: str) -> None:
        index = self._open_components.pop(name, None)
        if index is not None:
            self._components[index] = replace(self._components[index], end=self._now())

"""What a scenario says must be true, at its end or at a step. The judging is in rehearsal/judgement.py."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Closed(BaseModel):
    """Immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EndpointIs(Closed):
    """An endpoint as DescribeEndpoint and its config show it. What is not given is not looked at."""

    name: str
    state: Literal[
        "absent", "InService", "Creating", "Updating", "SystemUpdating", "Deleting", "Failed", "OutOfService"
    ] = "InService"
    model: str | None = None
    instance_type: str | None = None
    instance_count: int | None = None
    placement: Literal["reserved", "on_demand"] | None = None
    plan: str | None = None


class ComponentIs(Closed):
    """How many copies of an inference component there are at the moment of the step; `absent` for none of that name."""

    name: str
    state: Literal["Creating", "InService", "Updating", "Failed", "Deleting", "absent"] = "InService"
    copies: int | None = None
    suspended: bool | None = Field(default=None, description="whether auto scaling may move them")


class DecisionIs(Closed):
    """A decision on the timeline. `kind` and `code` are the service's words; `containing` is a part of the reason."""

    deployment: str
    kind: str | None = None
    code: str | None = None
    containing: str = ""


class EventIs(Closed):
    """An event that Berth announced. `times` absent means at least once."""

    detail_type: str
    deployment: str | None = None
    containing: str = ""
    times: int | None = Field(default=None, ge=0)


class ExecutionIs(Closed):
    """An execution of a state machine that ended so. `times` absent means at least once."""

    machine: str
    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"]
    containing: str = ""
    times: int | None = Field(default=None, ge=0)


class PipelineIs(Closed):
    """The last execution of a pipeline of CodePipeline; `containing` is a part of what any of its actions says."""

    name: str
    status: Literal["InProgress", "Succeeded", "Failed"]
    containing: str = ""


class OnDemandIs(Closed):
    deployment: str
    hours_at_most: float | None = None
    hours_at_least: float | None = None
    usd_at_most: float | None = None


class LeadIs(Closed):
    """How long before the plan's end (as it finally stood) the endpoint had left it."""

    endpoint: str
    plan: str
    minutes_at_least: float


class PurchasedIs(Closed):
    """What AWS has sold, by anybody's doing: plans, and USD for plans and extensions."""

    plans: int = Field(ge=0)
    usd: str


class FaultIs(Closed):
    """Planned faults that struck: a story about a fault that never strikes shows nothing."""

    on: str
    at_least: int = Field(default=1, ge=1)


class Expectation(Closed):
    """One thing that must be true."""

    failed_requests: int | None = Field(default=None, ge=0)
    failed_requests_at_most: int | None = Field(default=None, ge=1)
    served_requests_at_least: int | None = Field(default=None, ge=1)
    endpoint: EndpointIs | None = None
    component: ComponentIs | None = None
    configs_left: int | None = Field(default=None, ge=0)
    decision: DecisionIs | None = None
    decision_held: DecisionIs | None = None
    event: EventIs | None = None
    execution: ExecutionIs | None = None
    pipeline: PipelineIs | None = None
    on_demand: OnDemandIs | None = None
    minutes_past_end: float | None = Field(default=None, ge=0)
    left_plan: LeadIs | None = None
    purchased: PurchasedIs | None = None
    fault_struck: FaultIs | None = None

    @property
    def check(self) -> str:
        return next(name for name in CHECKS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_check(self) -> Expectation:
        given = [name for name in CHECKS if getattr(self, name) is not None]
        if len(given) != 1:
            has = " and ".join(given) or "none"
            raise ValueError(f"an expectation says one thing: it has {has}, of {', '.join(CHECKS)}")
        return self


CHECKS = tuple(Expectation.model_fields)

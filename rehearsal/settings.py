"""What a rehearsal assumes. Every figure has its source in docs/fidelity.md, or is marked there as an assumption."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Timings(BaseModel):
    """Virtual minutes that SageMaker takes. Sources and assumptions: docs/fidelity.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provision_minutes: float = Field(default=1.748, ge=0, description="a new instance (published, 8B model)")
    load_minutes: float = Field(default=2.28, ge=0, description="copying and loading the model (published, 8B model)")
    release_minutes: float = Field(default=1.0, ge=0, description="taking instances away (assumption)")
    delete_minutes: float = Field(default=2.0, ge=0, description="deleting an endpoint (assumption)")
    purchase_minutes: float = Field(default=5.0, ge=0, description="Pending to Scheduled (assumption)")
    activation_minutes: float = Field(default=2.0, ge=0, description="block start to Active (assumption)")
    reclaim_minutes: float = Field(
        default=30.0, ge=0, description="capacity goes before the end (as for training jobs)"
    )
    capacity_failure_minutes: float = Field(
        default=5.0, ge=0, description="a launch or a copy without room fails (assumption)"
    )
    request_seconds: float = Field(
        default=1.0, gt=0, description="how long a request takes, for metrics of concurrency alone (ours)"
    )
    metric_lag_minutes: float = Field(
        default=0.0, ge=0, description="until alarms see a period's data (published: 1 to 2)"
    )
    unload_minutes: float = Field(default=0.5, ge=0, description="taking a component's copy away (assumption)")
    idle_release_minutes: float = Field(
        default=10.0, ge=0, description="an instance without copies is released (published: about 10)"
    )
    serverless_cold_start_seconds: float = Field(
        default=6.0, ge=0, description="the first request of a serverless endpoint waits so long (assumption)"
    )
    serverless_warm_minutes: float = Field(
        default=5.0, ge=0, description="without a request, until a serverless endpoint is cold again (assumption)"
    )
    provision_minutes_of: dict[str, float] = Field(
        default_factory=dict, description="provision_minutes by pattern of instance types"
    )
    load_minutes_of: dict[str, float] = Field(
        default_factory=dict, description="load_minutes by pattern of model names (or images)"
    )


class Settings(BaseModel):
    """One rehearsal. The same settings and the same calls give the same timeline, byte for byte."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    region: str = "us-east-1"
    account_id: str = "111122223333"
    seed: int = 42
    timings: Timings = Timings()
    in_place_count: Literal["difference", "whole_fleet"] = Field(
        default="difference",
        description="free instances that a count-only update needs (assumption: AWS's guide shows 1 to 2 of 2)",
    )
    new_config_same_model: Literal["difference", "whole_fleet"] = Field(
        default="difference",
        description="the same for UpdateEndpoint to a config that differs in the count alone (assumption)",
    )
    after_expiry_status: Literal["InService", "OutOfService", "Failed"] = Field(
        default="InService", description="EndpointStatus once the reservation is gone (unverified)"
    )
    duplicate_plan_name: Literal["refused", "accepted"] = Field(
        default="refused", description="CreateTrainingPlan with a name that exists (unverified)"
    )
    create_with_zero_copies: Literal["refused", "accepted"] = Field(
        default="refused", description="CreateInferenceComponent with CopyCount 0 (measured by a user)"
    )
    copies_without_room: Literal["InService", "Failed"] = Field(
        default="InService", description="a component in service whose new copies find no room in time (unverified)"
    )
    component_update_without_policy: Literal["beside", "in_place"] = Field(
        default="beside", description="a new specification without DeploymentConfig: copies beside the old, or after"
    )
    component_update_fleet: Literal["initial", "needed"] = Field(
        default="initial", description="least instances of a component endpoint's new fleet (unverified)"
    )
    released_instances: Literal["free", "kept"] = Field(
        default="free", description="what managed scaling releases is free for others on the plan (unverified)"
    )
    delete_endpoint_with_components: Literal["refused", "cascades"] = Field(
        default="refused", description="DeleteEndpoint while it hosts inference components (unverified)"
    )
    rollback_alarms_watch: Literal["update", "bake"] = Field(
        default="update", description="when alarms roll an update back: all the time, or while it bakes (unverified)"
    )
    minimum_is_restored: bool = Field(
        default=True, description="auto scaling brings copies back that somebody took below MinCapacity (unverified)"
    )
    generated_offerings: bool = Field(default=True, description="answer searches although nothing was put on sale")
    extendable_endpoint_plans: bool = Field(
        default=True, description="plans for endpoints can be extended (unverified)"
    )
    offering_lifetime_minutes: float | None = Field(
        default=None,
        gt=0,
        description="each search gives new ids, which can be bought for so long; None: an id stays (unverified)",
    )
    extension_moves_end: Literal["when_paid", "at_purchase"] = Field(
        default="when_paid", description="when EndTime of an extended plan moves (unverified)"
    )
    approver_listed: bool = Field(
        default=True, description="ListActionExecutions has updatedBy for a manual approval (unverified)"
    )
    operational_metrics: bool = Field(
        default=False,
        description="alarms see the metrics of functions, machines and queues; Invocations leaves out idle ticks",
    )
    shown_after_seconds: float = Field(
        default=0, ge=0, description="until new configs, endpoints and plans are to be seen (assumption)"
    )
    enforce_permissions: bool = Field(
        default=True, description="a role that may not make a call gets AWS's AccessDenied"
    )
    execution_logs: bool = Field(default=False, description="state machines write logs, once an execution has ended")
    run_every_tick: bool = Field(default=False, description="run periodic wake-ups even where nothing can have changed")

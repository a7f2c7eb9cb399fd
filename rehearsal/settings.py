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
        default=5.0, ge=0, description="a launch without capacity fails (assumption)"
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
    generated_offerings: bool = Field(default=True, description="answer searches although nothing was put on sale")
    extendable_endpoint_plans: bool = Field(
        default=True, description="plans for endpoints can be extended (unverified)"
    )
    run_every_tick: bool = Field(default=False, description="run periodic wake-ups even where nothing can have changed")

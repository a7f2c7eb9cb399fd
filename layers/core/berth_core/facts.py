"""What was observed. Facts carry no wishes: those are in the manifest."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from berth_core.manifest import Manifest
from berth_core.model import Frozen, Time

# Endpoint states in which SageMaker takes neither an update nor a deletion (aws-facts 2.4, 2.6).
IN_TRANSITION = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


class PlanStatus(StrEnum):
    PENDING = "Pending"
    ACTIVE = "Active"
    SCHEDULED = "Scheduled"
    EXPIRED = "Expired"
    FAILED = "Failed"


class Block(Frozen):
    """One reserved-capacity block of a plan. `ends_at` is AWS's EndTime, read, never computed."""

    starts_at: Time
    ends_at: Time
    instance_type: str
    instance_count: int
    status: str | None = None
    zone: str | None = None


class PlanSeen(Frozen):
    """A training plan. AWS promises only its ARN, name and status; all else may be missing."""

    name: str
    arn: str
    status: PlanStatus
    status_message: str = ""
    targets: tuple[str, ...] = ()
    total_count: int = 0
    available_count: int = 0
    in_use_count: int = 0
    blocks: tuple[Block, ...] = ()

    @property
    def instance_types(self) -> tuple[str, ...]:
        """The types that the blocks reserve; empty if AWS doesn't say."""
        return tuple(sorted({block.instance_type for block in self.blocks if block.instance_type}))

    def block_at(self, now: datetime) -> Block | None:
        """The block whose time span holds `now`."""
        return next((block for block in self.blocks if block.starts_at <= now < block.ends_at), None)

    def block_after(self, now: datetime) -> Block | None:
        """The earliest block that starts after `now`."""
        later = [block for block in self.blocks if block.starts_at > now]
        return min(later, key=lambda block: block.starts_at, default=None)


class VariantSeen(Frozen):
    """A production variant as it runs. `plan_arn` is absent on on-demand instances."""

    name: str
    current_count: int
    desired_count: int
    plan_arn: str | None = None


class ConfigSeen(Frozen):
    """What an endpoint config asks for, of its first variant."""

    name: str
    model: str | None
    instance_type: str | None
    instance_count: int | None
    plan_arn: str | None = None
    variant: str = "main"


class EndpointSeen(Frozen):
    """The endpoint. Settled means that SageMaker is doing nothing to it just now."""

    name: str
    arn: str
    status: str
    config_name: str
    failure_reason: str = ""
    pending: bool = False
    variants: tuple[VariantSeen, ...] = ()
    config: ConfigSeen | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    changed_at: Time | None = None

    @property
    def settled(self) -> bool:
        return self.status not in IN_TRANSITION and not self.pending

    @property
    def plan_arn(self) -> str | None:
        """From the variants, of whose reservation AWS promises no field, else from the config, which always says it."""
        live = next((variant.plan_arn for variant in self.variants if variant.plan_arn), None)
        return live or (self.config.plan_arn if self.config else None)

    @property
    def instance_count(self) -> int:
        return sum(variant.desired_count for variant in self.variants)


class Override(Frozen):
    """What a person asked of `endpoint_rotate` by hand. It lasts until the manifest's next version."""

    model: str | None = None
    instance_count: int | None = Field(default=None, ge=1)


class Registration(Frozen):
    """A deployment as the ledger knows it: the manifest in force, its version, and what was laid over it."""

    name: str
    manifest: Manifest
    version: str
    registered_at: Time
    removed_at: Time | None = None
    override: Override | None = None


class Lease(Frozen):
    """Who may change this endpoint just now. A dead holder loses it by itself at `expires_at`."""

    holder: str
    purpose: str
    expires_at: Time


class Attempt(Frozen):
    """A finished action from the ledger, newest first in a snapshot."""

    kind: Literal["deploy", "rotate", "resize", "hand_over"]
    rung: str | None = None
    target: str
    started_at: Time
    ended_at: Time
    done: bool
    code: str = ""
    plan_arn: str | None = None


class OnDemandUse(Frozen):
    """One stay on on-demand instances. Money runs from the request to the return, to be on the safe side."""

    instance_type: str
    instance_count: int
    started_at: Time
    ended_at: Time | None = None


class Policy(Frozen):
    """The stack's settings that decisions depend on."""

    stack: str
    observe_only: bool = False
    lead_minutes: tuple[int, ...] = (1440, 360, 60)
    prices_usd_per_hour: dict[str, str] = Field(default_factory=dict)


class Snapshot(Frozen):
    """All that a decision may look at."""

    now: Time
    deployment: Registration
    policy: Policy
    plans: tuple[PlanSeen, ...] = ()
    endpoint: EndpointSeen | None = None
    lease: Lease | None = None
    attempts: tuple[Attempt, ...] = ()
    on_demand: tuple[OnDemandUse, ...] = ()
    holder: str = ""

    def plan_of(self, arn: str | None) -> PlanSeen | None:
        return next((plan for plan in self.plans if plan.arn == arn), None)

"""What was observed. Facts carry no wishes: those are in the manifest."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from berth_core.manifest import Manifest
from berth_core.model import Frozen, Time
from berth_core.purchases import Purchase

# Endpoint states in which SageMaker takes neither an update nor a deletion (aws-facts 2.4, 2.6).
IN_TRANSITION = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


class PlanStatus(StrEnum):
    """As AWS documents them. It may come to have more."""

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
    """A training plan. AWS promises only its ARN, name and status; all else may be missing.

    A status that nobody documented is kept as the text that it is: it opens nothing, ends nothing, and is told.
    """

    name: str
    arn: str
    status: Annotated[PlanStatus | str, Field(union_mode="left_to_right")]
    status_message: str = ""
    targets: tuple[str, ...] = ()
    total_count: int = 0
    available_count: int = 0
    in_use_count: int = 0
    blocks: tuple[Block, ...] = ()

    @property
    def is_understood(self) -> bool:
        """Whether the status is one that AWS documents."""
        return isinstance(self.status, PlanStatus)

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
    execution_role_arn: str | None = None


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


class ComponentSeen(Frozen):
    """An inference component on the endpoint. `ours` says that it carries our tags: what doesn't is never touched.

    InService proves nothing about its copies (aws-facts 3.1), so both counts are here.
    """

    name: str
    status: str
    desired_copies: int
    current_copies: int
    ours: bool
    failure_reason: str = ""
    model: str | None = None
    accelerators: float | None = None
    memory_mb: int | None = None

    @property
    def settled(self) -> bool:
        """Nothing is on its way: neither the component itself nor one of its copies."""
        return self.status not in IN_TRANSITION and self.current_copies == self.desired_copies


class ScalingSeen(Frozen):
    """How a component is scaled by itself. `suspended`: in neither direction."""

    component: str
    min_copies: int
    max_copies: int
    suspended: bool = False
    target_concurrency: float | None = None
    wakes: bool = False


class AlarmSeen(Frozen):
    """One of our alarms on a component: `idle` (nobody calls) or `wake` (a call was refused at zero copies).

    `minutes` is how long its metric has to be beyond the threshold, `since` when it took its present state. Without
    enough data, as after every change of the alarm itself, it says nothing.
    """

    kind: Literal["idle", "wake"]
    component: str
    minutes: float
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
    since: Time

    @property
    def firing(self) -> bool:
        return self.state == "ALARM"


class Gap(Frozen):
    """A time in which nobody called, as the idle alarms tell. `parked_at`: no copies were kept from then on."""

    started_at: Time
    ended_at: Time | None = None
    parked_at: Time | None = None


class Override(Frozen):
    """What a person asked by hand. It lasts until the manifest's next version.

    `copies` also end at the schedule's next rule, so `copies_at` says when they were asked for.
    """

    model: str | None = None
    instance_count: int | None = Field(default=None, ge=1)
    copies: int | None = Field(default=None, ge=0)
    copies_at: Time | None = None
    method: Literal["copies", "delete_and_recreate"] | None = None
    config_name: str | None = Field(
        default=None, description="a config that somebody else made, adopted since on_drift says accept"
    )
    in_turn: bool = Field(default=False, description="the model is an evaluation's, and nobody asked for it by hand")

    def laid_over(self, before: "Override | None", now: datetime) -> "Override":
        """Who asks for a model now has not withdrawn a count that was asked for earlier."""
        if before is None:
            return self.model_copy(update={"copies_at": now if self.copies is not None else None})
        asks_copies = self.copies is not None
        return Override(
            model=self.model or before.model,
            instance_count=self.instance_count or before.instance_count,
            copies=self.copies if asks_copies else before.copies,
            copies_at=now if asks_copies else before.copies_at,
            method=self.method if asks_copies else before.method,
            config_name=before.config_name if self.model in (None, before.model) else None,
        )


class Registration(Frozen):
    """A deployment as the ledger knows it: the manifest in force, its version, and what was laid over it."""

    name: str
    manifest: Manifest
    version: str
    registered_at: Time
    removed_at: Time | None = None
    override: Override | None = None


class Lease(Frozen):
    """Who may change this endpoint just now. A dead holder loses it by itself at `expires_at`.

    `fence` grows with each claim, so that what belongs to an earlier one is told apart. `urgent`: for a hand-over,
    which has to be done by `deadline`.
    """

    holder: str
    purpose: str
    expires_at: Time
    fence: int = 0
    urgent: bool = False
    deadline: Time | None = None


class Left(Frozen):
    """A block that a hand-over left, with the end that it had then."""

    plan_arn: str
    ends_at: Time


class Rival(Frozen):
    """Another deployment that waits for instances of a plan."""

    name: str
    plan: str
    priority: int
    instance_count: int


class Attempt(Frozen):
    """A finished action from the ledger, newest first in a snapshot."""

    kind: Literal["deploy", "rotate", "resize", "hand_over", "scale", "tidy"]
    rung: str | None = None
    target: str
    started_at: Time
    ended_at: Time
    done: bool
    code: str = ""
    plan_arn: str | None = None
    left: Left | None = None
    config: ConfigSeen | None = None
    """What was made for it: names follow from content, so this tells what a config was that is gone."""
    replaced: str | None = None
    """The model that ran before a recreation."""


class OnDemandUse(Frozen):
    """One stay on on-demand instances. Money runs from the request to the return, to be on the safe side.

    `hop`: on the way of a rollout, which leads home again.
    """

    instance_type: str
    instance_count: int
    started_at: Time
    ended_at: Time | None = None
    hop: bool = False


class RollbackAlarm(Frozen):
    """An alarm of the manifest's `rollout.alarms`, metric or composite. One that isn't there isn't among them."""

    name: str
    state: str


class Turn(Frozen):
    """One model's time in service in an evaluation. With a code it is a failed try, and took none."""

    model: str
    started_at: Time
    ended_at: Time | None = None
    code: str = ""


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
    rivals: tuple[Rival, ...] = ()
    components: tuple[ComponentSeen, ...] = ()
    scaling: tuple[ScalingSeen, ...] = ()
    alarms: tuple[AlarmSeen, ...] = ()
    gaps: tuple[Gap, ...] = ()
    rollback_alarms: tuple[RollbackAlarm, ...] = ()
    turns: tuple[Turn, ...] = ()
    waiting: tuple[str, ...] = ()
    """Other deployments that wait for the instances under this one."""
    holder: str = ""
    purchases: tuple[Purchase, ...] = ()
    """The last request for each order that may concern this deployment; empty unless its manifest may buy."""

    def plan_of(self, arn: str | None) -> PlanSeen | None:
        return next((plan for plan in self.plans if plan.arn == arn), None)

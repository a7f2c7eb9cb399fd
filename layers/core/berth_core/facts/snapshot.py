"""All that a decision may look at."""

from pydantic import Field

from berth_core.facts.components import AlarmSeen, ComponentSeen, Gap, ScalingSeen
from berth_core.facts.endpoints import EndpointSeen, RollbackAlarm
from berth_core.facts.plans import PlanSeen
from berth_core.facts.remembered import Attempt, Lease, OnDemandUse, Registration, Rival, Turn
from berth_core.model import Frozen, Time
from berth_core.purchases import Purchase


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

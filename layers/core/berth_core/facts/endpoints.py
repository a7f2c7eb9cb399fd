"""The endpoint with its variants and its config."""

from pydantic import Field

from berth_core.facts.components import IN_TRANSITION
from berth_core.model import Frozen, Time


class VariantSeen(Frozen):
    """A production variant as it runs. `plan_arn` is absent on on-demand instances."""

    name: str
    current_count: int
    desired_count: int
    plan_arn: str | None = None


class ConfigSeen(Frozen):
    """What an endpoint config asks for, of its first variant. `created_at` isn't remembered."""

    name: str
    model: str | None
    instance_type: str | None
    instance_count: int | None
    plan_arn: str | None = None
    variant: str = "main"
    execution_role_arn: str | None = None
    created_at: Time | None = None


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


class RollbackAlarm(Frozen):
    """An alarm of the manifest's `rollout.alarms`, metric or composite. One that isn't there isn't among them."""

    name: str
    state: str

"""What is to be done, and why. "Hold" is a decision too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from berth_core.facts import Attempt, ConfigSeen, Left, Override
from berth_core.model import Frozen, Time


class ConfigSpec(Frozen):
    """An endpoint config to be made. Its name follows from its content, so that a retry meets its own work.

    Without a model the variant is for inference components, and SageMaker keeps 0 to `instance_count` instances of it.
    """

    name: str
    model: str | None
    instance_type: str
    instance_count: int
    plan_arn: str | None = None
    variant: str = "main"
    execution_role_arn: str | None = None
    serves: Literal["model", "components"] = "model"

    @classmethod
    def again(cls, made: ConfigSeen) -> "ConfigSpec | None":
        """What makes the same config once more. None if its variant is serverless, or of instance pools."""
        if made.instance_type is None or made.instance_count is None:
            return None
        told = made.model_dump(exclude={"created_at"})
        return cls.model_validate({**told, "serves": "model" if made.model else "components"})


class Hold(Frozen):
    """Nothing to do, or not now. `next_at` is when it asks to be looked at again."""

    kind: Literal["hold"] = "hold"
    code: str
    reason: str
    next_at: Time | None = None
    adopt: Override | None = None
    """What was found changed, and is wished from now on."""


class Refuse(Frozen):
    """What is asked for can't be had. Told by an announcement; started by hand, the machine fails with it."""

    kind: Literal["refuse"] = "refuse"
    code: str
    reason: str
    next_at: Time | None = None


class Changing(Frozen):
    """What all changes of an endpoint have in common.

    `settled_by` is when SageMaker must be done by its own limits: until then the machine waits for it.
    """

    id: str
    reason: str
    started_at: Time
    settled_by: Time | None = None


class Deploy(Changing):
    """Bring the endpoint onto reserved capacity. `replace` deletes a Failed endpoint first: AWS allows nothing else."""

    kind: Literal["deploy"] = "deploy"
    action: Literal["create", "update", "replace"]
    config: ConfigSpec
    rollout: dict[str, Any] | None = None
    plan: str


class Rotate(Changing):
    """Move the endpoint to another config.

    On the capacity it has; or, on a full reservation, out to on-demand (`hop`: it comes home as a deployment); or
    deleted and made anew (`recreate`, action `replace`), of which `replaced` is the model that ran.
    """

    kind: Literal["rotate"] = "rotate"
    action: Literal["update", "replace"] = "update"
    config: ConfigSpec
    rollout: dict[str, Any] | None = None
    plan: str | None = None
    strategy: str = "all_at_once"
    rung: Literal["hop", "recreate"] | None = None
    replaced: str | None = None


class Resize(Changing):
    """Change the instance count alone, in place: needs only the difference."""

    kind: Literal["resize"] = "resize"
    action: Literal["resize"] = "resize"
    variant: str
    instance_count: int
    config_name: str
    plan: str | None = None


class HandOver(Changing):
    """One rung of the ladder off a closing window. `give_up_at` is when the next rung has to begin."""

    kind: Literal["hand_over"] = "hand_over"
    rung: Literal["next_plan", "on_demand", "scale_to_zero", "delete"]
    action: Literal["update", "delete"]
    config: ConfigSpec | None = None
    left: Left | None = None
    finish_by: Time
    give_up_at: Time


class ComponentSpec(Frozen):
    """An inference component as it shall be. Without `copies` it keeps those that it has.

    `rollout` is UpdateInferenceComponent's DeploymentConfig; none replaces all copies at once. `anew` deletes it first
    if it is older than the decision.
    """

    name: str
    model: str
    accelerators: int
    memory_mb: int
    copies: int | None
    rollout: dict[str, Any] | None = None
    anew: bool = False


class ScalingSpec(Frozen):
    """How a component shall scale by itself. `idle_minutes`: an alarm tells when nobody has called for so long."""

    component: str
    min_copies: int
    max_copies: int
    suspended: bool = False
    target_concurrency: int | None = None
    wakes: bool = False
    idle_minutes: int | None = None


class Scale(Changing):
    """Bring the endpoint's components to what is declared, and to the copies that are ordered.

    All of ours that isn't in `components` is deleted, and so is all scaling that isn't in `scaling`. `recreate` deletes
    first what is older than the decision. `release` also waits until SageMaker has let go of all instances.
    New components are bound to the endpoint's `variant`.
    """

    kind: Literal["scale"] = "scale"
    action: Literal["copies", "recreate"]
    rung: Literal["park", "wake"] | None = None
    target: str
    components: tuple[ComponentSpec, ...] = ()
    scaling: tuple[ScalingSpec, ...] = ()
    variant: str = "main"
    copies: int
    release: bool = False
    give_up_at: Time


class Tidy(Changing):
    """Delete configs of ours that were left behind by an endpoint that is gone."""

    kind: Literal["tidy"] = "tidy"
    action: Literal["clean"] = "clean"


class TakeOver(Frozen):
    """End the run that holds the lease, because a hand-over can't wait for it any longer. No change of the endpoint.

    `begun` is what that run was at, and what somebody has to tell the end of.
    """

    kind: Literal["take_over"] = "take_over"
    reason: str
    holder: str
    purpose: str
    deadline: Time
    begun: Attempt | None = None


class BeginPurchase(Frozen):
    """Start plan_purchase, which asks and buys by itself. No change of the endpoint, and nothing waits for it.

    The execution is named after the id: started again, it is the same one.
    """

    kind: Literal["begin_purchase"] = "begin_purchase"
    id: str
    reason: str
    request: dict[str, Any]


Change = Deploy | Rotate | Resize | HandOver | Scale | Tidy
Decision = Annotated[Hold | Refuse | TakeOver | BeginPurchase | Change, Field(discriminator="kind")]

"""What is to be done, and why. "Hold" is a decision too."""

from typing import Annotated, Any, Literal

from pydantic import Field

from berth_core.model import Frozen, Time


class ConfigSpec(Frozen):
    """An endpoint config to be made. Its name follows from its content, so that a retry meets its own work."""

    name: str
    model: str
    instance_type: str
    instance_count: int
    plan_arn: str | None = None
    execution_role_arn: str | None = None


class Hold(Frozen):
    """Nothing to do, or not now. `next_at` is when it asks to be looked at again."""

    kind: Literal["hold"] = "hold"
    code: str
    reason: str
    next_at: Time | None = None


class Refuse(Frozen):
    """What is asked for can't be had. Told by an announcement; started by hand, the machine fails with it."""

    kind: Literal["refuse"] = "refuse"
    code: str
    reason: str
    next_at: Time | None = None


class Changing(Frozen):
    """What all changes of an endpoint have in common."""

    id: str
    reason: str
    started_at: Time


class Deploy(Changing):
    """Bring the endpoint onto reserved capacity. `replace` deletes a Failed endpoint first: AWS allows nothing else."""

    kind: Literal["deploy"] = "deploy"
    action: Literal["create", "update", "replace"]
    config: ConfigSpec
    rollout: dict[str, Any] | None = None
    plan: str


class Rotate(Changing):
    """Move the endpoint to another config on the capacity it has."""

    kind: Literal["rotate"] = "rotate"
    action: Literal["update"] = "update"
    config: ConfigSpec
    rollout: dict[str, Any] | None = None
    plan: str | None = None


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
    rung: Literal["next_plan", "on_demand", "delete"]
    action: Literal["update", "delete"]
    config: ConfigSpec | None = None
    finish_by: Time
    give_up_at: Time


Change = Deploy | Rotate | Resize | HandOver
Decision = Annotated[Hold | Refuse | Change, Field(discriminator="kind")]

"""The manifest itself: one endpoint, how it runs on which plans, and what happens at the end."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from berth_core.manifest.changing import Rollout
from berth_core.manifest.ending import EndOfWindow
from berth_core.manifest.lists import doubles_in
from berth_core.manifest.reservation import Reservation
from berth_core.manifest.scaling import Scaling
from berth_core.manifest.serving import Component, Evaluation, SmokeTest
from berth_core.manifest.staging import Staging
from berth_core.manifest.tags import Tags
from berth_core.manifest.times import Moment
from berth_core.manifest.words import DeploymentName, ModelName, RoleArn
from berth_core.model import Frozen


def _as_number(given: Any) -> Any:
    # The parser hands over text; a Literal takes nothing but the very number.
    return 1 if given == "1" else given


class Manifest(Frozen):
    """Berth's manifest, version 1: the object `deployments/<name>.yaml` in the stack's manifest bucket."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["model"]}, {"required": ["components"]}],
            "dependentRequired": {"components": ["execution_role_arn"]},
        }
    )

    version: Annotated[Literal[1], BeforeValidator(_as_number)] = Field(description="The manifest's version: 1.")
    name: DeploymentName = Field(
        description="The deployment's name, which is also the endpoint's and the object's. Lower case, at most 45 "
        "characters."
    )
    reservation: Reservation = Field(
        description="The reserved capacity it runs on, and what may be bought if there is none."
    )
    model: ModelName | None = Field(
        default=None, description="A SageMaker model on the endpoint's variant. Or components."
    )
    components: tuple[Component, ...] | None = Field(
        default=None,
        min_length=1,
        validate_default=True,
        description="Inference components on the endpoint. Or a model.",
    )
    execution_role_arn: RoleArn | None = Field(
        default=None,
        validate_default=True,
        description="The IAM role that SageMaker takes on to run the endpoint. It is yours, not Berth's. "
        "Required with components.",
    )
    rollout: Rollout = Field(default=Rollout(), description="How a new version replaces a running one.")
    end_of_window: EndOfWindow = Field(
        default=EndOfWindow(),
        validate_default=True,
        description="What happens when the window closes. If left out: next_plan, then delete.",
    )
    scaling: Scaling | None = Field(default=None, description="When copies come and go. All stay up if left out.")
    evaluate: tuple[Evaluation, ...] = Field(
        default=(),
        max_length=50,
        description="Models that share the window, one after the other; after the last turn "
        "`model` runs. One that doesn't start is passed over. Without effect with components.",
    )
    staging: Staging | None = Field(default=None, description="A try-out on serverless inference before production.")
    smoke_test: SmokeTest | None = Field(
        default=None, description="A request that must be answered before a deployment counts as done."
    )
    hold_until: Moment | None = Field(default=None, description="Hands off until then: a time with its zone.")
    on_drift: Literal["restore", "accept", "hold"] = Field(
        default="restore", description="What to do when somebody else has changed the endpoint."
    )
    on_remove: Literal["keep", "delete"] = Field(
        default="keep", description="What becomes of the endpoint when this manifest is deleted."
    )
    tags: Tags = Field(default={}, description="Tags on all that Berth makes for this deployment.")

    @field_validator("name")
    @classmethod
    def _is_the_objects(cls, name: str, info: ValidationInfo) -> str:
        expected = (info.context or {}).get("object_name")
        if expected is not None and name != expected:
            raise ValueError(f"must be the object's name, {expected!r}: rename one of the two")
        return name

    @field_validator("reservation")
    @classmethod
    def _has_a_plan_by_name(cls, reservation: Reservation, info: ValidationInfo) -> Reservation:
        # Of the deployment alone: changed terms must not be a second plan.
        if reservation.plans or reservation.purchase is None or "name" not in info.data:
            return reservation
        return reservation.model_copy(update={"plans": (f"{info.data['name']}-plan",)})

    @field_validator("components")
    @classmethod
    def _is_one_of_two(
        cls, components: tuple[Component, ...] | None, info: ValidationInfo
    ) -> tuple[Component, ...] | None:
        doubled = doubles_in(component.name for component in components or ())
        if doubled:
            raise ValueError(f"names {', '.join(doubled)} more than once: each component needs a name of its own")
        if components and info.data.get("model"):
            raise ValueError("and model are both given: keep one of the two")
        if not components and "model" in info.data and info.data["model"] is None:
            raise ValueError("and model are both missing: give one of the two")
        return components

    @field_validator("execution_role_arn")
    @classmethod
    def _is_there_for_components(cls, role: str | None, info: ValidationInfo) -> str | None:
        if role is None and info.data.get("components"):
            raise ValueError(
                "is missing, and SageMaker makes no endpoint for components without it: add the role that may pull "
                "their images and read their models"
            )
        return role

    @field_validator("end_of_window")
    @classmethod
    def _hop_has_its_cap(cls, end: EndOfWindow, info: ValidationInfo) -> EndOfWindow:
        rollout = info.data.get("rollout")
        if rollout and rollout.strategy == "hop" and end.on_demand is None:
            raise ValueError(
                "has no on_demand, over which rollout.strategy hop would go: add end_of_window.on_demand with "
                "instance_types, max_hours and max_usd"
            )
        return end

"""What CreateEndpointConfig refuses beyond the model's shapes: exclusive fields, plans that can't carry the config."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import serverless
from rehearsal.sagemaker.fleets import Fleet, Variant
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


def check(twin: Twin, request: dict[str, Any], fleet: Fleet) -> None:
    """Raises InvalidRequestError for the first rule that the request breaks."""
    if "ShadowProductionVariants" in request:
        raise InvalidRequestError("The rehearsal doesn't know ShadowProductionVariants yet: leave them out.")
    for name, times in Counter(variant.name for variant in fleet.variants).items():
        if times > 1:
            raise InvalidRequestError(f"Duplicate variant name {name}: variant names must be unique within a config.")
    for variant in fleet.variants:
        _check_kind(variant)
        _check_scaling(variant)
        _check_model(twin, request, variant)
    serverless.check_config(twin, request, fleet)
    _check_plan(twin, fleet)


def _check_kind(variant: Variant) -> None:
    """Serverless, instance pools or one instance type. The texts are assumptions but for ManagedInstanceScaling's."""
    asked = variant.asked
    kinds = [key for key in ("ServerlessConfig", "InstancePools", "InstanceType") if key in asked]
    if len(kinds) != 1:
        found = ", ".join(kinds) or "none"
        raise InvalidRequestError(
            f"Variant {variant.name} must have exactly one of InstanceType, InstancePools and ServerlessConfig, "
            f"found: {found}."
        )
    if kinds == ["ServerlessConfig"] and "InitialInstanceCount" in asked:
        raise InvalidRequestError(f"Variant {variant.name}: InitialInstanceCount can't be given with ServerlessConfig.")
    if kinds != ["ServerlessConfig"] and "InitialInstanceCount" not in asked:
        raise InvalidRequestError(f"Variant {variant.name}: InitialInstanceCount is required with {kinds[0]}.")
    if "CapacityReservationConfig" in asked and kinds != ["InstanceType"]:
        raise InvalidRequestError(
            f"Variant {variant.name}: CapacityReservationConfig can't be combined with {kinds[0]}."
        )
    if "ManagedInstanceScaling" in asked and variant.model is not None:
        raise InvalidRequestError("ManagedInstanceScaling is only supported for inference component endpoints.")


def _check_scaling(variant: Variant) -> None:
    """The texts are assumptions."""
    scaling = variant.scaling
    if scaling is None:
        return
    if scaling.minimum > scaling.maximum:
        raise InvalidRequestError(
            f"Variant {variant.name}: MinInstanceCount {scaling.minimum} must be no more than MaxInstanceCount "
            f"{scaling.maximum}."
        )
    if variant.count > scaling.maximum:
        raise InvalidRequestError(
            f"Variant {variant.name}: InitialInstanceCount {variant.count} must be no more than MaxInstanceCount "
            f"{scaling.maximum}."
        )


def _check_model(twin: Twin, request: dict[str, Any], variant: Variant) -> None:
    if variant.model is not None and twin.models.get(variant.model) is None:
        raise InvalidRequestError(f'Could not find model "{twin.arns.model(variant.model)}".')
    if variant.model is None and "ExecutionRoleArn" not in request:
        raise InvalidRequestError(
            f"Variant {variant.name} has no ModelName, so it is for inference components: ExecutionRoleArn is required."
        )


def _check_plan(twin: Twin, fleet: Fleet) -> None:
    """AWS checks the plan when the config is made (aws-facts 0, trap 2); all texts but the count's are assumptions."""
    bound = [variant for variant in fleet.variants if "CapacityReservationConfig" in variant.asked]
    arns = list(dict.fromkeys(variant.plan_arn for variant in bound))
    if not bound:
        return
    if len(arns) != 1 or arns[0] is None:
        raise InvalidRequestError(
            "CapacityReservationConfig needs the MlReservationArn of one training plan for the whole endpoint."
        )
    plan = twin.plans.by_arn(arns[0])
    if plan is None:
        raise InvalidRequestError(f'Could not find training plan "{arns[0]}".')
    status = twin.plans.status(plan)
    if status != "Active":
        raise InvalidRequestError(f'Training plan "{plan.arn}" is not Active: its status is {status}.')
    if plan.target != "endpoint":
        raise InvalidRequestError(f'Training plan "{plan.arn}" is for {plan.target}, not for endpoint.')
    for variant in bound:
        if variant.instance_type != plan.instance_type:
            raise InvalidRequestError(
                f"Instance type {variant.instance_type} does not match the instance type {plan.instance_type} "
                "of the training plan."
            )
    check_count(twin, fleet)


def check_count(twin: Twin, fleet: Fleet) -> None:
    """The count against the whole reservation (text: AWS's blog, aws-facts 2.2)."""
    plan = twin.plans.get(fleet.plan) if fleet.plan else None
    if plan is None:
        return
    requested = sum(variant.count for variant in fleet.variants if variant.plan)
    if requested > plan.instance_count:
        raise InvalidRequestError(
            f"Requested instance count ({requested}) exceeds reserved capacity ({plan.instance_count}) "
            "for training plan."
        )

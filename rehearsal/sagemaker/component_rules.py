"""What the operations on inference components refuse beyond the shapes of the model.

Texts from measurements in public issues are named at their place; the others are assumptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.component import Component, room_needed
from rehearsal.sagemaker.component_rollouts import batch_of
from rehearsal.sagemaker.instance_shapes import room_of
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.fleets import Variant
    from rehearsal.sagemaker.twin import Twin

# Measured in an account in August 2026: github.com/stdapi-ai/stdapi.ai/issues/43
_NO_COPIES = "Inference components copy count an integer larger than 0"


def check_copies_at_creation(twin: Twin, copies: int) -> None:
    if copies < 1 and twin.cloud.settings.create_with_zero_copies == "refused":
        raise InvalidRequestError(_NO_COPIES)


def variant_for(endpoint: Endpoint, name: str | None) -> Variant:
    """The variant that a new component goes to: the one that is named, else the endpoint's first."""
    if endpoint.status in ("Failed", "Deleting"):
        raise InvalidRequestError(
            f'Cannot create an inference component on endpoint "{endpoint.arn}": its status is {endpoint.status}.'
        )
    variant = endpoint.live.variants[0] if name is None else endpoint.live.variant(name)
    if variant is None:
        raise InvalidRequestError(f'Could not find production variant "{name}" of endpoint "{endpoint.arn}".')
    if not variant.for_components:
        raise InvalidRequestError(
            f'Variant {variant.name} of endpoint "{endpoint.arn}" has a model: inference components need a variant '
            "without ModelName."
        )
    return variant


def specification_of(request: dict[str, Any]) -> dict[str, Any] | None:
    """The one specification of a request; None if it has none."""
    if "Specification" in request and "Specifications" in request:
        raise InvalidRequestError("Give Specification or Specifications, not both.")
    several: list[dict[str, Any]] = request.get("Specifications", [])
    if len(several) > 1:
        raise InvalidRequestError("The rehearsal doesn't know several Specifications yet: give one.")
    found: dict[str, Any] | None = request.get("Specification") or (several[0] if several else None)
    return found


def check_specification(twin: Twin, spec: dict[str, Any], variant: Variant) -> None:
    if "BaseInferenceComponentName" in spec:
        raise InvalidRequestError("The rehearsal doesn't know adapter components yet: give a ModelName or a Container.")
    if ("ModelName" in spec) == ("Container" in spec):
        raise InvalidRequestError("Specification needs either ModelName or Container.")
    if "ModelName" in spec and twin.models.get(spec["ModelName"]) is None:
        raise InvalidRequestError(f'Could not find model "{twin.arns.model(spec["ModelName"])}".')
    asked = spec.get("ComputeResourceRequirements")
    if asked is None:
        raise InvalidRequestError("Specification needs ComputeResourceRequirements.")
    most = asked.get("MaxMemoryRequiredInMb")
    if most is not None and most < asked["MinMemoryRequiredInMb"]:
        raise InvalidRequestError("MaxMemoryRequiredInMb must be no less than MinMemoryRequiredInMb.")
    if not room_of(variant.instance_type).holds(room_needed(spec)):
        whole = room_of(variant.instance_type)
        raise InvalidRequestError(
            f"A copy needs more than one {variant.instance_type} has: {whole.accelerators:g} accelerators and "
            f"{whole.memory_mb:g} MB of memory."
        )


def check_idle(component: Component) -> None:
    if component.status == "Deleting":
        raise InvalidRequestError(f'Inference component "{component.arn}" is in status DELETE_IN_PROGRESS.')
    if component.status == "Failed":
        raise InvalidRequestError(f'Cannot update failed inference component "{component.arn}". Delete it first.')
    if component.busy:
        raise InvalidRequestError(f'Cannot update in-progress inference component "{component.arn}".')


def check_deployment(deployment: dict[str, Any], copies: int) -> None:
    """5 to 50 % of the copies (botocore); a single copy is a batch of its own (assumption)."""
    policy = deployment.get("RollingUpdatePolicy")
    if policy is None:
        return
    size = policy["MaximumBatchSize"]
    percent = size["Value"] if size["Type"] == "CAPACITY_PERCENT" else 100 * size["Value"] / max(1, copies)
    if not 5 <= percent <= 50 and not (copies <= 1 and size == {"Type": "COPY_COUNT", "Value": 1}):
        raise InvalidRequestError(
            f"MaximumBatchSize of {size['Value']} {size['Type']} must be between 5% and 50% of the {copies} copies."
        )
    limit = policy.get("MaximumExecutionTimeoutInSeconds")
    waits_seconds = -(-copies // batch_of(size, max(1, copies))) * policy["WaitIntervalInSeconds"]
    if limit is not None and limit <= waits_seconds:
        raise InvalidRequestError(
            f"MaximumExecutionTimeoutInSeconds of {limit} must be more than the waits, {waits_seconds} seconds."
        )

"""Changing inference components step by step: each function looks, asks at most once, and says what is pending.

All raise RefusedError for what no retry will change and for a component that isn't ours, BusyError when throttled, and
UnknownOutcomeError if the answer to a change was lost. The client is the once-only one.
"""

from datetime import datetime
from typing import Any, NamedTuple

from berth_aws.clients import Client
from berth_aws.components_seen import Described, copies_of, described_component, is_ours
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decisions import ComponentSpec
from berth_core.errors import RefusedError
from berth_core.facts import IN_TRANSITION
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, VARIANT


class Ours(NamedTuple):
    """Whose components these are, and the endpoint's variant that new ones are bound to."""

    endpoint: str
    tags: dict[str, str]
    variant: str = VARIANT


def bring_about(client: Client, spec: ComponentSpec, ours: Ours, kept: Described | None) -> str:
    """One step towards a component as it shall be; empty once there is nothing left to ask or to wait for.

    `kept` is the specification that it had before it was deleted: what the manifest has no word for comes back with it.
    SageMaker creates no component with zero copies, so that one begins with a copy and loses it again.
    """
    there = described_component(client, spec.name)
    if there is None:
        return _create(client, spec, ours, kept)
    _refuse_foreign(client, there, ours)
    if there["InferenceComponentStatus"] in IN_TRANSITION:
        return f"{spec.name} is {there['InferenceComponentStatus']}"
    if there["InferenceComponentStatus"] == "Failed":
        return ""
    desired, current = copies_of(there)
    if spec.copies == 0 and desired:
        return _set_copies(client, spec.name, 0)  # first, since without a copy a change of the rest needs no room
    if _differs(there, spec):
        return _update(client, there, spec)
    if spec.copies is not None and desired != spec.copies:
        return _set_copies(client, spec.name, spec.copies)
    if desired == current or (spec.copies is None and there.get("FailureReason")):
        return ""  # with a reason, SageMaker has given up on copies that auto scaling had asked for, and not we
    return f"{spec.name} has {current} of {desired} copies"


def delete_component(client: Client, name: str, ours: Ours, made_before: datetime | None = None) -> str:
    """Asks for the deletion and says what is pending; empty once it is gone.

    With `made_before` a younger component is left alone: it is the one that was made anew.
    """
    there = described_component(client, name)
    if there is None or (made_before is not None and there["CreationTime"] >= made_before):
        return ""
    if there["InferenceComponentStatus"] == "Deleting":
        return f"{name} is being deleted"
    _refuse_foreign(client, there, ours)
    with fine_if(Answer.GONE, "DeleteInferenceComponent", once_only=True):
        client.delete_inference_component(InferenceComponentName=name)
    return f"{name} is to be deleted"


def has_failed(client: Client, name: str, since: datetime) -> bool:
    """Whether it failed before `since`: then it has to go, since SageMaker updates no Failed component."""
    there = described_component(client, name)
    return there is not None and there["InferenceComponentStatus"] == "Failed" and there["LastModifiedTime"] < since


def _create(client: Client, spec: ComponentSpec, ours: Ours, kept: Described | None) -> str:
    with in_our_words("CreateInferenceComponent", once_only=True):
        client.create_inference_component(
            InferenceComponentName=spec.name,
            EndpointName=ours.endpoint,
            VariantName=ours.variant,
            Specification=_specification(spec, kept or {}),
            RuntimeConfig={"CopyCount": max(1, spec.copies or 0)},
            Tags=[{"Key": key, "Value": value} for key, value in sorted(ours.tags.items())],
        )
    return f"{spec.name} is created"


def _update(client: Client, there: Described, spec: ComponentSpec) -> str:
    """With a rollout, copies are replaced batch by batch; the number of copies changes in the same call."""
    deployment = {"DeploymentConfig": spec.rollout} if spec.rollout else {}
    copies = {"RuntimeConfig": {"CopyCount": spec.copies}} if spec.copies else {}
    with in_our_words("UpdateInferenceComponent", once_only=True):
        client.update_inference_component(
            InferenceComponentName=spec.name,
            Specification=_specification(spec, there["Specification"]),
            **copies,
            **deployment,
        )
    return f"{spec.name} is updated"


def _set_copies(client: Client, name: str, copies: int) -> str:
    with in_our_words("UpdateInferenceComponentRuntimeConfig", once_only=True):
        client.update_inference_component_runtime_config(
            InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": copies}
        )
    return f"{name} gets {copies} copies"


def _specification(spec: ComponentSpec, before: Described) -> dict[str, Any]:
    """What the manifest says, over what the component had that the manifest has no word for."""
    needs = {
        **before.get("ComputeResourceRequirements", {}),
        "NumberOfAcceleratorDevicesRequired": spec.accelerators,
        "MinMemoryRequiredInMb": spec.memory_mb,
    }
    others = {key: value for key, value in before.items() if key not in ("Container", "ModelName")}
    return {**others, "ModelName": spec.model, "ComputeResourceRequirements": needs}


def _differs(there: Described, spec: ComponentSpec) -> bool:
    live = there.get("Specification", {})
    needs = live.get("ComputeResourceRequirements", {})
    found = (
        live.get("ModelName"),
        needs.get("NumberOfAcceleratorDevicesRequired"),
        needs.get("MinMemoryRequiredInMb"),
    )
    return found != (spec.model, spec.accelerators, spec.memory_mb)


def _refuse_foreign(client: Client, there: Described, ours: Ours) -> None:
    if not is_ours(client, there["InferenceComponentArn"], ours.tags[STACK_TAG], ours.tags[DEPLOYMENT_TAG]):
        name = there["InferenceComponentName"]
        raise RefusedError(f"inference component {name} doesn't carry our tags: it isn't touched")

"""Looking at inference components, for which SageMaker has no events. Nothing here changes anything.

All functions raise BusyError when throttled or without an answer.
"""

from typing import Any

from berth_aws.clients import Client
from berth_aws.sagemaker_seen import PAGE, tags_of
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.facts import ComponentSeen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG

type Described = dict[str, Any]
"""An answer of DescribeInferenceComponent."""


def components_on(client: Client, endpoint: str, stack: str) -> tuple[ComponentSeen, ...]:
    """All components of an endpoint, also those of others, by name. One that vanishes while we look is left out."""
    found = (_seen(client, name, stack, endpoint) for name in names_on(client, endpoint))
    return tuple(each for each in found if each is not None)


def names_on(client: Client, endpoint: str) -> tuple[str, ...]:
    """The names of all components of an endpoint, in one call for up to 100."""
    with in_our_words("ListInferenceComponents"):
        pages = client.get_paginator("list_inference_components").paginate(
            EndpointNameEquals=endpoint, PaginationConfig={"PageSize": PAGE}
        )
        return tuple(sorted(each["InferenceComponentName"] for page in pages for each in page["InferenceComponents"]))


def described_component(client: Client, name: str) -> Described | None:
    """DescribeInferenceComponent's own answer, or None if there is no such component."""
    with fine_if(Answer.GONE, "DescribeInferenceComponent"):
        answer: Described = client.describe_inference_component(InferenceComponentName=name)
        return answer
    return None


def is_ours(client: Client, arn: str, stack: str, deployment: str) -> bool:
    """Whether it carries both of our tags: without them it is somebody else's, whatever its name."""
    tags = tags_of(client, arn) or {}
    return tags.get(STACK_TAG) == stack and tags.get(DEPLOYMENT_TAG) == deployment


def copies_of(answer: Described) -> tuple[int, int]:
    """Desired and current. A new component shows no RuntimeConfig for a moment."""
    runtime = answer.get("RuntimeConfig", {})
    return runtime.get("DesiredCopyCount", 0), runtime.get("CurrentCopyCount", 0)


def _seen(client: Client, name: str, stack: str, deployment: str) -> ComponentSeen | None:
    answer = described_component(client, name)
    if answer is None:
        return None
    spec = answer.get("Specification", {})
    needs = spec.get("ComputeResourceRequirements", {})
    desired, current = copies_of(answer)
    return ComponentSeen(
        name=name,
        status=answer["InferenceComponentStatus"],
        desired_copies=desired,
        current_copies=current,
        ours=is_ours(client, answer["InferenceComponentArn"], stack, deployment),
        failure_reason=answer.get("FailureReason", ""),
        model=spec.get("ModelName"),
        accelerators=needs.get("NumberOfAcceleratorDevicesRequired"),
        memory_mb=needs.get("MinMemoryRequiredInMb"),
    )

"""How components scale by themselves, as AWS has it. Nothing here changes anything."""

from collections.abc import Iterable
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import in_our_words
from berth_core.facts import AlarmSeen, ScalingSeen
from berth_core.naming import alarm_name

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:inference-component:DesiredCopyCount"
CONCURRENCY_POLICY = "concurrency"
WAKE_POLICY = "wake"
KINDS = ("idle", "wake")
_AT_ONCE = 50
"""The most resources that DescribeScalableTargets takes in one call."""


def resource_id(component: str) -> str:
    return f"inference-component/{component}"


def scaling_of(client: Client, components: Iterable[str]) -> tuple[ScalingSeen, ...]:
    """The scalable targets of these components, with our two policies. A component without a target has no entry."""
    names = sorted(components)
    found: list[ScalingSeen] = []
    for start in range(0, len(names), _AT_ONCE):
        for target in targets_of(client, names[start : start + _AT_ONCE]):
            found.append(_seen(client, target))
    return tuple(found)


def alarms_of(client: Client, stack: str, deployment: str, components: Iterable[str]) -> tuple[AlarmSeen, ...]:
    """Our alarms on these components."""
    wanted = {alarm_name(stack, kind, deployment, name): (kind, name) for kind in KINDS for name in sorted(components)}
    names = list(wanted)
    found: list[AlarmSeen] = []
    for start in range(0, len(names), 100):
        with in_our_words("DescribeAlarms"):
            pages = client.get_paginator("describe_alarms").paginate(
                AlarmNames=names[start : start + 100], AlarmTypes=["MetricAlarm"]
            )
            found += [_alarm(each, *wanted[each["AlarmName"]]) for page in pages for each in page["MetricAlarms"]]
    return tuple(found)


def list_alarms(client: Client, stack: str) -> tuple[str, ...]:
    """The names of all our alarms on components, a hundred a call. The stack's own have a dash after its name."""
    with in_our_words("DescribeAlarms"):
        pages = client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=f"{stack}.", AlarmTypes=["MetricAlarm"], PaginationConfig={"PageSize": 100}
        )
        return tuple(each["AlarmName"] for page in pages for each in page["MetricAlarms"])


def targets_of(client: Client, components: list[str]) -> list[dict[str, Any]]:
    """DescribeScalableTargets' own answers."""
    with in_our_words("DescribeScalableTargets"):
        pages = client.get_paginator("describe_scalable_targets").paginate(
            ServiceNamespace=NAMESPACE,
            ResourceIds=[resource_id(name) for name in components],
            ScalableDimension=DIMENSION,
        )
        return [each for page in pages for each in page["ScalableTargets"]]


def policies_of(client: Client, component: str) -> dict[str, dict[str, Any]]:
    """The policies of a component by name, also those of others."""
    with in_our_words("DescribeScalingPolicies"):
        pages = client.get_paginator("describe_scaling_policies").paginate(
            ServiceNamespace=NAMESPACE, ResourceId=resource_id(component), ScalableDimension=DIMENSION
        )
        return {each["PolicyName"]: each for page in pages for each in page["ScalingPolicies"]}


def _seen(client: Client, target: dict[str, Any]) -> ScalingSeen:
    component = target["ResourceId"].removeprefix("inference-component/")
    policies = policies_of(client, component)
    tracking = policies.get(CONCURRENCY_POLICY, {}).get("TargetTrackingScalingPolicyConfiguration", {})
    suspended = target.get("SuspendedState", {})
    return ScalingSeen(
        component=component,
        min_copies=target["MinCapacity"],
        max_copies=target["MaxCapacity"],
        suspended=bool(suspended.get("DynamicScalingOutSuspended")),
        target_concurrency=tracking.get("TargetValue"),
        wakes=WAKE_POLICY in policies,
    )


def _alarm(answer: dict[str, Any], kind: Any, component: str) -> AlarmSeen:
    return AlarmSeen(
        kind=kind,
        component=component,
        minutes=answer["Period"] * answer["EvaluationPeriods"] / 60,
        state=answer["StateValue"],
        since=answer["StateUpdatedTimestamp"],
    )

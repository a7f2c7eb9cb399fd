"""What a DeploymentConfig must keep to beyond the shapes of the model (aws-facts 2.5). The texts are assumptions."""

from __future__ import annotations

from typing import Any

from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.refusals import InvalidRequestError
from rehearsal.sagemaker.rollout import batch_size, traffic_waits

_BLUE_GREEN = "BlueGreenUpdatePolicy"
_ROLLING = "RollingUpdatePolicy"


def check(deployment: dict[str, Any], old: Fleet, new: Fleet) -> None:
    """Raises InvalidRequestError for the first limit that is not kept."""
    if not deployment:
        return
    if _BLUE_GREEN in deployment and _ROLLING in deployment:
        raise InvalidRequestError(f"DeploymentConfig can have {_BLUE_GREEN} or {_ROLLING}, not both.")
    if {v.name for v in old.variants} != {v.name for v in new.variants}:
        raise InvalidRequestError(
            "DeploymentConfig needs the same variant names in the old and the new endpoint configuration."
        )
    if _BLUE_GREEN in deployment:
        _check_blue_green(deployment[_BLUE_GREEN], old.count)
    if _ROLLING in deployment:
        _check_rolling(deployment[_ROLLING], old, new)


def alarms_of(deployment: dict[str, Any]) -> tuple[str, ...]:
    """The names in a DeploymentConfig's AutoRollbackConfiguration."""
    alarms = deployment.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return tuple(alarm["AlarmName"] for alarm in alarms if "AlarmName" in alarm)


def _check_blue_green(policy: dict[str, Any], count: int) -> None:
    routing = policy["TrafficRoutingConfiguration"]
    kind = routing["Type"]
    needed = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}.get(kind)
    if needed is not None and needed not in routing:
        raise InvalidRequestError(f"TrafficRoutingConfiguration of type {kind} needs {needed}.")
    if needed is not None:
        _check_size(needed, routing[needed], count, least_percent=10 if kind == "LINEAR" else 1)
    waits = traffic_waits(routing, count) * routing["WaitIntervalInSeconds"] + policy.get("TerminationWaitInSeconds", 0)
    _check_limit(policy, waits)


def _check_rolling(policy: dict[str, Any], old: Fleet, new: Fleet) -> None:
    if len(new.variants) != 1 or any(variant.serverless for variant in new.variants):
        raise InvalidRequestError(
            f"{_ROLLING} is not supported for endpoints with several or with serverless variants."
        )
    _check_size("MaximumBatchSize", policy["MaximumBatchSize"], old.count, least_percent=5)
    batches = -(-new.count // batch_size(policy["MaximumBatchSize"], old.count))
    _check_limit(policy, batches * policy["WaitIntervalInSeconds"])


def _check_size(name: str, size: dict[str, Any], count: int, *, least_percent: int) -> None:
    """At most half, so one of one is too much (assumption: AWS does not document its rounding)."""
    value = size["Value"]
    percent = value if size["Type"] == "CAPACITY_PERCENT" else 100 * value / max(1, count)
    if not least_percent <= percent <= 50 or batch_size(size, count) * 2 > count:
        raise InvalidRequestError(
            f"{name} of {value} {size['Type']} must be between {least_percent}% and 50% "
            f"of the variant's {count} instances."
        )


def _check_limit(policy: dict[str, Any], waits_seconds: int) -> None:
    limit = policy.get("MaximumExecutionTimeoutInSeconds")
    if limit is not None and limit <= waits_seconds:
        raise InvalidRequestError(
            f"MaximumExecutionTimeoutInSeconds of {limit} must be more than the waits, {waits_seconds} seconds."
        )

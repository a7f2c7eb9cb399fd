"""DeploymentConfig within AWS's limits (aws-facts 2.5), which botocore doesn't check: as tables, and built by them.

SageMaker would refuse what is outside of them, or go all at once: so it is refused here, with the numbers.
"""

import math
from collections.abc import Iterator
from typing import Any

from berth_core.model import Frozen

SHARES = {"CanarySize": (0, 50), "LinearStepSize": (10, 50), "MaximumBatchSize": (5, 50)}
"""Least and most percent of the variant's instances that one step may be."""
SECONDS = {
    "WaitIntervalInSeconds": (0, 3600),
    "TerminationWaitInSeconds": (0, 3600),
    "MaximumExecutionTimeoutInSeconds": (600, 28_800),
}


class Steps(Frozen):
    """A rollout's steps: how many instances each moves, and what all of them wait together, in seconds."""

    instances: int
    count: int
    waits_seconds: int


def canary(fleet: int, wait_seconds: int) -> Steps:
    """A tenth of the fleet first, then the rest. One instance is the least."""
    return Steps(instances=max(1, fleet // 10), count=2, waits_seconds=wait_seconds)


def linear(fleet: int, wait_seconds: int) -> Steps:
    """A quarter at a time."""
    step = max(1, fleet // 4)
    count = math.ceil(fleet / step)
    return Steps(instances=step, count=count, waits_seconds=(count - 1) * wait_seconds)


def batches(fleet: int, wait_seconds: int) -> Iterator[Steps]:
    """Every legal size of a rolling update's batches, the smallest first. None of them for a fleet of one."""
    least, most = SHARES["MaximumBatchSize"]
    for size in range(math.ceil(fleet * least / 100), fleet * most // 100 + 1):
        count = math.ceil(fleet / size)
        yield Steps(instances=size, count=count, waits_seconds=count * wait_seconds)


def blue_green(kind: str, steps: Steps, wait_seconds: int, limit_seconds: int) -> dict[str, Any]:
    """A second fleet, and the traffic to it all at once, as a canary first, or in equal steps."""
    routing: dict[str, Any] = {"Type": kind.upper(), "WaitIntervalInSeconds": wait_seconds}
    step = {"canary": "CanarySize", "linear": "LinearStepSize"}.get(kind)
    if step is not None:
        routing[step] = _instances(steps.instances)
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "MaximumExecutionTimeoutInSeconds": limit_seconds,
        }
    }


def rolling(steps: Steps, wait_seconds: int, limit_seconds: int) -> dict[str, Any]:
    """Batch by batch, and so back again: by default AWS goes back all at once, which needs a whole fleet's room."""
    return {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": _instances(steps.instances),
            "RollbackMaximumBatchSize": _instances(steps.instances),
            "WaitIntervalInSeconds": wait_seconds,
            "MaximumExecutionTimeoutInSeconds": limit_seconds,
        }
    }


def beyond_limits(config: dict[str, Any], fleet: int, waits_seconds: int) -> str | None:
    """The first limit that a DeploymentConfig for `fleet` instances breaks, in words; None if it keeps all."""
    fields = dict(_fields(config))
    for name, value in fields.items():
        no = _beyond(name, value, fleet)
        if no is not None:
            return no
    limit_seconds = fields["MaximumExecutionTimeoutInSeconds"]
    if limit_seconds <= waits_seconds:
        return f"its waits alone take {waits_seconds} s, and it may take {limit_seconds} s: lower rollout.bake_minutes"
    return None


def _beyond(name: str, value: Any, fleet: int) -> str | None:
    if name in SECONDS:
        least, most = SECONDS[name]
        return None if least <= value <= most else f"{name} is {value}: AWS allows {least} to {most} s"
    if name in SHARES:
        least, most = SHARES[name]
        share = 100 * value["Value"] / fleet
        if not least <= share <= most:
            return f"{name} is {value['Value']} of {fleet} instances: AWS allows {least} to {most} %"
    return None


def _fields(config: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """All fields of the policy, however deep, but for those of a size."""
    for name, value in config.items():
        if isinstance(value, dict) and "Value" not in value:
            yield from _fields(value)
        else:
            yield name, value


def _instances(count: int) -> dict[str, Any]:
    return {"Type": "INSTANCE_COUNT", "Value": count}

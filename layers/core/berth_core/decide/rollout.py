"""How a new config gets onto the instances: the first way that fits what is free, or a no with the numbers.

Limits of DeploymentConfig (aws-facts 2.5): batches of 5-50 %, a canary of at most 50 %, waits of 0-3600 s.
"""

import math
from typing import Any

from berth_core.manifest import Rollout
from berth_core.model import Frozen

MAX_EXECUTION_SECONDS = 28_800
MAX_WAIT_SECONDS = 3_600


class Fits(Frozen):
    """`deployment_config` is what UpdateEndpoint gets; none means blue/green, all at once, AWS's default."""

    strategy: str
    deployment_config: dict[str, Any] | None
    reason: str


class DoesNotFit(Frozen):
    """Refused before any mutating call."""

    reason: str


def choose_rollout(rollout: Rollout, *, fleet: int, free: int | None) -> Fits | DoesNotFit:
    """`fleet` is the new fleet's size; `free` the spare reserved instances, None on on-demand, where nobody counts."""
    tried = [_try(strategy, rollout, fleet, free) for strategy in _candidates(rollout, fleet)]
    fitting = next((each for each in tried if isinstance(each, Fits)), None)
    noes = [each.reason for each in tried if isinstance(each, DoesNotFit)]
    if fitting is None:
        return DoesNotFit(reason="; ".join(noes))
    passed_over = noes[: tried.index(fitting)]
    return fitting.model_copy(update={"reason": "; ".join([*passed_over, fitting.reason])})


def _candidates(rollout: Rollout, fleet: int) -> tuple[str, ...]:
    if rollout.strategy != "auto":
        return (rollout.strategy,)
    guarded = bool(rollout.alarms) and fleet > 1
    return ("canary", "rolling") if guarded else ("all_at_once", "rolling")


def _try(strategy: str, rollout: Rollout, fleet: int, free: int | None) -> Fits | DoesNotFit:
    if strategy in ("recreate", "hop"):
        return DoesNotFit(reason=f"{strategy} is not available in this version")
    if strategy in ("canary", "linear", "rolling") and fleet < 2:
        return DoesNotFit(reason=f"{strategy} moves at most half of the fleet at a time, and the fleet is one instance")
    needed = _batch(fleet) if strategy == "rolling" else fleet
    if free is not None and free < needed:
        what = "one batch" if strategy == "rolling" else "a whole second fleet"
        return DoesNotFit(reason=f"{strategy} needs {what}, {needed} free of the reservation, and {free} are free")
    room = "on-demand" if free is None else f"{free} free, {needed} needed"
    return Fits(
        strategy=strategy, deployment_config=_deployment_config(strategy, rollout, fleet), reason=f"{strategy} ({room})"
    )


def _deployment_config(strategy: str, rollout: Rollout, fleet: int) -> dict[str, Any] | None:
    if strategy == "all_at_once" and not rollout.alarms:
        return None  # nothing watches a bake without alarms, so it would only cost time
    wait_seconds = min(MAX_WAIT_SECONDS, rollout.bake_minutes * 60)
    config: dict[str, Any] = (
        _rolling(fleet, wait_seconds) if strategy == "rolling" else _blue_green(strategy, fleet, wait_seconds)
    )
    if rollout.alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in rollout.alarms]}
    return config


def _batch(fleet: int) -> int:
    """The smallest legal batch: 5 % of the fleet, in whole instances."""
    return math.ceil(fleet / 20)


def _rolling(fleet: int, wait_seconds: int) -> dict[str, Any]:
    return {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": _batch(fleet)},
            "WaitIntervalInSeconds": wait_seconds,
            "MaximumExecutionTimeoutInSeconds": MAX_EXECUTION_SECONDS,
        }
    }


def _blue_green(strategy: str, fleet: int, wait_seconds: int) -> dict[str, Any]:
    routing: dict[str, Any] = {"Type": strategy.upper(), "WaitIntervalInSeconds": wait_seconds}
    # One instance is the smallest step; of a fleet of two it is already the half that AWS allows at most.
    if strategy == "canary":
        routing["CanarySize"] = {"Type": "INSTANCE_COUNT", "Value": max(1, fleet // 10)}
    if strategy == "linear":
        routing["LinearStepSize"] = {"Type": "INSTANCE_COUNT", "Value": max(1, fleet // 4)}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "MaximumExecutionTimeoutInSeconds": MAX_EXECUTION_SECONDS,
        }
    }

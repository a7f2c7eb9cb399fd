"""How a change of an endpoint goes, as data: which fleets stand at each stage, for how long, and where requests go.

Sources: aws-facts 2.5 and AWS's deployment-guardrails guides; figures: Settings.timings. Nothing here has a clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from rehearsal.sagemaker.fleets import Fleet
from rehearsal.settings import Timings

VariantStatus = Literal["Creating", "Updating", "Deleting", "ActivatingTraffic", "Baking"]


@dataclass(frozen=True)
class Stage:
    """`launches` stages need free instances. From a stage with `new_serves` on, requests reach the new fleet."""

    minutes: float
    old: Fleet | None
    new: Fleet | None
    status: VariantStatus
    launches: bool = False
    new_serves: bool = False


def creation(new: Fleet, timings: Timings) -> list[Stage]:
    return [Stage(_launch_minutes(new, timings), None, new, "Creating", launches=True)]


def _launch_minutes(fleet: Fleet, timings: Timings) -> float:
    """Serverless variants have no instance to provision, only the model to load."""
    return timings.load_minutes + (timings.provision_minutes if fleet.count else 0)


def blue_green(old: Fleet, new: Fleet, policy: dict[str, Any], timings: Timings) -> list[Stage]:
    """A second fleet, the traffic in steps with a wait between them, a last wait, then the old fleet goes."""
    routing = policy.get("TrafficRoutingConfiguration", {})
    bake = traffic_waits(routing, old.count) * routing.get("WaitIntervalInSeconds", 0) / 60
    last_bake = policy.get("TerminationWaitInSeconds", 0) / 60
    stages = [
        Stage(_launch_minutes(new, timings), old, new, "Creating", launches=True),
        Stage(bake, old, new, "ActivatingTraffic", new_serves=True),
        Stage(last_bake, old, new, "Baking", new_serves=True),
        Stage(timings.release_minutes, old, new, "Deleting", new_serves=True),
    ]
    return [stage for stage in stages if stage.minutes or stage.status in ("Creating", "Deleting")]


def traffic_waits(routing: dict[str, Any], count: int) -> int:
    """Waits between the steps of a traffic shift: none at once, one for a canary, one less than the linear steps."""
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "CANARY":
        return 1
    if kind == "LINEAR":
        size = routing["LinearStepSize"]
        percent: float = size["Value"] if size["Type"] == "CAPACITY_PERCENT" else 100 * size["Value"] / max(1, count)
        return max(0, math.ceil(100 / percent) - 1)
    return 0


def batch_size(size: dict[str, Any], count: int) -> int:
    """Instances of one batch. A percentage is rounded down, but to no less than one (assumption)."""
    if size["Type"] == "INSTANCE_COUNT":
        return int(size["Value"])
    return max(1, count * int(size["Value"]) // 100)


def rolling(old: Fleet, new: Fleet, policy: dict[str, Any], timings: Timings) -> list[Stage]:
    """One variant, batch by batch: launch one of the new, wait, then let go one of the old."""
    batch = batch_size(policy["MaximumBatchSize"], old.count)
    wait = policy.get("WaitIntervalInSeconds", 0) / 60
    stages: list[Stage] = []
    launched = 0
    left = old.count
    while launched < new.count:
        served = launched > 0
        launched = min(new.count, launched + batch)
        present = _of_size(new, launched)
        stages.append(Stage(_launch_minutes(present, timings), _of_size(old, left), present, "Creating", True, served))
        if wait:
            stages.append(Stage(wait, _of_size(old, left), present, "Baking", new_serves=True))
        stages.append(Stage(timings.release_minutes, _of_size(old, left), present, "Deleting", new_serves=True))
        left = max(0, left - batch) if launched < new.count else 0
    return stages


def _of_size(fleet: Fleet, count: int) -> Fleet:
    return fleet.counted({variant.name: count for variant in fleet.variants})


def in_place(old: Fleet, new: Fleet, timings: Timings) -> list[Stage]:
    """The count alone changes: what is more is launched beside what runs, what is too much is let go."""
    more = new.grown_beyond(old)
    if more.count:
        return [Stage(_launch_minutes(more, timings), old, more, "Updating", launches=True)]
    return [Stage(timings.release_minutes, old, None, "Updating")]


def restoring(old: Fleet, present: Fleet, new: Fleet | None, policy: dict[str, Any], timings: Timings) -> list[Stage]:
    """Back to `old`, of which only `present` is left: all that is missing at once, or in batches as the policy says."""
    stages: list[Stage] = []
    missing = old.count - present.count
    size = policy.get("RollbackMaximumBatchSize")
    batch = batch_size(size, old.count) if size else missing
    standing = present.count
    while standing < old.count:
        standing = min(old.count, standing + batch)
        stages.append(Stage(_launch_minutes(old, timings), _of_size(old, standing), new, "Creating", True, True))
    stages.append(Stage(timings.release_minutes, old, new, "Deleting"))
    return stages

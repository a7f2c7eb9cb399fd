"""What a scaling policy wants: how many copies for a metric's value. No clock, no calls."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_DEFAULT_COOLDOWN_SECONDS = 300


@dataclass(frozen=True)
class Metric:
    """A predefined metric: its CloudWatch name, and the periods after which its two alarms fire.

    The blog's figures for the high-resolution one; the other's are those of all target tracking (assumption).
    """

    name: str
    statistic: str
    period_seconds: int
    high_periods: int
    low_periods: int


METRICS = {
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution": Metric(
        "ConcurrentRequestsPerCopy", "Average", 10, 6, 90
    ),
    "SageMakerInferenceComponentInvocationsPerCopy": Metric("InvocationsPerCopy", "Sum", 60, 3, 15),
}


@dataclass(eq=False)
class Policy:
    """`config` is the step scaling or target tracking configuration; `alarms` are those that target tracking made."""

    name: str
    arn: str
    kind: str
    component: str
    config: dict[str, Any]
    created_at: datetime
    alarms: list[str] = field(default_factory=list)

    @property
    def tracks(self) -> bool:
        return self.kind == "TargetTrackingScaling"

    def cooldown_seconds(self, *, out: bool) -> float:
        if not self.tracks:
            return float(self.config.get("Cooldown", _DEFAULT_COOLDOWN_SECONDS))
        key = "ScaleOutCooldown" if out else "ScaleInCooldown"
        return float(self.config.get(key, _DEFAULT_COOLDOWN_SECONDS))

    def wanted(self, copies: int, value: float, threshold: float) -> int:
        """Copies for a value, before the target's bounds. A step's bounds count from the alarm's threshold."""
        if self.tracks:
            return self._tracked(copies, value)
        beyond = value - threshold
        step = next((each for each in self.config.get("StepAdjustments", []) if _covers(each, beyond)), None)
        return copies if step is None else self._stepped(copies, step["ScalingAdjustment"])

    def _tracked(self, copies: int, value: float) -> int:
        target = float(self.config["TargetValue"])
        wanted = math.ceil(copies * value / target)
        return copies if wanted < copies and self.config.get("DisableScaleIn") else wanted

    def _stepped(self, copies: int, adjustment: int) -> int:
        kind = self.config.get("AdjustmentType", "ChangeInCapacity")
        if kind == "ExactCapacity":
            return adjustment
        if kind == "ChangeInCapacity":
            return copies + adjustment
        least = int(self.config.get("MinAdjustmentMagnitude", 1))
        change = max(least, abs(copies * adjustment) // 100)
        return copies + (change if adjustment > 0 else -change)


def _covers(step: dict[str, Any], beyond: float) -> bool:
    lower = step.get("MetricIntervalLowerBound", -math.inf)
    upper = step.get("MetricIntervalUpperBound", math.inf)
    return bool(lower <= beyond < upper)


@dataclass(eq=False)
class Target:
    """A component's scalable target. The times of its last activities say whether a cooldown is on."""

    component: str
    arn: str
    role: str
    created_at: datetime
    minimum: int
    maximum: int
    suspended: dict[str, bool]
    last_out_us: int | None = None
    last_in_us: int | None = None
    activities: list[dict[str, Any]] = field(default_factory=list)

    def within(self, copies: int) -> int:
        return min(self.maximum, max(self.minimum, copies))

    def is_suspended(self, *, out: bool) -> bool:
        return self.suspended["DynamicScalingOutSuspended" if out else "DynamicScalingInSuspended"]

"""When an alarm is in which state: M of N periods, and what missing data counts as (CloudWatch user guide)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rehearsal.alarms.sums import terms_of

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
COMPARISONS = tuple(_COMPARE)


@dataclass(frozen=True)
class Rule:
    """`needed` of `periods` values must breach the threshold."""

    period_us: int
    periods: int
    needed: int
    comparison: str
    threshold: float
    statistic: str
    missing: str

    def breaches(self, value: float) -> bool:
        return _COMPARE[self.comparison](value, self.threshold)

    def state(self, values: Sequence[float | None], present: State) -> State:
        """Of the last periods' values, oldest first.

        With `missing`, too few values that all breach are no ALARM yet (assumption: CloudWatch looks further back).
        """
        known = [value for value in values if value is not None]
        breaching = sum(self.breaches(value) for value in known)
        unknown = len(values) - len(known)
        if self.missing == "breaching":
            return "ALARM" if breaching + unknown >= self.needed else "OK"
        if breaching >= self.needed:
            return "ALARM"
        if self.missing == "notBreaching":
            return "OK"
        if self.missing == "ignore" and unknown and breaching + unknown >= self.needed:
            return present
        return "OK" if known else "INSUFFICIENT_DATA"


def rule_of(alarm: Any) -> Rule | None:
    """moto's alarm as a rule; None for what is never evaluated: composite alarms, anomaly detection, and metric math
    other than sums."""
    terms = terms_of(alarm)
    is_simple = alarm.metric_name and not alarm.metric_data_queries
    if not (is_simple or terms) or alarm.rule or alarm.comparison_operator not in _COMPARE:
        return None
    return Rule(
        period_us=terms[0].period_us if terms else int(alarm.period) * 1_000_000,
        periods=int(alarm.evaluation_periods),
        needed=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        comparison=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        statistic=alarm.statistic or alarm.extended_statistic or "Average",
        missing=alarm.treat_missing_data or "missing",
    )

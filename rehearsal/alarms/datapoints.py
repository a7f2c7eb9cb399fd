"""What a metric has in one period, and its statistics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Datapoint:
    """All samples of one period together."""

    total: float
    samples: float
    least: float
    most: float

    def __add__(self, other: Datapoint) -> Datapoint:
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Datapoint(self.total + other.total, self.samples + other.samples, least, most)


def of_values(*values: float) -> Datapoint:
    return Datapoint(sum(values), len(values), min(values), max(values))


def joined(*points: Datapoint | None) -> Datapoint | None:
    """None if none of them has a sample."""
    together: Datapoint | None = None
    for point in points:
        if point is not None:
            together = point if together is None else together + point
    return together


def statistic(point: Datapoint | None, name: str) -> float | None:
    """Sum, SampleCount, Minimum, Maximum or Average. Of percentiles (`p90`) the highest value stands in."""
    if point is None:
        return None
    if name == "Average":
        return point.total / point.samples
    return {"Sum": point.total, "SampleCount": point.samples, "Minimum": point.least}.get(name, point.most)

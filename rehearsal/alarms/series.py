"""A metric over time, as far as it is known: the past, and the future if nothing changes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from datetime import datetime
from typing import Any, Protocol

from rehearsal.alarms.datapoints import Datapoint, joined, of_values
from rehearsal.alarms.levels import LevelSeries
from rehearsal.streams import microseconds

MetricKey = tuple[str, str, tuple[tuple[str, str], ...]]


class Series(Protocol):
    """Times are microseconds since 1970; a period is [start, end)."""

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None: ...

    def turns(self, after_us: int) -> list[int]:
        """Later moments at which it begins to go otherwise, in order. Between two of them every period is alike."""

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        """What periods from `start_us` to the next turn can be: one datapoint, or two between which they vary."""


class PutSeries:
    """Values that PutMetricData brought, by their timestamps."""

    def __init__(self) -> None:
        self._points: list[tuple[int, int, Datapoint]] = []

    def add(self, at_us: int, point: Datapoint) -> None:
        insort(self._points, (at_us, len(self._points), point))

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None:
        first = bisect_left(self._points, (start_us,))
        last = bisect_left(self._points, (end_us,))
        return joined(*(point for _, _, point in self._points[first:last]))

    def turns(self, after_us: int) -> list[int]:
        # Just before and just after each value: nothing between two values is all that is alike.
        points = self._points[bisect_left(self._points, (after_us,)) :]
        return sorted({moment for at, _, _ in points for moment in (at, at + 1) if moment > after_us})

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        return (None,)


class MetricStore:
    """Everything that PutMetricData brought, and levels, by namespace, name and dimensions."""

    def __init__(self) -> None:
        self._series: defaultdict[MetricKey, PutSeries] = defaultdict(PutSeries)
        self._levels: defaultdict[MetricKey, LevelSeries] = defaultdict(LevelSeries)

    def find(self, key: MetricKey) -> Series | None:
        return self._series.get(key) or self._levels.get(key)

    def set_level(self, key: MetricKey, at_us: int, level: float) -> None:
        self._levels[key].set(at_us, level)

    def put(self, namespace: str, datum: dict[str, Any], now: datetime) -> MetricKey:
        key = key_of(namespace, datum["MetricName"], datum.get("Dimensions") or [])
        at = datum.get("Timestamp") or now
        self._series[key].add(microseconds(at), _point(datum))
        return key


def key_of(namespace: str, name: str, dimensions: list[dict[str, str]]) -> MetricKey:
    return namespace, name, tuple(sorted((each["Name"], each["Value"]) for each in dimensions))


def _point(datum: dict[str, Any]) -> Datapoint:
    if datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(datum["Values"])
        pairs = [(float(value), float(count)) for value, count in zip(datum["Values"], counts, strict=True)]
        values = [value for value, _ in pairs]
        total = sum(value * count for value, count in pairs)
        return Datapoint(total, sum(count for _, count in pairs), min(values), max(values))
    if datum.get("StatisticValues"):
        given = {name: float(value) for name, value in datum["StatisticValues"].items()}
        return Datapoint(given["Sum"], given["SampleCount"], given["Minimum"], given["Maximum"])
    return of_values(float(datum.get("Value", 0)))

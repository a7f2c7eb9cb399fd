"""A metric that is a level, such as how many messages wait in a queue: measured every minute, unchanged between."""

from __future__ import annotations

from bisect import bisect_right

from rehearsal.alarms.datapoints import Datapoint

_SAMPLE_US = 60_000_000


class LevelSeries:
    """Steps of a level. Before the first one there is no metric."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, float]] = []

    def set(self, at_us: int, level: float) -> None:
        """Times may not go back. Of several levels at one time the last counts."""
        if self._steps and self._steps[-1][0] == at_us:
            self._steps[-1] = (at_us, level)
        else:
            self._steps.append((at_us, level))

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None:
        samples = [self._level(at_us) for at_us in range(start_us, end_us, min(_SAMPLE_US, end_us - start_us))]
        known = [level for level in samples if level is not None]
        return Datapoint(sum(known), len(known), min(known), max(known)) if known else None

    def turns(self, after_us: int) -> list[int]:
        return [at_us for at_us, _ in self._steps if at_us > after_us]

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        level = self._level(start_us)
        if level is None:
            return (None,)
        samples = max(period_us // _SAMPLE_US, 1)
        return (Datapoint(level * samples, samples, level, level),)

    def _level(self, at_us: int) -> float | None:
        step = bisect_right(self._steps, (at_us, float("inf")))
        return self._steps[step - 1][1] if step else None

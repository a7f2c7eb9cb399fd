"""Functions that take a while to start, so that runs which begin together really cross each other's path.

The rehearsal's functions take no time by themselves: whatever begins first would be at its next wait before the second
begins, and no two runs would ever see the same thing and act on it both.
"""

from __future__ import annotations

from random import Random

from rehearsal.cloud import Cloud
from rehearsal.faults import Fault, Faults


class SlowStarts(Faults):
    """Asked for a fault of a function, it lets up to so many seconds pass before the answer."""

    def __init__(self, cloud: Cloud, seed: int, most_seconds: float) -> None:
        super().__init__()
        self._kernel = cloud.kernel
        self._random = Random(seed)
        self._most_seconds = most_seconds

    def take(self, place: str, name: str, *, only: tuple[str, ...] = (), by_name: bool = False) -> Fault | None:
        if place == "function" and self._most_seconds:
            self._kernel.sleep(self._random.uniform(0, self._most_seconds))
        return super().take(place, name, only=only, by_name=by_name)

"""Things that will happen, in the order in which they will."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any


class Timer:
    """Something that will happen once, unless it is cancelled."""

    __slots__ = ("_fn", "due_us", "label", "reads_clock")

    def __init__(self, due_us: int, fn: Callable[[], Any], label: str, *, reads_clock: bool) -> None:
        self.due_us = due_us
        self.label = label
        self.reads_clock = reads_clock
        self._fn: Callable[[], Any] | None = fn

    @property
    def live(self) -> bool:
        return self._fn is not None

    def cancel(self) -> None:
        self._fn = None

    def fire(self) -> None:
        """Call the function. A second time, or after `cancel`, nothing happens."""
        fn, self._fn = self._fn, None
        if fn is not None:
            fn()


class Timers:
    """A queue by due time. Timers that are due together come out in the order in which they went in."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()

    def add(self, timer: Timer) -> None:
        heapq.heappush(self._heap, (timer.due_us, next(self._order), timer))

    def take_due(self, until_us: int) -> Timer | None:
        """The next live timer that is due by then, taken out."""
        self._drop_cancelled()
        if not self._heap or self._heap[0][0] > until_us:
            return None
        return heapq.heappop(self._heap)[2]

    def next_due_us(self) -> int | None:
        """When the next live timer is due; None if there is none."""
        self._drop_cancelled()
        return self._heap[0][0] if self._heap else None

    def _drop_cancelled(self) -> None:
        while self._heap and not self._heap[0][2].live:
            heapq.heappop(self._heap)

    def live(self) -> list[Timer]:
        return [timer for _, _, timer in sorted(self._heap) if timer.live]

    def clear(self) -> None:
        self._heap.clear()

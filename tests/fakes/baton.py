"""Runs that take turns, one at a time: a seed says who goes on at every switch, and who dies there."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from greenlet import getcurrent, greenlet

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class CrashError(BaseException):
    """The function dies on the spot: no handler of ours sees it."""


class Baton:
    """Exactly one run works at a time; at every switch it puts the baton down, and the seed says who goes on."""

    def __init__(self, chance: random.Random, crash_rate: float) -> None:
        self._chance = chance
        self._crash_rate = crash_rate
        self._holder = ""
        self._waiting: dict[str, float] = {}
        self.now = START
        self.crashes = 0

    def run(self, works: dict[str, Callable[[], None]]) -> None:
        """Until all are done. What one of them raises ends this too."""
        runs = {name: greenlet(work) for name, work in works.items()}
        self._waiting = dict.fromkeys(works, 0.0)
        while self._waiting:
            self._holder = self._next()
            runs[self._holder].switch()

    def switch(self) -> None:
        """Others may go first; and the function may die here."""
        self.rest(0.0)
        if self._chance.random() < self._crash_rate:
            self.crashes += 1
            raise CrashError

    def rest(self, seconds: float) -> None:
        """Until the clock has moved so far, which it does when nobody else has anything to do."""
        self._waiting[self._holder] = (self.now - START).total_seconds() + seconds
        runner = getcurrent().parent
        if runner is None:
            self._holder = self._next()  # a look from outside, when all runs are over
        else:
            runner.switch()

    def _next(self) -> str:
        """Takes one of those that wait and whose time has come."""
        present = (self.now - START).total_seconds()
        ready = [name for name, due in self._waiting.items() if due <= present]
        if not ready:
            first = min(self._waiting.values())
            self.now = START + timedelta(seconds=first)
            ready = [name for name, due in self._waiting.items() if due <= first]
        chosen = self._chance.choice(sorted(ready))
        del self._waiting[chosen]
        return chosen

"""Runs that take turns, one at a time: a seed says who goes on at every switch, and who dies there."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class CrashError(BaseException):
    """The function dies on the spot: no handler of ours sees it."""


class Baton:
    """Exactly one run works at a time; at every switch it puts the baton down, and the seed says who goes on."""

    def __init__(self, chance: random.Random, crash_rate: float) -> None:
        self._chance = chance
        self._crash_rate = crash_rate
        self._turn = threading.Condition()
        self._holder: str | None = None
        self._waiting: dict[str, float] = {}
        self.now = START
        self.crashes = 0

    def run(self, works: dict[str, Callable[[], None]]) -> None:
        threads = [threading.Thread(target=self._work, args=(name, work)) for name, work in works.items()]
        with self._turn:
            self._waiting = dict.fromkeys(works, 0.0)
        for thread in threads:
            thread.start()
        with self._turn:
            self._pass_on()
        for thread in threads:
            thread.join()

    def switch(self) -> None:
        """Others may go first; and the function may die here."""
        self.rest(0.0)
        if self._chance.random() < self._crash_rate:
            self.crashes += 1
            raise CrashError

    def rest(self, seconds: float) -> None:
        """Until the clock has moved so far, which it does when nobody else has anything to do."""
        name = threading.current_thread().name
        with self._turn:
            self._waiting[name] = (self.now - START).total_seconds() + seconds
            self._pass_on()
            self._turn.wait_for(lambda: self._holder == name)

    def _work(self, name: str, work: Callable[[], None]) -> None:
        threading.current_thread().name = name
        with self._turn:
            self._turn.wait_for(lambda: self._holder == name)
        try:
            work()
        finally:
            with self._turn:
                self._pass_on()

    def _pass_on(self) -> None:
        if not self._waiting:
            self._holder = None
            return
        present = (self.now - START).total_seconds()
        ready = [name for name, due in self._waiting.items() if due <= present]
        if not ready:
            first = min(self._waiting.values())
            self.now = START + timedelta(seconds=first)
            ready = [name for name, due in self._waiting.items() if due <= first]
        self._holder = self._chance.choice(sorted(ready))
        del self._waiting[self._holder]
        self._turn.notify_all()

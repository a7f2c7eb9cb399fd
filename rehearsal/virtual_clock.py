"""The virtual clock: what time it is in a rehearsal, and the process's clock that shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal import lean_imports

with lean_imports.without("pytest"):
    # It brings a plug-in for pytest along, and pytest with it.
    import time_machine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class VirtualClock:
    """Stands still until it is moved. Between `start` and `stop` the whole process reads it."""

    def __init__(self, start: datetime) -> None:
        self.now_us = microseconds(start)
        self.jumps = 0
        self._now = (self.now_us, moment(self.now_us))
        self._shown_us = self.now_us
        self._travel = time_machine.travel(start.astimezone(UTC), tick=False)
        self._process_clock: Any = None

    def start(self) -> None:
        self._process_clock = self._travel.start()

    def stop(self) -> None:
        if self._process_clock is not None:
            self._travel.stop()
            self._process_clock = None

    @property
    def now(self) -> datetime:
        """Asked for far more often than it moves."""
        known_us, known = self._now
        if known_us == self.now_us:
            return known
        now_us = self.now_us
        self._now = (now_us, now := moment(now_us))
        return now

    def move(self, to_us: int) -> None:
        """Forward only: a time that has passed changes nothing. The process's clock follows at the next `show`."""
        if to_us > self.now_us:
            self.now_us = to_us
            self.jumps += 1

    def show(self) -> None:
        """Bring the process's clock up, so that only who reads the clock pays for it. It only ever goes forward."""
        if self._shown_us != self.now_us and self._process_clock is not None:
            self._process_clock.shift(timedelta(microseconds=self.now_us - self._shown_us))
            self._shown_us = self.now_us


def microseconds(when: datetime) -> int:
    """Since 1970. Raises ValueError for a datetime without a time zone."""
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone: the clock takes aware datetimes")
    return (when - _EPOCH) // timedelta(microseconds=1)


def moment(since_1970_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=since_1970_us)

"""Something that is due again and again. A tick that is provably idle costs microseconds, not a run; and many of them,
between which nothing happens, cost no more than one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from rehearsal.cloud import current
from rehearsal.virtual_clock import microseconds, moment


class Idle:
    """What the last run of a schedule's function or machine promised, and the state of the cloud when it did."""

    def __init__(self, target_arn: str, schedule_name: str) -> None:
        self._target_arn = target_arn
        self._schedule_name = schedule_name
        self._quiet_until: datetime | None = None
        self._epoch = -1

    def ran(self, answer: Any) -> None:
        """The run is over. Its `quiet_until` counts as long as nothing in the cloud changes."""
        self._quiet_until = None if answer.error is not None else _quiet_until(answer.payload)
        self._epoch = current().epoch

    def skips(self, tick_at: datetime) -> bool:
        cloud = current()
        if self._quiet_until is None or self._quiet_until <= tick_at or cloud.epoch != self._epoch:
            return False
        return not (cloud.settings.run_every_tick or self._fault_is_planned())

    def quiet_until(self) -> datetime:
        """While nothing else happens, a tick at or before this is skipped as the present one is."""
        quiet_us = current().kernel.quiet_until_us
        if self._quiet_until is not None:
            quiet_us = min(quiet_us, microseconds(self._quiet_until))
        return moment(quiet_us - 1)

    def _fault_is_planned(self) -> bool:
        cloud = current()
        planned = cloud.faults.planned()
        if not planned:
            return False
        if self._target_arn.split(":")[2] == "states":
            return True  # it may strike any of the machine's functions
        function_name = self._target_arn.split(":")[6]
        names = (f"schedule:{self._schedule_name}", f"function:{cloud.lambdas.logical_id(function_name)}")
        return any(fnmatchcase(name, fault.on) for fault in planned for name in names)


def _quiet_until(payload: Any) -> datetime | None:
    try:
        answer = json.loads(payload) if isinstance(payload, str) else payload
        promised = datetime.fromisoformat(answer["quiet_until"])
    except (ValueError, KeyError, TypeError):
        return None
    return promised if promised.tzinfo is not None else promised.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Recurring:
    """Arms one timer at a time. `next_after` gives the next due time, `alive` says whether this is still wanted."""

    label: str
    next_after: Callable[[datetime], datetime | None]
    alive: Callable[[], bool]
    fire: Callable[[datetime], None]
    ended: Callable[[], None]
    idle: Idle | None = None

    def arm(self, after: datetime) -> None:
        """The next due time strictly after `after`."""
        self._arm_at(self.next_after(after))

    def _arm_at(self, due: datetime | None) -> None:
        if due is None:
            self.ended()
            return
        current().kernel.at(due, lambda: self._tick(due), self.label, reads_clock=False)

    def _tick(self, due: datetime) -> None:
        if not self.alive():
            return
        if self.idle is None or not self.idle.skips(due):
            self.fire(due)
            self.arm(due)
            return
        quiet_until = self.idle.quiet_until()
        # Its last tick it has to see, because it ends with it.
        later = self.next_after(quiet_until) if quiet_until > due else None
        self._arm_at(later or self.next_after(due))

"""One seed, from its world to what is wrong with it, and the least trouble that still shows it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.simulation.drawing import drawn_world
from rehearsal.simulation.ending_rules import can_be_compared, ends_as_without_trouble
from rehearsal.simulation.playing import digest, play
from rehearsal.simulation.record import Record
from rehearsal.simulation.rules import broken
from rehearsal.simulation.scenario_worlds import troubled_scenario
from rehearsal.simulation.violations import Violation
from rehearsal.simulation.worlds import World


@dataclass(frozen=True)
class Asked:
    """One seed to judge: in a drawn world or over a scenario's, with all of its trouble or `only` some of it."""

    seed: int
    scenario: str | None = None
    only: tuple[int, ...] | None = None
    shrinks: bool = True

    def world(self) -> World:
        return drawn_world(self.seed) if self.scenario is None else troubled_scenario(self.scenario, self.seed)

    def numbers_in(self, world: World) -> tuple[int, ...]:
        return tuple(range(len(world.troubles))) if self.only is None else self.only


@dataclass(frozen=True)
class Judged:
    """What came of one seed. `needed` are the numbers of the troubles that are enough for its first violation."""

    asked: Asked
    violations: tuple[Violation, ...]
    troubles: tuple[str, ...]
    struck: int
    served: int
    failed: int
    digest: str
    processor_seconds: float
    needed: tuple[int, ...] = ()


def judged(asked: Asked) -> Judged:
    """Deterministic but for the time that it took."""
    began = time.process_time()
    world = asked.world()
    numbers = asked.numbers_in(world)
    judge = _Judge(world)
    record, violations = judge.look(numbers)
    needed = judge.least(numbers, violations[0].rule) if violations and asked.shrinks else numbers
    return Judged(
        asked=asked,
        violations=violations,
        troubles=tuple(world.troubles[number].about for number in numbers),
        struck=sum(entry.kind == "fault" for entry in record.run.entries),
        served=sum(hour.served for hour in record.run.traffic),
        failed=sum(hour.failed for hour in record.run.traffic),
        digest=digest(record.run),
        processor_seconds=time.process_time() - began,
        needed=needed,
    )


class _Judge:
    """Plays one world with more or less trouble; without any at most once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._untroubled: Record | None = None

    def look(self, numbers: Sequence[int]) -> tuple[Record, tuple[Violation, ...]]:
        record = play(self._world.with_troubles(self._world.troubles[number] for number in numbers))
        violations = broken(record)
        if can_be_compared(record):
            violations += (*ends_as_without_trouble(record, self._plain()), *broken(self._plain()))
        return record, violations

    def _plain(self) -> Record:
        if self._untroubled is None:
            self._untroubled = play(self._world.without_trouble)
        return self._untroubled

    def least(self, numbers: Sequence[int], rule: str) -> tuple[int, ...]:
        """Greedy: each trouble is left out in turn, and stays out if the same rule is broken without it."""
        needed = list(numbers)
        for number in numbers:
            fewer = [each for each in needed if each != number]
            if any(violation.rule == rule for violation in self.look(fewer)[1]):
                needed = fewer
        return tuple(needed)

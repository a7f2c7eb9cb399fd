"""Seeds that share a world, from the world to what is wrong with each, and the least trouble that still shows it.

The world is played once without trouble. Where the trouble of a seed begins, a copy of the process waits; once it is
known how the world goes without trouble, the copies play on with theirs, one after the other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rehearsal.simulation.drawing import drawn_world, world_number
from rehearsal.simulation.ending_rules import ends_as_without_trouble, looks
from rehearsal.simulation.forks import Crossing, Died, at_a_crossing, in_a_fork
from rehearsal.simulation.playing import Play, digest
from rehearsal.simulation.record import Record
from rehearsal.simulation.rules import broken
from rehearsal.simulation.scenario_worlds import troubled_scenario
from rehearsal.simulation.violations import Violation
from rehearsal.simulation.worlds import World
from rehearsal.transcript import transcript

LIMIT_SECONDS = 60
"""Of processor time, for the world and for each seed in it."""
DIED = "every seed comes to its end"


@dataclass(frozen=True)
class Asked:
    """One seed to judge: in a drawn world or over a scenario's, with all of its trouble or `only` some of it."""

    seed: int
    scenario: str | None = None
    only: tuple[int, ...] | None = None
    shrinks: bool = True
    shows: bool = False
    digests: bool = False
    """Whether the digest of its timeline is asked for, which nobody looks at otherwise."""

    @property
    def group(self) -> tuple[int, str | None]:
        """Seeds with the same share a world."""
        return world_number(self.seed), self.scenario

    def world(self) -> World:
        """With the trouble that it is to have."""
        whole = drawn_world(self.seed) if self.scenario is None else troubled_scenario(self.scenario, self.seed)
        return whole.with_troubles(whole.troubles[number] for number in self.numbers_in(whole))

    def numbers_in(self, world: World) -> tuple[int, ...]:
        return tuple(range(len(world.troubles))) if self.only is None else self.only


@dataclass(frozen=True)
class Judged:
    """What came of one seed. `needed` are the numbers of the troubles that are enough for its first violation."""

    asked: Asked
    violations: tuple[Violation, ...]
    troubles: tuple[str, ...] = ()
    struck: int = 0
    served: int = 0
    failed: int = 0
    digest: str = ""
    needed: tuple[int, ...] = ()
    story: str = field(default="", repr=False)


def judged_together(asked: Sequence[Asked]) -> list[Judged]:
    """Seeds of one world, whatever their order. Nothing of it reaches the caller's process."""
    found = _played(asked)
    return [_shrunk(each) if each.violations and each.asked.shrinks else each for each in found]


def judged(asked: Asked) -> Judged:
    """One seed alone. Deterministic."""
    return judged_together([asked])[0]


def _played(asked: Sequence[Asked]) -> list[Judged]:
    sys.stdout.flush()
    came = in_a_fork(lambda: _play_all(asked), limit_seconds=LIMIT_SECONDS)
    return [_died(each, came.text) for each in asked] if isinstance(came, Died) else came


def _play_all(asked: Sequence[Asked]) -> list[Judged]:
    worlds = [(each, each.world()) for each in asked]
    troubled = sorted((pair for pair in worlds if pair[1].troubles), key=lambda pair: pair[1].branches_at)
    plain = Play(worlds[0][1])
    waiting: list[tuple[Asked, Crossing[Record, Judged]]] = []
    for each, world in troubled:
        plain.play_before(world.branches_at)
        waiting.append((each, at_a_crossing(_branch(plain, each, world), limit_seconds=LIMIT_SECONDS)))
    untroubled = plain.to_the_end()
    found = [_judged(each, untroubled) for each, world in worlds if not world.troubles]
    outline = untroubled.outline
    for each, crossing in waiting:
        came = crossing.goes_on(outline)
        found.append(_died(each, came.text) if isinstance(came, Died) else came)
    return _with(broken(untroubled), sorted(found, key=lambda each: (bool(each.troubles), each.asked.seed)))


def _branch(plain: Play, asked: Asked, world: World) -> Callable[[Record], Judged]:
    def play_on(untroubled: Record) -> Judged:
        plain.lay(world)
        record = plain.to_the_end(untroubled)
        return _judged(asked, record, (*broken(record), *ends_as_without_trouble(looks(record), untroubled)))

    return play_on


def _judged(asked: Asked, record: Record, violations: tuple[Violation, ...] = ()) -> Judged:
    return Judged(
        asked=asked,
        violations=violations,
        troubles=tuple(trouble.about for trouble in record.world.troubles),
        struck=sum(entry.kind == "fault" for entry in record.run.entries),
        served=sum(hour.served for hour in record.run.traffic),
        failed=sum(hour.failed for hour in record.run.traffic),
        digest=digest(record.run) if asked.digests else "",
        needed=asked.numbers_in(record.world),
        story=transcript(record.run) if asked.shows else "",
    )


def _with(wrong: tuple[Violation, ...], found: list[Judged]) -> list[Judged]:
    """What is wrong without any trouble is told once, with the first seed of the world."""
    first, *others = found
    return [replace(first, violations=(*first.violations, *wrong)), *others]


def _died(asked: Asked, text: str) -> Judged:
    world = asked.world()
    about = tuple(trouble.about for trouble in world.troubles)
    violation = Violation(DIED, world.scenario.start, text)
    return Judged(asked, (violation,), about, needed=asked.numbers_in(world))


def _shrunk(found: Judged) -> Judged:
    """None of the troubles, one of them, or, greedily, all that can't be left out: what breaks the same rule."""
    rule = found.violations[0].rule

    def breaks(*choices: tuple[int, ...]) -> tuple[int, ...] | None:
        tried = _played([replace(found.asked, only=only, shows=False) for only in choices])
        right = {each.asked.only for each in tried if any(one.rule == rule for one in each.violations)}
        return next((only for only in choices if only in right), None)

    few = breaks((), *((number,) for number in found.needed))
    if few is not None:
        return replace(found, needed=few)
    needed = found.needed
    for number in found.needed:
        fewer = tuple(each for each in needed if each != number)
        needed = fewer if breaks(fewer) is not None else needed
    return replace(found, needed=needed)


def processor_seconds() -> float:
    """Of this process and all of its forks that are over."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system

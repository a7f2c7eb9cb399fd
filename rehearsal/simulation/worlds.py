"""A world: a scenario without trouble, and the trouble that is laid over it. Both come from one number, the seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from rehearsal.scenario import Scenario

type Written = dict[str, Any]
"""A step or a manifest, as a scenario's YAML has it."""


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong between two moments.

    `excuses` names what the trouble takes away that no service can give back: `capacity`, `updates`, `runs` or
    `schedules`.
    """

    about: str
    begins_at: datetime
    ends_at: datetime
    steps: tuple[Written, ...]
    excuses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declared:
    """A manifest from the moment at which it was put; None for one that was removed."""

    at: datetime
    deployment: str
    manifest: Written | None


@dataclass(frozen=True)
class World:
    """`slowest` is the longest time that one change of an endpoint takes here, without trouble.

    `short_notice`: a plan's end moves so near that nobody could leave in time. `start_seconds`: the longest time that a
    function takes to start. `orders`: a plan is bought by the service. `components`: the names of all. `until`: when
    nobody looks any more; None for the scenario's own end.
    """

    number: int
    base: Written
    declared: tuple[Declared, ...]
    slowest: timedelta
    budget_usd: Decimal = Decimal(0)
    short_notice: bool = False
    start_seconds: float = 0.0
    orders: bool = False
    components: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    calms: tuple[datetime, ...] = ()
    until: datetime | None = None

    def with_troubles(self, troubles: Iterable[Trouble]) -> World:
        return replace(self, troubles=tuple(troubles))

    @property
    def without_trouble(self) -> World:
        return replace(self, troubles=(), calms=(), until=None)

    def ended_at(self, moment: datetime) -> World:
        """The same, over at a moment: of the trouble, what has begun by then."""
        begun = tuple(trouble for trouble in self.troubles if trouble.begins_at <= moment)
        return replace(self, troubles=begun, calms=tuple(at for at in self.calms if at <= moment), until=moment)

    def is_troubled(self, moment: datetime, settling: timedelta) -> bool:
        """Whether there is trouble, or was just before: up to `settling` ago."""
        return any(each.begins_at <= moment < each.ends_at + settling for each in self.troubles)

    @property
    def is_whole(self) -> bool:
        """Whether it is played to its own end."""
        return self.until is None

    @property
    def branches_at(self) -> datetime:
        """Until then it is played as the same world without trouble. ValueError for a world that has none."""
        return min(trouble.begins_at for trouble in self.troubles)

    @property
    def excuses(self) -> frozenset[str]:
        return frozenset().union(*(trouble.excuses for trouble in self.troubles))

    @property
    def deployments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.deployment for each in self.declared))

    @cached_property
    def scenario(self) -> Scenario:
        """Calm comes before whatever else happens in its moment."""
        troubled = (step for trouble in self.troubles for step in trouble.steps)
        until = {} if self.until is None else {"until": self.until.isoformat()}
        steps = [*self.calm_steps, *self.base["steps"], *troubled]
        return Scenario.model_validate({**self.base, **until, "steps": steps})

    @property
    def calm_steps(self) -> list[Written]:
        begins = min((trouble.begins_at for trouble in self.troubles), default=None)
        return [{"at": at.isoformat(), "clear_faults": True} for at in self.calms if begins and at >= begins]


def in_force(world: World, deployment: str, at: datetime) -> Written | None:
    """The manifest that was put last before a moment; None before the first, and after a removal."""
    put = [each for each in world.declared if each.deployment == deployment and each.at <= at]
    return put[-1].manifest if put else None

"""Who holds how many instances, of a reservation or on demand. Every change is kept as an interval, for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pool:
    """Where instances come from: the plan's reservation, or on demand when there is no plan."""

    instance_type: str
    plan: str | None = None


@dataclass(frozen=True)
class Holding:
    """An endpoint held `count` instances from `start` until `end` (None: still does)."""

    endpoint: str
    pool: Pool
    count: int
    start: datetime
    end: datetime | None = None

    def minutes_within(self, start: datetime, end: datetime) -> float:
        """Instance-minutes between two moments."""
        first = max(self.start, start)
        last = min(self.end or end, end)
        return max(0.0, (last - first).total_seconds() / 60) * self.count


class Capacity:
    """The ledger of instances in use. `size_of` says how many a plan's pool offers now: none while it isn't usable.

    `freed` is called whenever somebody has given instances back.
    """

    def __init__(
        self, now: Callable[[], datetime], size_of: Callable[[str], int], freed: Callable[[], None] = lambda: None
    ) -> None:
        self._now = now
        self._size_of = size_of
        self._freed = freed
        self._on_demand: dict[str, int] = {}
        self._open: dict[tuple[str, Pool], Holding] = {}
        self._closed: list[Holding] = []

    def set_on_demand(self, instance_type: str, available: int) -> None:
        """At most so many instances of the type can run on demand; those that run already count and stay."""
        self._on_demand[instance_type] = available

    def in_use(self, pool: Pool) -> int:
        return sum(holding.count for (_, held), holding in self._open.items() if held == pool)

    def used_by(self, endpoint: str, plan: str) -> int:
        return sum(h.count for (name, pool), h in self._open.items() if name == endpoint and pool.plan == plan)

    def in_use_of_plan(self, plan: str) -> int:
        return sum(holding.count for (_, pool), holding in self._open.items() if pool.plan == plan)

    def free(self, pool: Pool) -> int | None:
        """Instances that can still be launched; None where there is no limit."""
        if pool.plan is not None:
            return max(0, self._size_of(pool.plan) - self.in_use(pool))
        limit = self._on_demand.get(pool.instance_type)
        return None if limit is None else max(0, limit - self.in_use(pool))

    def try_hold(self, endpoint: str, wanted: Mapping[Pool, int]) -> bool:
        """Make these the endpoint's instances and give back all others. Changes nothing if a pool can't give enough."""
        if not all(self._can_grow(endpoint, pool, count) for pool, count in wanted.items()):
            return False
        for held_by, pool in list(self._open):
            if held_by == endpoint and not wanted.get(pool):
                self._change(endpoint, pool, 0)
        for pool, count in wanted.items():
            self._change(endpoint, pool, count)
        return True

    def _can_grow(self, endpoint: str, pool: Pool, count: int) -> bool:
        present = self._open.get((endpoint, pool))
        more = count - (present.count if present else 0)
        free = self.free(pool)
        return more <= 0 or free is None or more <= free

    def take_away(self, plan: str) -> list[str]:
        """The plan's instances are gone. Returns the endpoints that held some, in the order in which they got them."""
        losers = [(endpoint, pool) for endpoint, pool in self._open if pool.plan == plan]
        for endpoint, pool in losers:
            self._change(endpoint, pool, 0)
        return [endpoint for endpoint, _ in losers]

    def _change(self, endpoint: str, pool: Pool, count: int) -> None:
        present = self._open.get((endpoint, pool))
        if count == (present.count if present else 0):
            return
        if present is not None:
            del self._open[endpoint, pool]
            self._closed.append(Holding(endpoint, pool, present.count, present.start, self._now()))
        if present is not None and count < present.count:
            self._freed()
        if count:
            self._open[endpoint, pool] = Holding(endpoint, pool, count, self._now())

    def holdings(self) -> Iterator[Holding]:
        """All intervals, closed ones first."""
        yield from self._closed
        yield from self._open.values()


def total(*needs: Mapping[Pool, int]) -> Counter[Pool]:
    """What several fleets need together."""
    together: Counter[Pool] = Counter()
    for each in needs:
        together.update(each)
    return together

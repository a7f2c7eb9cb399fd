"""Who waits, in memory: runs for their endpoints, deployments for room on a plan."""

from collections import defaultdict
from datetime import datetime

from berth_aws.queues import Queues
from berth_aws.waiters import Waiter, Waiters
from berth_core.facts import Rival
from berth_core.sweeps import WaiterBrief


class FakeWaiters(Waiters):
    def __init__(self) -> None:
        self._waiters: dict[str, dict[str, Waiter]] = defaultdict(dict)
        self._stored_at: dict[tuple[str, str], datetime] = {}

    def store(self, endpoint: str, waiter: Waiter, now: datetime) -> None:
        self._stored_at[(endpoint, waiter.holder)] = now
        self._waiters[endpoint][waiter.holder] = waiter

    def of(self, endpoint: str) -> tuple[Waiter, ...]:
        return tuple(self._waiters[endpoint].values())

    def all(self) -> tuple[WaiterBrief, ...]:
        return tuple(
            WaiterBrief(endpoint=endpoint, holder=holder, stored_at=self._stored_at[(endpoint, holder)])
            for endpoint, waiters in sorted(self._waiters.items())
            for holder in waiters
        )

    def forget(self, endpoint: str, waiter: Waiter) -> bool:
        if self._waiters[endpoint].get(waiter.holder) != waiter:
            return False
        del self._waiters[endpoint][waiter.holder]
        return True


class FakeQueues(Queues):
    def __init__(self) -> None:
        self._rows: dict[str, dict[str, tuple[Rival, datetime]]] = defaultdict(dict)

    def wait(self, rival: Rival, until: datetime) -> None:
        self._rows[rival.plan][rival.name] = (rival, until.replace(microsecond=0))

    def leave(self, plan: str, deployment: str) -> None:
        self._rows[plan].pop(deployment, None)

    def of(self, plan: str, now: datetime) -> tuple[Rival, ...]:
        return tuple(rival for _, (rival, until) in sorted(self._rows[plan].items()) if until > now)

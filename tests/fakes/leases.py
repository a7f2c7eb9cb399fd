"""Leases in memory."""

from collections.abc import Iterable
from datetime import datetime

from berth_aws.leases import LEASE, Leases
from berth_core.facts import Attempt, Lease


class FakeLeases(Leases):
    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}

    def claim(
        self,
        deployment: str,
        holder: str,
        purpose: str,
        now: datetime,
        *,
        deadline: datetime | None = None,
        instead_of: str | None = None,
        begun: Attempt | None = None,
    ) -> Lease:
        held = self._leases.get(deployment)
        if held is not None and held.holder not in (holder, instead_of) and held.expires_at > now:
            return held
        self._leases[deployment] = Lease(
            holder=holder,
            purpose=purpose,
            expires_at=now + LEASE,
            fence=int(now.timestamp() * 1_000_000),
            urgent=deadline is not None,
            deadline=deadline,
            begun=begun,
        )
        return self._leases[deployment]

    def renew(self, deployment: str, holder: str, now: datetime, fence: int | None = None) -> bool:
        held = self._leases.get(deployment)
        if held is None or held.holder != holder or (fence is not None and held.fence > fence):
            return False
        self._leases[deployment] = held.model_copy(update={"expires_at": now + LEASE})
        return True

    def lapse(self, deployment: str, holder: str, now: datetime) -> bool:
        held = self._leases.get(deployment)
        if held is None or held.holder != holder:
            return False
        self._leases[deployment] = held.model_copy(update={"expires_at": now})
        return True

    def release(self, deployment: str, holder: str) -> bool:
        held = self._leases.get(deployment)
        if held is None or held.holder != holder:
            return False
        del self._leases[deployment]
        return True

    def of(self, names: Iterable[str]) -> dict[str, Lease]:
        return {name: self._leases[name] for name in names if name in self._leases}

    def latest(self, deployment: str) -> Lease | None:
        return self._leases.get(deployment)

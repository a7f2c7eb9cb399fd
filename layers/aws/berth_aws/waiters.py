"""Task tokens that wait for an endpoint: stored before the look, so that no change falls between the two."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from berth_aws.partitions import WAITERS
from berth_aws.table import Table, iso
from berth_core.model import Frozen
from berth_core.sweeps import WaiterBrief

KEPT = timedelta(days=1)
"""Tokens die with their task's timeout, five minutes; rows left behind are DynamoDB's to expire."""

type Until = Literal["settled", "gone"]


class Waiter(Frozen):
    """A state machine's task that goes on when its endpoint has settled, or is gone. `holder` is its execution."""

    holder: str
    token: str
    until: Until


class Waiters:
    """All in one partition, so that the sweep reads them with one query. No endpoint's name has a #."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def store(self, endpoint: str, waiter: Waiter, now: datetime) -> None:
        """One row per holder: a task that waits again, with a new token, takes the place of its last try."""
        row = {
            **waiter.model_dump(),
            "endpoint": endpoint,
            "stored_at": iso(now),
            "expires_at": int((now + KEPT).timestamp()),
        }
        self._table.put(WAITERS, _sk(endpoint, waiter.holder), row)

    def of(self, endpoint: str) -> tuple[Waiter, ...]:
        """All that wait for this endpoint; empty if nobody does."""
        rows = self._table.query(WAITERS, "begins_with(#sk, :endpoint)", endpoint=f"{endpoint}#")
        return tuple(Waiter(holder=row["holder"], token=row["token"], until=row["until"]) for row in rows)

    def all(self) -> tuple[WaiterBrief, ...]:
        """All that wait for any endpoint, by its name."""
        return tuple(
            WaiterBrief(endpoint=row["endpoint"], holder=row["holder"], stored_at=row["stored_at"])
            for row in self._table.query(WAITERS)
        )

    def forget(self, endpoint: str, waiter: Waiter) -> bool:
        """True for the one caller that took it; False if it was gone already, or the holder waits anew."""
        return self._table.delete(WAITERS, _sk(endpoint, waiter.holder), "#token = :token", token=waiter.token).done


def _sk(endpoint: str, holder: str) -> str:
    return f"{endpoint}#{hashlib.sha256(holder.encode()).hexdigest()[:32]}"

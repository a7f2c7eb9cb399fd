"""Who may change an endpoint: one lease per deployment, written on condition, lost by itself when its holder dies."""

from datetime import datetime, timedelta

from berth_aws.attributes import Item
from berth_aws.table import Table, iso
from berth_core.errors import RefusedError
from berth_core.facts import Lease

LEASE = timedelta(minutes=15)
"""Three slow polls of five minutes: who misses three renewals in a row is taken for dead."""


class Leases:
    """Times are arguments. `holder` is the execution that acts, or the one that started it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, deployment: str, holder: str, purpose: str, now: datetime) -> Lease:
        """The lease that is in force afterwards: the caller's own if it won, else the other holder's.

        Re-entrant: claiming again as the same holder renews. An expired lease is anybody's.
        """
        lease = Lease(holder=holder, purpose=purpose, expires_at=now + LEASE)
        written = self._table.put(
            _pk(deployment),
            "lease",
            {"holder": holder, "purpose": purpose, "expires_at": iso(lease.expires_at)},
            "attribute_not_exists(#pk) OR #holder = :holder OR #expires_at <= :now",
            holder=holder,
            now=iso(now),
        )
        return _lease(written.found) if written.found else lease

    def renew(self, deployment: str, holder: str, now: datetime) -> bool:
        """Whether the holder still has it. One that expired, and that nobody took, is still the holder's."""
        return self._table.update(
            _pk(deployment),
            "lease",
            "SET #expires_at = :expires_at",
            "#holder = :holder",
            holder=holder,
            expires_at=iso(now + LEASE),
        ).done

    def insist(self, deployment: str, holder: str, now: datetime) -> None:
        """Renews, before a change. RefusedError if another took over: who comes back from the dead acts no more."""
        if not self.renew(deployment, holder, now):
            raise RefusedError(f"the lease on {deployment} is no longer held by {holder}: another run has taken over")

    def release(self, deployment: str, holder: str) -> bool:
        """False if there was nothing of this holder's to release: doing it twice, or too late, is harmless."""
        return self._table.delete(_pk(deployment), "lease", "#holder = :holder", holder=holder).done

    def in_force(self, deployment: str, now: datetime) -> Lease | None:
        """The lease as it stands, None if there is none or it has expired."""
        row = self._table.get(_pk(deployment), "lease")
        if row is None or row["expires_at"] <= iso(now):
            return None
        return _lease(row)


def _pk(deployment: str) -> str:
    return f"deployment#{deployment}"


def _lease(row: Item) -> Lease:
    return Lease.model_validate({key: row[key] for key in ("holder", "purpose", "expires_at")})

"""Who may change an endpoint: one lease per deployment, written on condition, lost by itself when its holder dies."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from berth_aws.attributes import Item
from berth_aws.partitions import of_deployment
from berth_aws.table import Table, iso, without_keys
from berth_core.errors import RefusedError
from berth_core.facts import Attempt, Lease

LEASE_ROW = "lease"
LEASE = timedelta(minutes=15)
"""Three slow polls of five minutes: who misses three renewals in a row is taken for dead."""


class Leases:
    """Times are arguments. `holder` is the execution that acts, or the one that started it."""

    def __init__(self, table: Table) -> None:
        self._table = table

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
        """The lease that is in force afterwards: the caller's own if it won, else the other holder's.

        Re-entrant: claiming again as the same holder renews, with a new fence. An expired lease is anybody's. With a
        `deadline` it is a hand-over's, which nobody takes away; `instead_of` takes it away from that holder.
        `begun` is kept for whoever finds the lease lapsed.
        """
        lease = Lease(
            holder=holder,
            purpose=purpose,
            expires_at=now + LEASE,
            fence=int(now.timestamp() * 1_000_000),
            urgent=deadline is not None,
            deadline=deadline,
            begun=begun,
        )
        row = {name: value for name, value in lease.model_dump(mode="json").items() if value is not None}
        written = self._table.put(
            of_deployment(deployment),
            LEASE_ROW,
            {**row, "expires_at": iso(lease.expires_at)},
            "attribute_not_exists(#pk) OR #holder = :holder OR #holder = :instead_of OR #expires_at <= :now",
            holder=holder,
            instead_of=instead_of or holder,
            now=iso(now),
        )
        return lease_of(written.found) if written.found else lease

    def renew(self, deployment: str, holder: str, now: datetime, fence: int | None = None) -> bool:
        """Whether the holder still has it. One that expired, and that nobody took, is still the holder's.

        With the `fence` of a claim: and hasn't claimed it anew since.
        """
        return self._table.update(
            of_deployment(deployment),
            LEASE_ROW,
            "SET #expires_at = :expires_at",
            "#holder = :holder" + ("" if fence is None else " AND #fence <= :fence"),
            holder=holder,
            expires_at=iso(now + LEASE),
            **({} if fence is None else {"fence": fence}),
        ).done

    def insist(self, deployment: str, holder: str, now: datetime, fence: int | None = None) -> None:
        """Renews, before a change. RefusedError if another took over: who comes back from the dead acts no more."""
        if not self.renew(deployment, holder, now, fence):
            raise RefusedError(f"the lease on {deployment} is no longer held by {holder}: another run has taken over")

    def of(self, names: Iterable[str]) -> dict[str, Lease]:
        """The leases of these deployments, also those that have lapsed: a run that ends well gives its lease back."""
        rows = self._table.get_all((of_deployment(name), LEASE_ROW) for name in names)
        return {row["pk"].removeprefix(of_deployment("")): lease_of(row) for row in rows}

    def lapse(self, deployment: str, holder: str, now: datetime) -> bool:
        """Given up, but for what it had begun: whoever finds the lease tells that first. False if it isn't held."""
        return self._table.update(
            of_deployment(deployment),
            LEASE_ROW,
            "SET #expires_at = :expires_at",
            "#holder = :holder",
            holder=holder,
            expires_at=iso(now),
        ).done

    def release(self, deployment: str, holder: str) -> bool:
        """False if there was nothing of this holder's to release: doing it twice, or too late, is harmless."""
        return self._table.delete(of_deployment(deployment), LEASE_ROW, "#holder = :holder", holder=holder).done


def lease_of(row: Item) -> Lease:
    """As it stands in the row, in force or lapsed."""
    return Lease.model_validate(without_keys(row))

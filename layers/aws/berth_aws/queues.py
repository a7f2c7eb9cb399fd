"""The deployments that wait for instances of a plan. Who goes first is decided by whoever looks, not kept here."""

from datetime import datetime

from berth_aws.partitions import queue_for
from berth_aws.table import Table
from berth_core.facts import Rival


class Queues:
    """One row for each deployment and plan. A row lapses by itself: whoever still waits writes it again."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def wait(self, rival: Rival, until: datetime) -> None:
        """Waiting again renews. `until` to the second."""
        row = {**rival.model_dump(), "expires_at": int(until.timestamp())}
        self._table.put(queue_for(rival.plan), rival.name, row)

    def leave(self, plan: str, deployment: str) -> None:
        """Nothing if it doesn't wait."""
        self._table.delete(queue_for(plan), deployment)

    def of(self, plan: str, now: datetime) -> tuple[Rival, ...]:
        """All that wait now, by name."""
        rows = self._table.query(queue_for(plan))
        return tuple(
            Rival(name=row["name"], plan=plan, priority=row["priority"], instance_count=row["instance_count"])
            for row in rows
            if row["expires_at"] > now.timestamp()
        )

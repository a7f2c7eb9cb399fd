"""The one-time schedules that were made, so that the watch changes only those whose time has moved."""

from datetime import datetime

from berth_aws.table import Table, iso
from berth_core.decide.watch import Moment

PK = "schedules"


class Moments:
    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> dict[str, datetime]:
        """When each schedule fires or fired, by its name."""
        return {row["sk"]: datetime.fromisoformat(row["at"]) for row in self._table.query(PK)}

    def keep(self, moment: Moment) -> None:
        """Idempotent. Written after the schedule itself: a crash in between makes it once more."""
        self._table.put(PK, moment.name, {"at": iso(moment.at)})

    def forget(self, name: str) -> None:
        """Nothing if it is gone already."""
        self._table.delete(PK, name)

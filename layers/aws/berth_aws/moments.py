"""The one-time schedules that were made, so that the watch changes only those whose time has moved."""

from datetime import datetime

from berth_aws.attributes import Item
from berth_aws.partitions import WATCHED
from berth_aws.table import Table, iso
from berth_core.decide.moments import Moment

SCHEDULE = "schedule#"


class Moments:
    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, moment: Moment) -> None:
        """Idempotent. Written after the schedule itself: a crash in between makes it once more."""
        self._table.put(WATCHED, f"{SCHEDULE}{moment.name}", {"at": iso(moment.at)})

    def forget(self, name: str) -> None:
        """Nothing if it is gone already."""
        self._table.delete(WATCHED, f"{SCHEDULE}{name}")


def made_at(row: Item) -> datetime:
    """When the schedule of this row fires, or fired."""
    return datetime.fromisoformat(row["at"])

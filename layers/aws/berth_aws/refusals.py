"""The objects that were refused as manifests: what was told once isn't read, or told, again by each watch."""

from berth_aws.partitions import WATCHED
from berth_aws.table import Table

REFUSAL = "refusal#"


class Refusals:
    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, key: str, mark: str) -> None:
        """Idempotent. Written after the news, so that a crash in between tells twice and not never."""
        self._table.put(WATCHED, f"{REFUSAL}{key}", {"mark": mark})

    def mark_of(self, key: str) -> str | None:
        """The mark that this object was refused under; None if it wasn't."""
        row = self._table.get(WATCHED, f"{REFUSAL}{key}")
        return row["mark"] if row else None

    def forget(self, key: str) -> None:
        """Nothing if it is gone already."""
        self._table.delete(WATCHED, f"{REFUSAL}{key}")

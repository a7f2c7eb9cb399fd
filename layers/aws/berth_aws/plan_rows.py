"""What the last watch saw of each plan: the next one tells changes by it."""

from collections.abc import Iterable

from berth_aws.attributes import Item
from berth_aws.table import Table
from berth_core.decide.watch import PlanRow

PK = "plans"


class PlanRows:
    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> tuple[PlanRow, ...]:
        """Every plan that a watch has seen, by name."""
        return tuple(PlanRow.model_validate(_without_keys(row)) for row in self._table.query(PK))

    def keep(self, rows: Iterable[PlanRow]) -> None:
        """Idempotent: the last writer's look counts."""
        for row in rows:
            self._table.put(PK, row.name, row.model_dump(mode="json"))


def _without_keys(row: Item) -> Item:
    return {key: value for key, value in row.items() if key not in ("pk", "sk")}

"""What the last watch saw of each plan: the next one tells changes by it."""

from collections.abc import Iterable

from berth_aws.attributes import Item
from berth_aws.partitions import WATCHED
from berth_aws.table import Table, without_keys
from berth_core.decide.watch import PlanRow

PLAN = "plan#"


class PlanRows:
    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> tuple[PlanRow, ...]:
        """Every plan that a watch has seen, by name."""
        return tuple(plan_row(row) for row in self._table.query(WATCHED, "begins_with(#sk, :prefix)", prefix=PLAN))

    def keep(self, rows: Iterable[PlanRow]) -> None:
        """Idempotent: the last writer's look counts."""
        for row in rows:
            self._table.put(WATCHED, f"{PLAN}{row.name}", row.model_dump(mode="json"))


def plan_row(row: Item) -> PlanRow:
    return PlanRow.model_validate(without_keys(row))

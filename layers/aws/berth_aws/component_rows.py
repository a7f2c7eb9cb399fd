"""What the ledger keeps of a deployment's inference components: the times when nobody called, and, while a component is
deleted and made anew, its whole specification."""

from itertools import islice
from typing import Any

from berth_aws.attributes import Item
from berth_aws.partitions import components_of
from berth_aws.table import Table, iso, without_keys
from berth_core.facts import Gap

GAP = "gap#"
SPECIFICATION = "specification#"
NEWEST = 100
"""Gaps that a forecast looks at: months of nights."""


class ComponentRows:
    """Every row's key follows from its content, so writing one again changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep_gap(self, deployment: str, gap: Gap) -> None:
        """Opens a gap, or says more about it: one row for each time of its beginning."""
        sk = f"{GAP}{iso(gap.started_at)}"
        self._table.put(components_of(deployment), sk, gap.model_dump(mode="json", exclude_none=True))

    def gaps(self, deployment: str) -> tuple[Gap, ...]:
        """The newest, the last one first."""
        rows = self._table.from_the_end(components_of(deployment), page=NEWEST)
        gaps = (row for row in rows if row["sk"].startswith(GAP))
        return tuple(Gap.model_validate(without_keys(row)) for row in islice(gaps, NEWEST))

    def keep_specification(self, deployment: str, component: str, specification: Item) -> None:
        """Written before the component is deleted; the last one counts."""
        row: dict[str, Any] = {"specification": specification}
        self._table.put(components_of(deployment), f"{SPECIFICATION}{component}", row)

    def specification(self, deployment: str, component: str) -> Item | None:
        """What the component was before it was last deleted by us; None if it never was."""
        row = self._table.get(components_of(deployment), f"{SPECIFICATION}{component}")
        found: Item | None = row["specification"] if row else None
        return found

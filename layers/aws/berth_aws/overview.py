"""What the watch reads of the ledger: all of it in one query."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from berth_aws.attributes import Item
from berth_aws.moments import SCHEDULE, made_at
from berth_aws.partitions import WATCHED
from berth_aws.plan_rows import PLAN, plan_row
from berth_aws.refusals import REFUSAL
from berth_aws.registrations import DEPLOYMENT, brief
from berth_aws.table import Table
from berth_core.decide.watch import DeploymentBrief, PlanRow


class Overview(NamedTuple):
    """Deployments and plans, by name.

    `schedules` says when each one-time schedule fires or fired, by its name; `refusals` the mark that each refused
    object had when it was refused, by its key.
    """

    deployments: tuple[DeploymentBrief, ...]
    plans: tuple[PlanRow, ...]
    schedules: dict[str, datetime]
    refusals: dict[str, str]


def overview(table: Table) -> Overview:
    """Each section in the order of its names."""
    rows = table.query(WATCHED)
    return Overview(
        deployments=tuple(brief(row) for row in _section(rows, DEPLOYMENT)),
        plans=tuple(plan_row(row) for row in _section(rows, PLAN)),
        schedules={row["sk"].removeprefix(SCHEDULE): made_at(row) for row in _section(rows, SCHEDULE)},
        refusals={row["sk"].removeprefix(REFUSAL): row["mark"] for row in _section(rows, REFUSAL)},
    )


def _section(rows: Sequence[Item], prefix: str) -> list[Item]:
    return [row for row in rows if row["sk"].startswith(prefix)]

"""What a deployment went through: outcomes, holds, stays on on-demand, versions of its manifest."""

from datetime import datetime

from berth_aws.attributes import Item
from berth_aws.table import Table, iso
from berth_core.decisions import Hold, Refuse
from berth_core.facts import Attempt, OnDemandUse
from berth_core.outcomes import Outcome

NEWEST = 50
"""Outcomes that a snapshot holds: enough to tell how long things take, and how often one failed in a row."""


class History:
    """Every row's key follows from its content, so writing one again changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep_outcome(self, deployment: str, outcome: Outcome) -> None:
        """Kept for good: durations are learnt from these. One row a decision: recorded again, the last word counts."""
        sk = f"outcome#{iso(outcome.started_at)}#{outcome.decision_id}"
        self._table.put(_pk(deployment), sk, outcome.model_dump(mode="json"))

    def attempts(self, deployment: str) -> tuple[Attempt, ...]:
        """The newest outcomes, the last one first."""
        rows = self._table.query(_pk(deployment), "begins_with(#sk, :prefix)", newest=NEWEST, prefix="outcome#")
        return tuple(_attempt(row) for row in rows)

    def keep_hold(self, deployment: str, held: Hold | Refuse, at: datetime) -> None:
        """Answers "why did nothing happen at three o'clock?". The caller writes only what has changed."""
        self._table.put(_pk(deployment), f"decision#{iso(at)}", held.model_dump(mode="json"))

    def keep_version(self, deployment: str, version: str, written_at: datetime, content: Item) -> bool:
        """A manifest as it came, valid or not; `written_at` is S3's. False if this version was kept before."""
        sk = _version_sk(version, written_at)
        return self._table.put(_pk(deployment), sk, content, "attribute_not_exists(#pk)").done

    def has_version(self, deployment: str, version: str, written_at: datetime) -> bool:
        """Whether this version was kept, and so announced, before."""
        return self._table.get(_pk(deployment), _version_sk(version, written_at)) is not None

    def begin_stay(self, deployment: str, stay: OnDemandUse) -> None:
        """Written before the request for on-demand instances, so that no stay is forgotten. Never overwrites one."""
        row = stay.model_dump(mode="json", exclude_none=True)
        self._table.put(_pk(deployment), f"on_demand#{iso(stay.started_at)}", row, "attribute_not_exists(#pk)")

    def end_stay(self, deployment: str, started_at: datetime, ended_at: datetime) -> bool:
        """False if there is no such stay, or it ended before: the first end counts."""
        return self._table.update(
            _pk(deployment),
            f"on_demand#{iso(started_at)}",
            "SET #ended_at = :ended_at",
            "attribute_exists(#pk) AND attribute_not_exists(#ended_at)",
            ended_at=iso(ended_at),
        ).done

    def stays(self, deployment: str) -> tuple[OnDemandUse, ...]:
        """All stays on on-demand, oldest first; one that still runs has no end."""
        rows = self._table.query(_pk(deployment), "begins_with(#sk, :prefix)", prefix="on_demand#")
        return tuple(OnDemandUse.model_validate(_without_keys(row)) for row in rows)


def _pk(deployment: str) -> str:
    return f"deployment#{deployment}"


def _version_sk(version: str, written_at: datetime) -> str:
    return f"version#{iso(written_at)}#{version}"


def _without_keys(row: Item) -> Item:
    return {key: value for key, value in row.items() if key not in ("pk", "sk")}


def _attempt(row: Item) -> Attempt:
    return Attempt(
        kind=row["asked"],
        rung=row["rung"],
        target=row["target"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        done=row["kind"] == "done",
        code=row["code"],
        plan_arn=row["plan_arn"],
    )

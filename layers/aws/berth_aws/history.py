"""What a deployment went through: outcomes, holds, stays on on-demand, versions of its manifest."""

from datetime import datetime

from berth_aws.attributes import Item
from berth_aws.partitions import history_of, of_deployment
from berth_aws.table import Table, iso, without_keys
from berth_core.decisions import Hold, Refuse
from berth_core.facts import Attempt, ConfigSeen, OnDemandUse, Turn
from berth_core.outcomes import Outcome

ATTEMPT = "attempt#"
STAY = "stay#"
TURN = "turn#"
MADE = ("name", "model", "instance_type", "instance_count", "plan_arn", "variant", "execution_role_arn")
NEWEST = 50
"""Outcomes that a snapshot holds: enough to tell how long things take, and how often one failed in a row."""


class History:
    """Every row's key follows from its content, so writing one again changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep_outcome(self, deployment: str, outcome: Outcome) -> None:
        """Kept for good: durations are learnt from these. One row a decision: recorded again, the last word counts."""
        sk = f"{ATTEMPT}{iso(outcome.started_at)}#{outcome.decision_id}"
        self._table.put(of_deployment(deployment), sk, outcome.model_dump(mode="json"))

    def keep_hold(self, deployment: str, held: Hold | Refuse, at: datetime) -> None:
        """Answers "why did nothing happen at three o'clock?". The caller writes only what has changed."""
        self._table.put(history_of(deployment), f"decision#{iso(at)}", held.model_dump(mode="json"))

    def keep_version(self, deployment: str, version: str, written_at: datetime, content: Item) -> bool:
        """A manifest as it came, valid or not; `written_at` is S3's. False if this version was kept before."""
        sk = _version_sk(version, written_at)
        return self._table.put(history_of(deployment), sk, content, "attribute_not_exists(#pk)").done

    def has_version(self, deployment: str, version: str, written_at: datetime) -> bool:
        """Whether this version was kept, and so announced, before."""
        return self._table.get(history_of(deployment), _version_sk(version, written_at)) is not None

    def tell_once(self, deployment: str, what: str, by: str) -> bool:
        """Whether this has to be told by this run: it wasn't before, or by this very run, whose answer was lost."""
        written = self._table.put(
            history_of(deployment), f"told#{what}", {"by": by}, "attribute_not_exists(#pk) OR #by = :by", by=by
        )
        return written.done

    def begin_stay(self, deployment: str, stay: OnDemandUse) -> None:
        """Written before the request for on-demand instances, so that no stay is forgotten. Never overwrites one."""
        row = stay.model_dump(mode="json", exclude_none=True)
        self._table.put(of_deployment(deployment), f"{STAY}{iso(stay.started_at)}", row, "attribute_not_exists(#pk)")

    def end_stay(self, deployment: str, started_at: datetime, ended_at: datetime) -> bool:
        """False if there is no such stay, or it ended before: the first end counts."""
        return self._table.update(
            of_deployment(deployment),
            f"{STAY}{iso(started_at)}",
            "SET #ended_at = :ended_at",
            "attribute_exists(#pk) AND attribute_not_exists(#ended_at)",
            ended_at=iso(ended_at),
        ).done

    def keep_fleet_beside(self, deployment: str, fleet: OnDemandUse) -> None:
        """One row a rollout, which is over: recorded again, the last word counts."""
        sk = f"{STAY}{iso(fleet.started_at)}#beside"
        self._table.put(of_deployment(deployment), sk, fleet.model_dump(mode="json", exclude_none=True))

    def begin_turn(self, deployment: str, turn: Turn) -> None:
        """A model's time in an evaluation, or a try of it that failed. Never overwrites one."""
        row = turn.model_dump(mode="json", exclude_none=True)
        self._table.put(of_deployment(deployment), _turn_sk(turn), row, "attribute_not_exists(#pk)")

    def end_turn(self, deployment: str, turn: Turn, ended_at: datetime) -> bool:
        """False if there is no such turn, or it ended before: the first end counts."""
        return self._table.update(
            of_deployment(deployment),
            _turn_sk(turn),
            "SET #ended_at = :ended_at",
            "attribute_exists(#pk) AND attribute_not_exists(#ended_at)",
            ended_at=iso(ended_at),
        ).done


def _turn_sk(turn: Turn) -> str:
    return f"{TURN}{iso(turn.started_at)}#{turn.code or turn.model}"


def _version_sk(version: str, written_at: datetime) -> str:
    return f"version#{iso(written_at)}#{version}"


def stay(row: Item) -> OnDemandUse:
    """One that still runs has no end."""
    return OnDemandUse.model_validate(without_keys(row))


def turn(row: Item) -> Turn:
    """One that still runs has no end."""
    return Turn.model_validate(without_keys(row))


def attempt(row: Item) -> Attempt:
    """What a decision needs to know of an outcome."""
    return Attempt(
        kind=row["asked"],
        decision_id=row["decision_id"],
        rung=row["rung"],
        target=row["target"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        done=row["kind"] == "done",
        code=row["code"],
        plan_arn=row["plan_arn"],
        left=row.get("left"),
        config=_made(row.get("config")),
        replaced=row.get("replaced"),
    )


def _made(config: Item | None) -> ConfigSeen | None:
    """What was made under a name: a config that is gone is known from here. Older rows don't name the variant."""
    return ConfigSeen.model_validate({key: config[key] for key in MADE if key in config}) if config else None

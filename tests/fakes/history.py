"""What has happened, in memory."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from berth_aws.history import NEWEST, History
from berth_core.decisions import Hold, Refuse
from berth_core.facts import Attempt, ConfigSeen, OnDemandUse, Turn
from berth_core.outcomes import Outcome


class FakeHistory(History):
    def __init__(self) -> None:
        self._outcomes: dict[str, dict[tuple[datetime, str], Outcome]] = defaultdict(dict)
        self._holds: dict[str, dict[datetime, Hold | Refuse]] = defaultdict(dict)
        self._stays: dict[str, dict[datetime, OnDemandUse]] = defaultdict(dict)
        self._beside: dict[str, dict[datetime, OnDemandUse]] = defaultdict(dict)
        self._turns: dict[str, dict[tuple[datetime, str], Turn]] = defaultdict(dict)
        self._versions: dict[tuple[str, str, datetime], dict[str, Any]] = {}
        self._told: dict[tuple[str, str], str] = {}

    def keep_outcome(self, deployment: str, outcome: Outcome) -> None:
        self._outcomes[deployment][(outcome.started_at, outcome.decision_id)] = outcome

    def attempts(self, deployment: str) -> tuple[Attempt, ...]:
        newest = sorted(self._outcomes[deployment].items(), reverse=True)[:NEWEST]
        return tuple(_attempt(outcome) for _, outcome in newest)

    def keep_hold(self, deployment: str, held: Hold | Refuse, at: datetime) -> None:
        self._holds[deployment][at] = held

    def keep_version(self, deployment: str, version: str, written_at: datetime, content: dict[str, Any]) -> bool:
        if self.has_version(deployment, version, written_at):
            return False
        self._versions[(deployment, version, written_at)] = content
        return True

    def has_version(self, deployment: str, version: str, written_at: datetime) -> bool:
        return (deployment, version, written_at) in self._versions

    def tell_once(self, deployment: str, what: str, by: str) -> bool:
        return self._told.setdefault((deployment, what), by) == by

    def begin_stay(self, deployment: str, stay: OnDemandUse) -> None:
        self._stays[deployment].setdefault(stay.started_at, stay)

    def end_stay(self, deployment: str, started_at: datetime, ended_at: datetime) -> bool:
        stay = self._stays[deployment].get(started_at)
        if stay is None or stay.ended_at is not None:
            return False
        self._stays[deployment][started_at] = stay.model_copy(update={"ended_at": ended_at})
        return True

    def keep_fleet_beside(self, deployment: str, fleet: OnDemandUse) -> None:
        self._beside[deployment][fleet.started_at] = fleet

    def stays(self, deployment: str) -> tuple[OnDemandUse, ...]:
        both = (*self._stays[deployment].values(), *self._beside[deployment].values())
        return tuple(sorted(both, key=lambda stay: (stay.started_at, stay.beside)))

    def begin_turn(self, deployment: str, turn: Turn) -> None:
        self._turns[deployment].setdefault((turn.started_at, turn.code or turn.model), turn)

    def end_turn(self, deployment: str, turn: Turn, ended_at: datetime) -> bool:
        key = (turn.started_at, turn.code or turn.model)
        known = self._turns[deployment].get(key)
        if known is None or known.ended_at is not None:
            return False
        self._turns[deployment][key] = known.model_copy(update={"ended_at": ended_at})
        return True

    def turns(self, deployment: str) -> tuple[Turn, ...]:
        return tuple(turn for _, turn in sorted(self._turns[deployment].items()))


def _attempt(outcome: Outcome) -> Attempt:
    return Attempt(
        kind=outcome.asked,
        rung=outcome.rung,
        target=outcome.target,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        done=outcome.kind == "done",
        code=outcome.code,
        plan_arn=outcome.plan_arn,
        left=outcome.left,
        config=ConfigSeen.model_validate(outcome.config.model_dump(exclude={"serves"})) if outcome.config else None,
        replaced=outcome.replaced,
    )

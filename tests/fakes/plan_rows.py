"""Plans as last seen, moments to wake at and refusals, in memory."""

from collections.abc import Iterable
from datetime import datetime

from berth_aws.moments import Moments
from berth_aws.plan_rows import PlanRows
from berth_aws.refusals import Refusals
from berth_core.decide.moments import Moment
from berth_core.decide.watch import PlanRow


class FakePlanRows(PlanRows):
    def __init__(self) -> None:
        self._rows: dict[str, PlanRow] = {}

    def all(self) -> tuple[PlanRow, ...]:
        return tuple(row for _, row in sorted(self._rows.items()))

    def keep(self, rows: Iterable[PlanRow]) -> None:
        self._rows.update({row.name: row for row in rows})


class FakeMoments(Moments):
    def __init__(self) -> None:
        self._moments: dict[str, datetime] = {}

    def all(self) -> dict[str, datetime]:
        return dict(self._moments)

    def keep(self, moment: Moment) -> None:
        self._moments[moment.name] = moment.at

    def forget(self, name: str) -> None:
        self._moments.pop(name, None)


class FakeRefusals(Refusals):
    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def all(self) -> dict[str, str]:
        return dict(self._marks)

    def keep(self, key: str, mark: str) -> None:
        self._marks[key] = mark

    def mark_of(self, key: str) -> str | None:
        return self._marks.get(key)

    def forget(self, key: str) -> None:
        self._marks.pop(key, None)

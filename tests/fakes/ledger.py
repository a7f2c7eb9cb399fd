"""The ledger in memory. It passes the same tests as the one in DynamoDB: tests/contract/test_ledger.py."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from berth_aws.component_rows import ComponentRows
from berth_aws.history import NEWEST, History
from berth_aws.leases import LEASE, Leases
from berth_aws.ledger import Ledger
from berth_aws.moments import Moments
from berth_aws.overview import Overview
from berth_aws.plan_rows import PlanRows
from berth_aws.queues import Queues
from berth_aws.refusals import Refusals
from berth_aws.registrations import LastHold, Noted, Registrations
from berth_aws.standing import Standing
from berth_aws.waiters import Waiter, Waiters
from berth_core.decide.watch import DeploymentBrief, Moment, PlanRow
from berth_core.decisions import Hold, Refuse
from berth_core.facts import Attempt, ConfigSeen, Gap, Lease, OnDemandUse, Override, Registration, Rival, Turn
from berth_core.manifest import Manifest
from berth_core.outcomes import Outcome
from berth_core.sweeps import WaiterBrief
from tests.fakes.purchases import FakePurchases, FakeSpending


class FakeRegistrations(Registrations):
    def __init__(self) -> None:
        self._rows: dict[str, Registration] = {}
        self._looked_at: dict[str, datetime] = {}
        self._noted: dict[str, Noted] = {}
        self._reconciled: set[str] = set()
        self._marks: dict[str, str] = {}

    def register(self, manifest: Manifest, version: str, looked_at: datetime, object_mark: str = "") -> bool:
        before = self._rows.get(manifest.name)
        if before is not None:
            same = before.version == version and before.removed_at is None
            if same or self._looked_at[manifest.name] > looked_at:
                return False
        self._rows[manifest.name] = Registration(
            name=manifest.name, manifest=manifest, version=version, registered_at=looked_at
        )
        self._looked_at[manifest.name] = looked_at
        self._marks[manifest.name] = object_mark
        self._noted.pop(manifest.name, None)
        self._reconciled.discard(manifest.name)
        return True

    def remove(self, name: str, looked_at: datetime) -> bool:
        row = self._rows.get(name)
        if row is None or row.removed_at is not None or self._looked_at[name] > looked_at:
            return False
        self._rows[name] = row.model_copy(update={"removed_at": looked_at})
        self._looked_at[name] = looked_at
        self._reconciled.discard(name)
        return True

    def get(self, name: str) -> Registration | None:
        return self._rows.get(name)

    def all(self) -> tuple[Registration, ...]:
        return tuple(row for _, row in sorted(self._rows.items()))

    def briefs(self) -> tuple[DeploymentBrief, ...]:
        return tuple(self._brief(row) for row in self.all())

    def override(self, name: str, override: Override) -> None:
        if name in self._rows:
            self._rows[name] = self._rows[name].model_copy(update={"override": override})

    def last_hold(self, name: str) -> LastHold | None:
        return self._noted[name].last_hold if name in self._noted else None

    def reconciled(self, name: str, noted: Noted) -> None:
        if name not in self._rows:
            return
        given = {key: getattr(noted, key) for key in noted.model_fields_set}
        self._noted[name] = self._noted.get(name, Noted()).model_copy(update=given)
        self._reconciled.add(name)

    def forget(self, name: str) -> bool:
        row = self._rows.get(name)
        if row is None or row.removed_at is None:
            return False
        del self._rows[name]
        return True

    def _brief(self, row: Registration) -> DeploymentBrief:
        noted = self._noted.get(row.name, Noted())
        return DeploymentBrief(
            name=row.name,
            plans=row.manifest.reservation.plans,
            finish_before_minutes=row.manifest.end_of_window.finish_before_minutes,
            ladder=row.manifest.end_of_window.ladder,
            between_blocks=row.manifest.end_of_window.between_blocks,
            due_at=noted.due_at,
            endpoint_seen=noted.endpoint_seen,
            placed_on=noted.placed_on,
            reconciled=row.name in self._reconciled,
            object_mark=self._marks[row.name],
            keeps_staging=row.manifest.staging is not None and row.manifest.staging.keep,
            removed=row.removed_at is not None,
        )


class FakeLeases(Leases):
    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}

    def claim(
        self,
        deployment: str,
        holder: str,
        purpose: str,
        now: datetime,
        *,
        deadline: datetime | None = None,
        instead_of: str | None = None,
    ) -> Lease:
        held = self._leases.get(deployment)
        if held is not None and held.holder not in (holder, instead_of) and held.expires_at > now:
            return held
        self._leases[deployment] = Lease(
            holder=holder,
            purpose=purpose,
            expires_at=now + LEASE,
            fence=int(now.timestamp() * 1_000_000),
            urgent=deadline is not None,
            deadline=deadline,
        )
        return self._leases[deployment]

    def renew(self, deployment: str, holder: str, now: datetime, fence: int | None = None) -> bool:
        held = self._leases.get(deployment)
        if held is None or held.holder != holder or (fence is not None and held.fence > fence):
            return False
        self._leases[deployment] = held.model_copy(update={"expires_at": now + LEASE})
        return True

    def release(self, deployment: str, holder: str) -> bool:
        held = self._leases.get(deployment)
        if held is None or held.holder != holder:
            return False
        del self._leases[deployment]
        return True

    def of(self, names: Iterable[str]) -> dict[str, Lease]:
        return {name: self._leases[name] for name in names if name in self._leases}

    def in_force(self, deployment: str, now: datetime) -> Lease | None:
        held = self._leases.get(deployment)
        return held if held is not None and held.expires_at > now else None


class FakeWaiters(Waiters):
    def __init__(self) -> None:
        self._waiters: dict[str, dict[str, Waiter]] = defaultdict(dict)
        self._stored_at: dict[tuple[str, str], datetime] = {}

    def store(self, endpoint: str, waiter: Waiter, now: datetime) -> None:
        self._stored_at[(endpoint, waiter.holder)] = now
        self._waiters[endpoint][waiter.holder] = waiter

    def of(self, endpoint: str) -> tuple[Waiter, ...]:
        return tuple(self._waiters[endpoint].values())

    def all(self) -> tuple[WaiterBrief, ...]:
        return tuple(
            WaiterBrief(endpoint=endpoint, holder=holder, stored_at=self._stored_at[(endpoint, holder)])
            for endpoint, waiters in sorted(self._waiters.items())
            for holder in waiters
        )

    def forget(self, endpoint: str, waiter: Waiter) -> bool:
        if self._waiters[endpoint].get(waiter.holder) != waiter:
            return False
        del self._waiters[endpoint][waiter.holder]
        return True


class FakeQueues(Queues):
    def __init__(self) -> None:
        self._rows: dict[str, dict[str, tuple[Rival, datetime]]] = defaultdict(dict)

    def wait(self, rival: Rival, until: datetime) -> None:
        self._rows[rival.plan][rival.name] = (rival, until.replace(microsecond=0))

    def leave(self, plan: str, deployment: str) -> None:
        self._rows[plan].pop(deployment, None)

    def of(self, plan: str, now: datetime) -> tuple[Rival, ...]:
        return tuple(rival for _, (rival, until) in sorted(self._rows[plan].items()) if until > now)


class FakeHistory(History):
    def __init__(self) -> None:
        self._outcomes: dict[str, dict[tuple[datetime, str], Outcome]] = defaultdict(dict)
        self._holds: dict[str, dict[datetime, Hold | Refuse]] = defaultdict(dict)
        self._stays: dict[str, dict[datetime, OnDemandUse]] = defaultdict(dict)
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

    def stays(self, deployment: str) -> tuple[OnDemandUse, ...]:
        return tuple(stay for _, stay in sorted(self._stays[deployment].items()))

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


class FakeComponentRows(ComponentRows):
    def __init__(self) -> None:
        self._gaps: dict[str, dict[datetime, Gap]] = defaultdict(dict)
        self._specifications: dict[tuple[str, str], dict[str, Any]] = {}

    def keep_gap(self, deployment: str, gap: Gap) -> None:
        self._gaps[deployment][gap.started_at] = gap

    def gaps(self, deployment: str) -> tuple[Gap, ...]:
        return tuple(gap for _, gap in sorted(self._gaps[deployment].items(), reverse=True))

    def keep_specification(self, deployment: str, component: str, specification: dict[str, Any]) -> None:
        self._specifications[(deployment, component)] = specification

    def specification(self, deployment: str, component: str) -> dict[str, Any] | None:
        return self._specifications.get((deployment, component))


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


class FakeLedger(Ledger):
    registrations: FakeRegistrations
    leases: FakeLeases
    history: FakeHistory
    plans: FakePlanRows
    moments: FakeMoments
    refusals: FakeRefusals

    def __init__(self) -> None:
        self.registrations = FakeRegistrations()
        self.leases = FakeLeases()
        self.waiters = FakeWaiters()
        self.history = FakeHistory()
        self.components = FakeComponentRows()
        self.plans = FakePlanRows()
        self.moments = FakeMoments()
        self.refusals = FakeRefusals()
        self.queues = FakeQueues()
        self.purchases = FakePurchases()
        self.spending = FakeSpending()

    def overview(self) -> Overview:
        return Overview(
            deployments=self.registrations.briefs(),
            plans=self.plans.all(),
            schedules=self.moments.all(),
            refusals=self.refusals.all(),
        )

    def standing(self, deployment: str, now: datetime) -> Standing:
        return Standing(
            lease=self.leases.in_force(deployment, now),
            attempts=self.history.attempts(deployment),
            stays=self.history.stays(deployment),
            turns=self.history.turns(deployment),
        )


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

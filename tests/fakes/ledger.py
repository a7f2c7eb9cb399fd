"""The ledger in memory. It passes the same tests as the one in DynamoDB: tests/contract/test_ledger_*.py."""

from berth_aws.ledger import Ledger
from berth_aws.overview import Overview
from berth_aws.standing import Standing
from tests.fakes.component_rows import FakeComponentRows
from tests.fakes.history import FakeHistory
from tests.fakes.leases import FakeLeases
from tests.fakes.plan_rows import FakeMoments, FakePlanRows, FakeRefusals
from tests.fakes.purchases import FakePurchases, FakeSpending
from tests.fakes.registrations import FakeRegistrations
from tests.fakes.waiting import FakeQueues, FakeWaiters


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

    def standing(self, deployment: str) -> Standing:
        return Standing(
            lease=self.leases.latest(deployment),
            attempts=self.history.attempts(deployment),
            stays=self.history.stays(deployment),
            turns=self.history.turns(deployment),
        )

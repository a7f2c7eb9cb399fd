"""Plans as last seen and moments to wake at, in DynamoDB and in the fake."""

from datetime import UTC, datetime

from berth_aws.ledger import Ledger
from berth_core.decide.moments import Moment
from berth_core.decide.watch import PlanRow
from tests.builders import START, plan

NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)


class TestPlansAndMoments:
    def test_a_plan_row_comes_back_as_it_was(self, ledger: Ledger) -> None:
        row = PlanRow(name="p5-for-eval", seen=plan(), told_leads=("x-1440",))
        ledger.plans.keep([row])
        ledger.plans.keep([row])
        assert ledger.plans.all() == (row,)

    def test_a_moment_is_kept_moved_and_forgotten(self, ledger: Ledger) -> None:
        ledger.moments.keep(Moment(name="p5-b0-start", at=START))
        ledger.moments.keep(Moment(name="p5-b0-start", at=NOW))
        assert ledger.overview().schedules == {"p5-b0-start": NOW}
        ledger.moments.forget("p5-b0-start")
        ledger.moments.forget("p5-b0-start")
        assert ledger.overview().schedules == {}

"""A snapshot of one deployment: what the ledger and the account say of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_aws.ledger import Ledger
from berth_aws.steps import observe_deployment as observe_step
from berth_aws.steps.observe_deployment import observe_deployment
from berth_core.decide.watch import PlanRow
from berth_core.errors import RefusedError
from berth_core.facts import Policy
from tests.builders import P4D, P5, PLAN_ARN, START, endpoint, plan, stay
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
PRICES = {P5: Decimal("63.296"), P4D: Decimal("25.25"), "ml.g5.xlarge": Decimal("1.41")}


class TestObserve:
    @pytest.fixture(autouse=True)
    def account(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = plan(name="bought-by-another", arn="arn:other")
        plans = {"p5-for-eval": plan(), PLAN_ARN: plan(), "arn:other": other}
        monkeypatch.setattr(observe_step, "plan_seen", lambda _client, name: plans.get(name))
        monkeypatch.setattr(observe_step, "endpoint_seen", lambda _client, _name: None)

    def observe(self, ledger: Ledger) -> Any:
        return observe_deployment(NAME, "me", ledger, Policy(stack="berth"), PRICES, NOW)

    def test_a_snapshot_holds_what_the_ledger_and_the_account_say(self, ledger: FakeLedger) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        ledger.history.begin_stay(NAME, stay(START, NOW))
        seen = self.observe(ledger)
        assert (seen.now, seen.holder, seen.deployment.version, seen.endpoint) == (NOW, "me", "v1", None)
        assert (seen.lease.holder, seen.plans, seen.on_demand) == ("you", (plan(),), (stay(START, NOW),))

    def test_only_the_prices_in_question_travel(self, ledger: FakeLedger) -> None:
        assert self.observe(ledger).policy.prices_usd_per_hour == {P5: "63.296", P4D: "25.25"}

    def test_the_plan_under_the_endpoint_is_seen_though_no_manifest_names_it(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = endpoint(plan_arn="arn:other")
        monkeypatch.setattr(observe_step, "endpoint_seen", lambda _client, _name: elsewhere)
        assert [each.name for each in self.observe(ledger).plans] == ["p5-for-eval", "bought-by-another"]

    def test_the_last_known_times_hold_of_a_plan_that_vanished_under_the_endpoint(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = plan(name="gone", arn="arn:gone")
        ledger.plans.keep([PlanRow(name="gone", seen=gone)])
        monkeypatch.setattr(observe_step, "endpoint_seen", lambda _client, _name: endpoint(plan_arn="arn:gone"))
        assert self.observe(ledger).plans == (plan(), gone)

    def test_an_unknown_deployment_is_refused_with_the_way_out(self) -> None:
        with pytest.raises(RefusedError, match=r"'llama-eval' isn't registered: put deployments/llama-eval\.yaml"):
            self.observe(FakeLedger())

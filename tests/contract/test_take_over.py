"""Taking the lease from a run that can't be waited for, and who waits for the same plan."""

from datetime import timedelta
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps import observe_deployment as observe_step
from berth_aws.steps import take_over as take_over_step
from berth_aws.steps.observe_deployment import observe_deployment
from berth_aws.steps.take_over import take_over
from berth_core.decisions import TakeOver
from berth_core.errors import RefusedError
from berth_core.facts import Policy, Rival
from tests.builders import END, PLAN_ARN, START, attempt, endpoint, manifest, plan
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
DECISION = TakeOver(reason="no time left", holder="you", purpose="endpoint_rotate", deadline=END)


@pytest.fixture
def ledger() -> FakeLedger:
    ledger = FakeLedger()
    ledger.registrations.register(manifest(), "v1", START)
    return ledger


@pytest.fixture(autouse=True)
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "shared", lambda service: f"the {service} client")


class TestTakeOver:
    @pytest.fixture
    def stopped(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        stopped: list[tuple[str, str]] = []

        def stop(_client: Any, execution_arn: str, why: str) -> bool:
            stopped.append((execution_arn, why))
            return len(stopped) == 1

        monkeypatch.setattr(take_over_step, "stop_execution", stop)
        return stopped

    def test_the_holder_is_stopped_and_acts_no_more(self, ledger: FakeLedger, stopped: list[Any]) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        claim = take_over(NAME, "me", DECISION, ledger, NOW)
        assert (claim.kind, claim.reason) == ("won", "endpoint_rotate is stopped: you")
        assert stopped == [("you", "no time left")]
        with pytest.raises(RefusedError):
            ledger.leases.insist(NAME, "you", NOW)
        ledger.leases.insist(NAME, "me", NOW, claim.fence)

    def test_what_the_holder_was_at_stays_with_the_lease(self, ledger: FakeLedger, stopped: list[Any]) -> None:
        begun = attempt(kind="deploy", decision_id="d-1", done=False)
        ledger.leases.claim(NAME, "you", "endpoint_deploy", NOW, begun=begun)
        take_over(NAME, "me", DECISION.model_copy(update={"begun": begun}), ledger, NOW)
        left = ledger.leases.latest(NAME)
        assert left is not None
        assert (left.holder, left.begun, len(stopped)) == ("me", begun, 1)

    def test_a_retry_meets_its_own_work(self, ledger: FakeLedger, stopped: list[Any]) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        assert take_over(NAME, "me", DECISION, ledger, NOW).kind == "won"
        again = take_over(NAME, "me", DECISION, ledger, NOW)
        assert (again.kind, again.reason) == ("won", "endpoint_rotate had ended: you")
        assert len(stopped) == 2

    def test_a_third_run_that_was_faster_is_left_alone(self, ledger: FakeLedger, stopped: list[Any]) -> None:
        ledger.leases.claim(NAME, "third", "window_handover", NOW, deadline=END)
        claim = take_over(NAME, "me", DECISION, ledger, NOW)
        assert (claim.kind, claim.reason) == ("lost", "third is at it (window_handover)")
        assert stopped == []


class TestRivals:
    def observed(self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, over: Any, there: Any = None) -> Any:
        monkeypatch.setattr(observe_step, "plan_seen", lambda _client, _name: plan(**over))
        monkeypatch.setattr(observe_step, "endpoint_seen", lambda _client, _name: there)
        return observe_deployment(NAME, "me", ledger, Policy(stack="berth"), {}, NOW).rivals

    def waiting(self, ledger: FakeLedger, name: str, **over: Any) -> Rival:
        ledger.registrations.register(manifest(name=name, **over), "v1", START)
        rival = Rival(name=name, plan="p5-for-eval", priority=5, instance_count=1)
        ledger.queues.wait(rival, END)
        return rival

    def test_only_those_count_that_still_name_the_plan(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        aya = self.waiting(ledger, "aya")
        self.waiting(ledger, NAME)
        self.waiting(ledger, "gone")
        ledger.registrations.remove("gone", NOW)
        elsewhere = {"plans": ["p6"], "instance_type": "ml.p5.48xlarge"}
        self.waiting(ledger, "moved", reservation=elsewhere)
        assert self.observed(ledger, monkeypatch, {}) == (aya,)

    @pytest.mark.parametrize(
        ("over", "there"),
        [({"status": "Scheduled"}, None), ({"available_count": 0}, None), ({}, endpoint(plan_arn=PLAN_ARN))],
        ids=["not open", "full", "ours already"],
    )
    def test_nobody_is_asked_for_where_nothing_is_to_be_had(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, over: Any, there: Any
    ) -> None:
        self.waiting(ledger, "aya")
        assert self.observed(ledger, monkeypatch, over, there) == ()

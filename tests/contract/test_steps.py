"""What the remaining functions do with the ledger and SageMaker between them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.steps import apply_config as apply_config_step
from berth_aws.steps import apply_endpoint as apply_endpoint_step
from berth_aws.steps import clean_configs as clean_configs_step
from berth_aws.steps import observe_deployment as observe_step
from berth_aws.steps.apply_config import apply_config
from berth_aws.steps.apply_endpoint import apply_endpoint
from berth_aws.steps.claim_decision import claim_decision
from berth_aws.steps.clean_configs import clean_configs
from berth_aws.steps.invoke_smoke_test import invoke_smoke_test
from berth_aws.steps.observe_deployment import observe_deployment
from berth_aws.steps.wake_deployments import wake_deployments
from berth_core.decide.intent import Intent
from berth_core.decide.watch import PlanRow
from berth_core.decisions import ConfigSpec, HandOver, Resize, Rotate
from berth_core.errors import RefusedError
from berth_core.facts import Override, Policy
from berth_core.naming import config_spec
from tests.builders import (
    END,
    P4D,
    P5,
    PLAN_ARN,
    START,
    endpoint,
    manifest,
    outcome_of,
    plan,
    registration,
    snapshot,
    stay,
)
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
PRICES = {P5: Decimal("63.296"), P4D: Decimal("25.25"), "ml.g5.xlarge": Decimal("1.41")}
OURS = {"berth:stack": "berth", "berth:deployment": NAME}
RESIZE = Resize(id="1", reason="two", started_at=NOW, variant="main", instance_count=2, config_name="x")


@pytest.fixture
def ledger() -> FakeLedger:
    ledger = FakeLedger()
    ledger.registrations.register(manifest(), "v1", START)
    return ledger


@pytest.fixture(autouse=True)
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("shared", "once_only"):
        monkeypatch.setattr(clients, kind, lambda service: f"the {service} client")


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


class TestClaim:
    def test_who_loses_learns_why(self, ledger: FakeLedger) -> None:
        assert claim_decision(NAME, "me", "endpoint_deploy", Intent(), ledger, NOW).kind == "won"
        lost = claim_decision(NAME, "you", "endpoint_rotate", Intent(kind="rotate", model="v2"), ledger, NOW)
        assert (lost.kind, lost.reason) == (
            "lost",
            "me is at it (endpoint_deploy), until 2026-03-03 12:45 UTC at the latest",
        )
        assert ledger.registrations.all()[0].override is None

    def test_what_is_asked_by_hand_is_laid_over_what_was_asked_before(self, ledger: FakeLedger) -> None:
        for asked in (Intent(kind="rotate", instance_count=2), Intent(kind="rotate", model="v2")):
            claim_decision(NAME, "me", "endpoint_rotate", asked, ledger, NOW)
        assert ledger.registrations.all()[0].override == Override(model="v2", instance_count=2)


class TestApply:
    def hand_over(self) -> HandOver:
        spec = config_spec(registration(), instance_type=P5, count=1, plan_arn=None)
        return HandOver(
            id="1",
            reason="the window closes",
            started_at=NOW,
            rung="on_demand",
            action="update",
            config=spec,
            finish_by=END,
            give_up_at=END,
        )

    def test_who_has_lost_the_lease_changes_nothing(self, ledger: FakeLedger) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        with pytest.raises(RefusedError, match="another run has taken over"):
            apply_endpoint(NAME, "me", RESIZE, "berth", ledger, NOW)
        with pytest.raises(RefusedError, match="another run has taken over"):
            apply_config(NAME, "me", self.hand_over(), "berth", ledger, NOW)

    def test_a_resize_needs_no_config_but_the_live_one(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(apply_config_step, "make_live_config_again", lambda name, *_: asked.append(name))
        ledger.leases.claim(NAME, "me", "endpoint_rotate", NOW)
        assert apply_config(NAME, "me", RESIZE, "berth", ledger, NOW).config_name == "x"
        assert asked == [NAME]

    @pytest.mark.parametrize(("live", "there", "made"), [
        ("known", None, ["known"]),
        ("known", "anything", []),
        ("by-hand", None, []),
        (None, None, []),
    ])  # fmt: skip
    def test_a_live_config_that_somebody_deleted_is_made_again(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, live: Any, there: Any, made: list[str]
    ) -> None:
        spec = config_spec(registration(), instance_type=P5, count=1, plan_arn=PLAN_ARN)
        name = spec.name if live == "known" else live
        ledger.history.keep_outcome(NAME, outcome_of(self.hand_over(), "done").model_copy(update={"config": spec}))
        described = {"EndpointConfigName": name} if name else None
        asked: list[ConfigSpec] = []
        monkeypatch.setattr(apply_config_step, "described", lambda *_: described)
        monkeypatch.setattr(apply_config_step, "config_seen", lambda *_: there)
        monkeypatch.setattr(apply_config_step, "create_config", lambda _client, each, _tags: asked.append(each))
        apply_config_step.make_live_config_again(NAME, OURS, ledger, NOW)
        assert asked == ([spec] if made else [])

    def test_a_hop_is_written_down_as_one_and_a_gap_ends_with_a_creation(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = config_spec(registration(), instance_type=P5, count=1, plan_arn=None)
        hop = Rotate(id="1", reason="full", started_at=NOW, config=spec, rung="hop", strategy="hop")
        ledger.leases.claim(NAME, "me", "endpoint_rotate", NOW)
        monkeypatch.setattr(apply_endpoint_step, "update_endpoint", lambda *_, **__: "updated")
        monkeypatch.setattr(apply_endpoint_step, "create_endpoint", lambda *_: "created")
        assert apply_endpoint(NAME, "me", hop, "berth", ledger, NOW).asked == "updated"
        assert [each.hop for each in ledger.standing(NAME, NOW).stays] == [True]
        anew = hop.model_copy(update={"action": "replace", "rung": "recreate"})
        assert apply_endpoint(NAME, "me", anew, "berth", ledger, NOW).asked == "created"

    def test_a_stay_on_demand_is_written_down_before_it_is_asked_for(
        self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any, **__: Any) -> str:
            raise RefusedError("no capacity")

        ledger.leases.claim(NAME, "me", "window_handover", NOW)
        monkeypatch.setattr(apply_endpoint_step, "update_endpoint", refuse)
        with pytest.raises(RefusedError, match="no capacity"):
            apply_endpoint(NAME, "me", self.hand_over(), "berth", ledger, NOW)
        assert ledger.standing(NAME, NOW).stays == (stay(NOW),)

    def test_a_deletion_is_not_asked_for_here(self, ledger: FakeLedger) -> None:
        ledger.leases.claim(NAME, "me", "window_handover", NOW)
        deletion = self.hand_over().model_copy(update={"action": "delete", "config": None, "rung": "delete"})
        with pytest.raises(RefusedError, match="apply_deletion"):
            apply_endpoint(NAME, "me", deletion, "berth", ledger, NOW)


class TestCleanConfigs:
    @pytest.fixture
    def account(self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        ledger.leases.claim(NAME, "me", "endpoint_rotate", NOW)
        tags = {name: OURS for name in ("live", "next", "old", "kept")}
        foreign = {"theirs": {"berth:stack": "another", "berth:deployment": NAME}, "bare": {}}
        account: dict[str, Any] = {
            "tags": tags | foreign,
            "endpoint": {"EndpointConfigName": "live", "PendingDeploymentSummary": {"EndpointConfigName": "next"}},
            "deleted": [],
        }
        found: dict[str, Any] = {"configs_of": lambda *_: {name: name for name in account["tags"]}}
        found["tags_of"] = lambda _client, arn: account["tags"].get(arn)
        found["described"] = lambda *_: account["endpoint"]
        found["delete_config"] = lambda _client, name: account["deleted"].append(name)
        for name, stand_in in found.items():
            monkeypatch.setattr(clean_configs_step, name, stand_in)
        return account

    def clean(self, ledger: Ledger) -> tuple[str, ...]:
        return clean_configs(NAME, "me", frozenset({"kept"}), "berth", ledger, NOW).deleted

    def test_only_what_is_ours_and_nobodys_is_deleted(self, ledger: FakeLedger, account: dict[str, Any]) -> None:
        assert self.clean(ledger) == ("old",)
        assert account["deleted"] == ["old"]

    def test_without_an_endpoint_all_of_ours_go_but_what_is_kept(
        self, ledger: FakeLedger, account: dict[str, Any]
    ) -> None:
        account["endpoint"] = None
        assert set(self.clean(ledger)) == {"live", "next", "old"}

    def test_a_mix_of_two_configs_keeps_both(self, ledger: FakeLedger, account: dict[str, Any]) -> None:
        account["endpoint"] = {"EndpointStatus": "UpdateRollbackFailed", "EndpointConfigName": "live"}
        assert self.clean(ledger) == ()

    def test_a_config_that_becomes_live_meanwhile_is_spared(
        self, ledger: FakeLedger, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account["endpoint"] = None

        def delete(_client: Any, name: str) -> None:
            account["deleted"].append(name)
            account["endpoint"] = {"EndpointConfigName": "old"}

        monkeypatch.setattr(clean_configs_step, "delete_config", delete)
        self.clean(ledger)
        assert "old" not in account["deleted"]


class TestWake:
    ALARM = {"id": "1", "source": "aws.cloudwatch", "detail": {"alarmName": "llama-5xx"}}  # noqa: RUF012

    @pytest.fixture
    def started(self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        started: list[str] = []
        ledger.registrations.register(manifest(name="other", rollout={"alarms": ["llama-5xx"]}), "v1", START)

        class Machine:
            def start_execution(self, **arguments: str) -> None:
                started.append(arguments["name"])

        monkeypatch.setattr(clients, "shared", lambda _service: Machine())
        monkeypatch.setattr(Ledger, "named", lambda _table: ledger)
        return started

    def test_an_endpoint_wakes_the_deployment_of_its_name(self, started: list[str]) -> None:
        event = {"id": "1", "source": "aws.sagemaker", "detail": {"EndpointName": NAME}}
        assert wake_deployments(event, "ledger", "arn").woken == (NAME,)
        assert len(started) == 1

    def test_an_alarm_wakes_whoever_names_it(self, started: list[str]) -> None:
        assert wake_deployments(self.ALARM, "ledger", "arn").woken == ("other",)

    def test_a_doubled_event_asks_for_the_same_run(self, started: list[str]) -> None:
        wake_deployments(self.ALARM, "ledger", "arn")
        wake_deployments(self.ALARM, "ledger", "arn")
        assert len(set(started)) == 1

    @pytest.mark.parametrize("event", [{}, {"source": "aws.sagemaker", "detail": {"EndpointName": "somebody-elses"}}])
    def test_what_concerns_nobody_wakes_nobody(self, started: list[str], event: dict[str, Any]) -> None:
        assert wake_deployments(event, "ledger", "arn").woken == ()
        assert started == []


class TestSmokeTest:
    TEST = {"body": "{}", "content_type": "application/json"}  # noqa: RUF012

    def test_nothing_is_asked_if_no_test_is_wanted_or_none_can_run(self) -> None:
        assert invoke_smoke_test(snapshot(endpoint=endpoint())).failed is None
        asked = registration(smoke_test=self.TEST)
        assert invoke_smoke_test(snapshot(deployment=asked)).failed is None
        updating = endpoint(status="Updating")
        assert invoke_smoke_test(snapshot(deployment=asked, endpoint=updating)).failed is None

    def test_a_model_that_fails_the_request_is_an_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Runtime:
            def invoke_endpoint(self, **_: Any) -> None:
                from botocore.exceptions import ClientError

                raise ClientError({"Error": {"Code": "ModelError", "Message": "out of memory"}}, "InvokeEndpoint")

        monkeypatch.setattr(clients, "invoking", Runtime)
        tested = invoke_smoke_test(snapshot(deployment=registration(smoke_test=self.TEST), endpoint=endpoint()))
        assert tested.failed is True
        assert "out of memory" in tested.reason

"""Configs and endpoints are changed by the lease's holder alone, and written down before they are asked for."""

from datetime import timedelta
from typing import Any

import pytest

from berth_aws.steps import apply_config as apply_config_step
from berth_aws.steps import apply_endpoint as apply_endpoint_step
from berth_aws.steps.apply_config import apply_config
from berth_aws.steps.apply_endpoint import apply_endpoint
from berth_core.decisions import ConfigSpec, HandOver, Resize, Rotate
from berth_core.errors import RefusedError
from berth_core.naming import config_spec
from tests.builders import END, P5, PLAN_ARN, START, outcome_of, registration, stay
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
OURS = {"berth:stack": "berth", "berth:deployment": NAME}
RESIZE = Resize(id="1", reason="two", started_at=NOW, variant="main", instance_count=2, config_name="x")


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
        spec = config_spec(registration(), instance_type=P5, count=1, plan_arn=PLAN_ARN, variant="AllTraffic")
        name = spec.name if live == "known" else live
        ledger.history.keep_outcome(NAME, outcome_of(self.hand_over(), "done").model_copy(update={"config": spec}))
        described = {"EndpointConfigName": name} if name else None
        asked: list[ConfigSpec] = []
        monkeypatch.setattr(apply_config_step, "described", lambda *_: described)
        monkeypatch.setattr(apply_config_step, "config_seen", lambda *_: there)
        monkeypatch.setattr(apply_config_step, "create_config", lambda _client, each, _tags: asked.append(each))
        apply_config_step.make_live_config_again(NAME, OURS, ledger)
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
        assert [each.hop for each in ledger.standing(NAME).stays] == [True]
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
        assert ledger.standing(NAME).stays == (stay(NOW),)

    def test_a_deletion_is_not_asked_for_here(self, ledger: FakeLedger) -> None:
        ledger.leases.claim(NAME, "me", "window_handover", NOW)
        deletion = self.hand_over().model_copy(update={"action": "delete", "config": None, "rung": "delete"})
        with pytest.raises(RefusedError, match="apply_deletion"):
            apply_endpoint(NAME, "me", deletion, "berth", ledger, NOW)

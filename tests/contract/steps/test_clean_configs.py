"""Configs that are ours and nobody's are deleted, and no others."""

from datetime import timedelta
from typing import Any

import pytest

from berth_aws.ledger import Ledger
from berth_aws.steps import clean_configs as clean_configs_step
from berth_aws.steps.clean_configs import clean_configs
from tests.builders import START
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
OURS = {"berth:stack": "berth", "berth:deployment": NAME}


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

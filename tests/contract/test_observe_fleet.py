"""The sweep's look: lists, however many there are, and describes nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps.observe_fleet import Observed, Place, observe_fleet
from berth_aws.waiters import Waiter
from tests.builders import manifest
from tests.fakes.ledger import FakeLedger

NOW = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)


class Account:
    """One client for all services, with so many endpoints and a config for each. It knows lists alone."""

    def __init__(self, endpoints: int) -> None:
        self.asked: Counter[str] = Counter()
        self.ledger = FakeLedger()
        self.ledger.registrations.register(manifest(), "v1", NOW)
        self._listed: dict[str, tuple[str, list[dict[str, Any]]]] = {
            "list_training_plans": ("TrainingPlanSummaries", []),
            "list_endpoints": ("Endpoints", [_endpoint(number) for number in range(endpoints)]),
            "list_endpoint_configs": ("EndpointConfigs", [_config(number) for number in range(endpoints)]),
            "list_schedules": ("Schedules", [{"Name": "watch"}, {"Name": "sweep"}]),
            "describe_alarms": ("MetricAlarms", []),
        }

    def get_paginator(self, operation: str) -> Any:
        account = self

        class Paginator:
            def paginate(self, PaginationConfig: dict[str, int], **_: Any) -> Iterator[dict[str, Any]]:
                key, rows = account._listed[operation]
                size = PaginationConfig["PageSize"]
                for start in range(0, max(len(rows), 1), size):
                    account.asked[operation] += 1
                    yield {key: rows[start : start + size]}

        return Paginator()


def _endpoint(number: int) -> dict[str, Any]:
    return {"EndpointName": f"other-{number}", "EndpointStatus": "InService", "LastModifiedTime": NOW}


def _config(number: int) -> dict[str, Any]:
    return {"EndpointConfigName": f"other-{number}-config"}


def _look(account: Account, monkeypatch: pytest.MonkeyPatch, now: datetime = NOW) -> Observed:
    monkeypatch.setattr(clients, "shared", lambda _service: account)
    return observe_fleet(Place(stack="berth", schedule_group="berth"), account.ledger, now)


@pytest.mark.parametrize(("endpoints", "calls"), [(1, 5), (100, 5), (101, 7)])
def test_it_asks_once_for_a_hundred_of_each(monkeypatch: pytest.MonkeyPatch, endpoints: int, calls: int) -> None:
    account = Account(endpoints)
    _look(account, monkeypatch)
    assert account.asked.total() == calls
    assert len(account.asked) == 5


def test_what_it_finds_is_counted_and_to_be_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(1)
    account.ledger.waiters.store("llama-eval", Waiter(holder="a run", token="t", until="settled"), NOW)
    seen = _look(account, monkeypatch, NOW + timedelta(minutes=15))
    assert seen.waiting == 1
    assert [repair.kind for repair in seen.sweep.repairs] == ["resume_waiter", "reconcile"]


def test_a_lease_in_force_keeps_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(1)
    account.ledger.leases.claim("llama-eval", "a run", "endpoint_deploy", NOW)
    assert _look(account, monkeypatch).sweep.repairs == ()

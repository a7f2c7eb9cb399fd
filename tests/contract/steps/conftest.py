"""A deployment in the ledger, and no client that could ask AWS."""

import pytest

from berth_aws import clients
from tests.builders import START, manifest
from tests.fakes.ledger import FakeLedger


@pytest.fixture
def ledger() -> FakeLedger:
    ledger = FakeLedger()
    ledger.registrations.register(manifest(), "v1", START)
    return ledger


@pytest.fixture(autouse=True)
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("shared", "once_only"):
        monkeypatch.setattr(clients, kind, lambda service: f"the {service} client")

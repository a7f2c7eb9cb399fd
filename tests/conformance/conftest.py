"""A fresh cloud for each conformance test, and the proof that nothing died unseen in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.delivery import bus
from tests.conformance.machines import Machines
from tests.conformance.reservations import LOAD_SECONDS, Reservations
from tests.conformance.sample_app import ROLES_MAY_ALL


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = Cloud.start(ROLES_MAY_ALL)
    yield running
    running.stop()
    assert running.kernel.errors == []


@pytest.fixture
def machines(cloud: Cloud) -> Machines:
    return Machines(cloud)


@pytest.fixture
def queue(cloud: Cloud) -> str:
    """Where tasks that wait send their tokens."""
    return str(cloud.client("sqs").create_queue(QueueName="tokens")["QueueUrl"])


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    """The plan is bought and open, the models are there."""
    opened = Reservations(cloud)
    opened.open()
    return opened


@pytest.fixture
def running(site: Reservations) -> Reservations:
    """One instance of two, in service on config c1 with model m1."""
    site.endpoint()
    return site


@pytest.fixture
def put(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that the twin puts, as it puts them."""
    entries: list[dict[str, Any]] = []
    original = bus.put_by_aws

    def keep(entry: dict[str, Any]) -> None:
        entries.append(entry)
        original(entry)

    monkeypatch.setattr(bus, "put_by_aws", keep)
    return entries


@pytest.fixture
def hosted(site: Reservations) -> Reservations:
    """An endpoint for components with one instance of the plan's two."""
    site.component_endpoint()
    return site


@pytest.fixture
def placed(hosted: Reservations) -> Reservations:
    """One copy of component a is in service."""
    hosted.component()
    hosted.cloud.advance(seconds=LOAD_SECONDS)
    assert hosted.component_state() == ("InService", 1, 1)
    return hosted

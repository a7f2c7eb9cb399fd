"""A fresh cloud for each conformance test, and the proof that nothing died unseen in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal.cloud import Cloud
from tests.conformance.machines import Machines


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = Cloud.start()
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

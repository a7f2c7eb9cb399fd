"""Waiting for an endpoint: the token is stored, then looked after, then answered once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.steps.await_endpoint import await_endpoint
from berth_aws.steps.resume_waiters import resume_waiters
from berth_aws.waiters import Waiter
from berth_core.errors import RefusedError
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
EVENT = {"source": "aws.sagemaker", "detail": {"EndpointName": "Llama-Eval", "EndpointStatus": "IN_SERVICE"}}


class Cloud:
    """SageMaker with one endpoint, and Step Functions with the tokens that are still waited for."""

    def __init__(self) -> None:
        self.status: str | None = "Creating"
        self.pending = False
        self.looks = 0
        self.open = {"token-1", "token-2"}
        self.ledger = FakeLedger()
        self.ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        self.looks += 1
        if self.status is None:
            raise refusal("ValidationException", f'Could not find endpoint "{EndpointName}".')
        return {"EndpointStatus": self.status, **({"PendingDeploymentSummary": {}} if self.pending else {})}

    def send_task_success(self, **arguments: str) -> None:
        if arguments["taskToken"] not in self.open:
            raise refusal("TaskTimedOut", "Task Timed Out")
        self.open.remove(arguments["taskToken"])


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SomeOperation")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud = Cloud()
    monkeypatch.setattr(clients, "shared", lambda _service: cloud)
    monkeypatch.setattr(Ledger, "named", lambda _table: cloud.ledger)
    return cloud


def test_a_wait_that_is_not_over_is_stored(cloud: Cloud) -> None:
    assert not await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW).resumed
    assert cloud.ledger.waiters.of(NAME) == (Waiter(holder="me", token="token-1", until="settled"),)
    assert "token-1" in cloud.open


@pytest.mark.parametrize(
    ("status", "until"), [("InService", "settled"), ("Failed", "settled"), (None, "settled"), (None, "gone")]
)
def test_a_change_that_came_before_the_wait_is_not_missed(cloud: Cloud, status: str | None, until: Any) -> None:
    cloud.status = status
    assert await_endpoint(NAME, "me", "token-1", until, cloud.ledger, NOW).resumed
    assert cloud.open == {"token-2"}
    assert cloud.ledger.waiters.of(NAME) == ()


def test_an_endpoint_with_something_pending_has_not_settled(cloud: Cloud) -> None:
    cloud.status = "InService"
    cloud.pending = True
    assert not await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW).resumed


def test_an_endpoint_in_service_is_not_gone(cloud: Cloud) -> None:
    cloud.status = "InService"
    assert not await_endpoint(NAME, "me", "token-1", "gone", cloud.ledger, NOW).resumed


def test_after_the_longest_time_of_the_decision_nobody_waits_on(cloud: Cloud) -> None:
    cloud.status = "Updating"
    late = NOW + timedelta(seconds=1)
    assert not await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW, late).resumed
    assert await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, late, late).resumed
    assert cloud.ledger.waiters.of(NAME) == ()


def test_who_lost_the_lease_does_not_wait(cloud: Cloud) -> None:
    with pytest.raises(RefusedError, match="no longer held by you"):
        await_endpoint(NAME, "you", "token-1", "settled", cloud.ledger, NOW)


def test_the_event_resumes_all_that_wait_for_it(cloud: Cloud) -> None:
    await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW)
    cloud.ledger.waiters.store(NAME, Waiter(holder="a dead run", token="token-2", until="settled"), NOW)
    cloud.status = "InService"
    assert resume_waiters(EVENT, "ledger").resumed == 2
    assert cloud.open == set()
    assert cloud.ledger.waiters.of(NAME) == ()


def test_a_wait_that_is_tried_again_takes_the_place_of_the_one_before(cloud: Cloud) -> None:
    for token in ("token-1", "token-2"):
        await_endpoint(NAME, "me", token, "settled", cloud.ledger, NOW)
    assert [waiter.token for waiter in cloud.ledger.waiters.of(NAME)] == ["token-2"]


def test_a_doubled_event_resumes_nobody_again(cloud: Cloud) -> None:
    await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW)
    cloud.status = "InService"
    assert [resume_waiters(EVENT, "ledger").resumed for _ in range(2)] == [1, 0]


def test_a_token_that_was_answered_elsewhere_is_forgotten(cloud: Cloud) -> None:
    await_endpoint(NAME, "me", "token-3", "settled", cloud.ledger, NOW)
    cloud.status = "InService"
    assert resume_waiters(EVENT, "ledger").resumed == 0
    assert cloud.ledger.waiters.of(NAME) == ()


def test_an_event_that_comes_too_early_resumes_nobody(cloud: Cloud) -> None:
    await_endpoint(NAME, "me", "token-1", "settled", cloud.ledger, NOW)
    assert resume_waiters(EVENT, "ledger").resumed == 0
    assert len(cloud.ledger.waiters.of(NAME)) == 1


def test_an_endpoint_that_nobody_waits_for_is_not_looked_at(cloud: Cloud) -> None:
    assert resume_waiters(EVENT, "ledger").resumed == 0
    assert resume_waiters({"source": "aws.sagemaker", "detail": {}}, "ledger").resumed == 0
    assert cloud.looks == 0

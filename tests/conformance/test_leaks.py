"""Each kind of thing that may be left over is told, in a line that names it; and what is to stay isn't."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.leaks import at_work, leaks
from rehearsal.scenario import EndState
from tests.conformance.machines import Machines
from tests.conformance.scaled import Scaled

TABLE = "ledger"
OUTPUTS = {"LedgerTable": TABLE}


@pytest.fixture(autouse=True)
def ledger(cloud: Cloud) -> Any:
    client = cloud.client("dynamodb")
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def left(cloud: Cloud, *stays: str) -> set[str]:
    return set(leaks(cloud, OUTPUTS, EndState(endpoints=stays)))


def test_nothing_is_left_of_nothing(cloud: Cloud) -> None:
    assert left(cloud) == set()


def test_rows_of_whoever_is_at_work(cloud: Cloud, ledger: Any) -> None:
    for row in (
        {"pk": "waiters", "sk": "llama-eval#token"},
        {"pk": "deployment#a", "sk": "lease", "holder": "run-7"},
        {"pk": "deployment#b", "sk": "lease"},
        {"pk": "deployment#a", "sk": "outcome#1"},
    ):
        ledger.put_item(TableName=TABLE, Item={name: {"S": value} for name, value in row.items()})
    assert set(at_work(cloud, OUTPUTS)) == {
        "waiter for llama-eval",
        "lease of deployment#a, held by run-7",
        "lease of deployment#b, held by nobody",
    }


def test_a_run_until_it_ends(cloud: Cloud, machines: Machines) -> None:
    machine = machines.make({"Wait": {"Type": "Wait", "Seconds": 60, "End": True}})
    started = machines.client.start_execution(stateMachineArn=machine)["executionArn"]
    assert left(cloud) == {f"running execution {started}"}
    cloud.advance(seconds=61)
    assert left(cloud) == set()


def test_letters_and_one_time_schedules(cloud: Cloud) -> None:
    sqs, scheduler = cloud.client("sqs"), cloud.client("scheduler")
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName="dead-letters")["QueueUrl"], MessageBody="{}")
    target = {"Arn": "arn:aws:lambda:us-east-1:111122223333:function:f", "RoleArn": "arn:aws:iam::111122223333:role/r"}
    at = "at(2027-01-01T00:00:00)"
    for name, expression in (("once", at), ("stays-due", at), ("often", "rate(5 minutes)")):
        scheduler.create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )
    told = {"1 messages in dead-letters", "one-time schedule once, at(2027-01-01T00:00:00)"}
    assert left(cloud, "stays") == told
    assert left(cloud) == told | {"one-time schedule stays-due, at(2027-01-01T00:00:00)"}


def test_endpoints_with_all_that_hangs_on_them(cloud: Cloud) -> None:
    scaled = Scaled(cloud)
    scaled.register(0, 2)
    scaled.step_from_zero()
    (endpoint,) = cloud.sagemaker.endpoints.all()
    assert left(cloud) == {
        f"endpoint {endpoint.name}, InService",
        f"endpoint config {endpoint.config}",
        f"inference component a of {endpoint.name}, InService",
        "scalable target of inference-component/a",
        "scaling policy step of inference-component/a",
        "alarm refused on inference component a",
    }
    assert left(cloud, endpoint.name) == set()

"""An AWS in memory for the adapters, and no way to a real one."""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.table import Table
from tests.fakes.ledger import FakeLedger

REGION = "us-east-1"
TABLE = "berth-ledger"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients are made anew for each test, with credentials that open nothing."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    made = (clients.shared, clients.once_only, clients.invoking)
    for each in made:
        each.cache_clear()
    yield
    for each in made:
        each.cache_clear()


@pytest.fixture
def aws() -> Iterator[None]:
    """moto; where a rehearsal has patched this process's moto for good, the rehearsal's."""
    if "rehearsal.patches_all" not in sys.modules:
        with mock_aws():
            yield
        return
    from rehearsal.cloud import Cloud

    cloud = Cloud.start()
    yield
    cloud.stop()


@pytest.fixture
def table(aws: None) -> Table:
    dynamodb: Any = clients.shared("dynamodb")
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(dynamodb, TABLE)


@pytest.fixture
def moto_ledger(table: Table) -> Ledger:
    return Ledger(table)


@pytest.fixture(params=["fake", "moto"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """One suite for two ledgers: the one in DynamoDB (moto's) and the fake in memory."""
    if request.param == "fake":
        return FakeLedger()
    made: Ledger = request.getfixturevalue("moto_ledger")
    return made


@pytest.fixture
def sagemaker() -> Any:
    """A client to put a Stubber on: botocore holds requests and answers against SageMaker's own model."""
    return boto3.client("sagemaker", region_name=REGION)

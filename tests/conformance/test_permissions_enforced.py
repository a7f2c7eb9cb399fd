"""The role of a function or a state machine is asked; people, and roles that nobody made, are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.machines import Machines, task
from tests.conformance.sample_app import invoke, make_function

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/notes"
MAY_READ = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE}
MAY_NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}
READING = {"GetItem": task("aws-sdk:dynamodb:getItem", {"TableName": "notes", "Key": {"k": {"S": "a"}}})}
CALLING = """
import boto3
def handler(event, context):
    if event["service"] == "s3":
        return boto3.client("s3").get_object(Bucket="notes", Key="a")["ContentLength"]
    return "Item" in boto3.client("dynamodb").get_item(TableName="notes", Key={"k": {"S": "a"}})
"""


def begun(*, enforced: bool) -> Cloud:
    """A cloud with a table and an object in a bucket, both named `notes`."""
    cloud = Cloud.start(Settings(enforce_permissions=enforced))
    cloud.client("dynamodb").create_table(
        TableName="notes",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.client("s3").create_bucket(Bucket="notes")
    cloud.client("s3").put_object(Bucket="notes", Key="a", Body=b"text")
    return cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    running = begun(enforced=True)
    yield running
    running.stop()
    assert running.kernel.errors == []


def make_role(cloud: Cloud, name: str, *statements: dict[str, Any]) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)


def test_a_function_may_call_what_its_role_allows(cloud: Cloud) -> None:
    make_role(cloud, "any", MAY_READ)
    make_function(cloud, "calling", CALLING)
    assert invoke(cloud, "calling", {"service": "dynamodb"})["payload"] is False


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "because no identity-based policy allows it"),
        ((MAY_READ, MAY_NOTHING), "with an explicit deny"),
    ],
)
@pytest.mark.parametrize(
    ("service", "code", "operation", "resource"),
    [
        ("dynamodb", "AccessDeniedException", "GetItem", TABLE),
        ("s3", "AccessDenied", "GetObject", "arn:aws:s3:::notes/a"),
    ],
)
def test_a_function_whose_role_may_not_gets_the_error_of_aws(
    cloud: Cloud,
    statements: tuple[dict[str, Any], ...],
    why: str,
    service: str,
    code: str,
    operation: str,
    resource: str,
) -> None:
    make_role(cloud, "any", *statements)
    make_function(cloud, "calling", CALLING)
    answer = invoke(cloud, "calling", {"service": service})["payload"]
    assert answer["errorType"] == "ClientError"
    assert answer["errorMessage"] == (
        f"An error occurred ({code}) when calling the {operation} operation: "
        "User: arn:aws:sts::111122223333:assumed-role/any/rehearsal is not authorized to perform: "
        f"{service}:{operation} on resource: {resource} {why}"
    )
    assert [entry.subject for entry in cloud.timeline if entry.kind == "denied"] == ["any"]


PUBLISHING = """
import boto3
def handler(event, context):
    return bool(boto3.client("sns").publish(TopicArn=event["topic"], Message="news")["MessageId"])
"""


@pytest.mark.parametrize("may", [[], ["kms:GenerateDataKey"], ["kms:GenerateDataKey", "kms:Decrypt"]])
def test_publishing_to_an_encrypted_topic_needs_its_key(cloud: Cloud, may: list[str]) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]
    topic = cloud.client("sns").create_topic(Name="news", Attributes={"KmsMasterKeyId": key["KeyId"]})["TopicArn"]
    via = {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    on_key = {"Effect": "Allow", "Action": may, "Resource": key["Arn"], "Condition": via}
    make_role(cloud, "any", {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}, *([on_key] if may else []))
    make_function(cloud, "publishing", PUBLISHING)
    answer = invoke(cloud, "publishing", {"topic": topic})["payload"]
    if len(may) == 2:
        assert answer is True
    else:
        missing = ["kms:GenerateDataKey", "kms:Decrypt"][len(may)]
        assert f"is not authorized to perform: {missing} on resource: {key['Arn']}" in answer["errorMessage"]


@pytest.mark.parametrize("key", ["", "alias/aws/sns"])
def test_a_topic_without_a_key_of_ones_own_needs_none(cloud: Cloud, key: str) -> None:
    attributes = {"KmsMasterKeyId": key} if key else {}
    topic = cloud.client("sns").create_topic(Name="news", Attributes=attributes)["TopicArn"]
    make_role(cloud, "any", {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic})
    make_function(cloud, "publishing", PUBLISHING)
    assert invoke(cloud, "publishing", {"topic": topic})["payload"] is True


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_what_a_role_may_no_longer_is_refused(cloud: Cloud, service: str) -> None:
    may = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "s3:GetObject"], "Resource": "*"}
    make_role(cloud, "any", may)
    make_function(cloud, "calling", CALLING)
    assert invoke(cloud, "calling", {"service": service})["payload"] in (False, 4)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [MAY_NOTHING]})
    cloud.client("iam").put_role_policy(RoleName="any", PolicyName="more", PolicyDocument=policy)
    assert invoke(cloud, "calling", {"service": service})["payload"]["errorType"] == "ClientError"


def test_a_state_machine_is_judged_by_its_own_role(cloud: Cloud, machines: Machines) -> None:
    make_role(cloud, "machine")
    ended = machines.run(READING)
    assert ended.reason[0] == "DynamoDb.DynamoDbException"
    assert "assumed-role/machine/rehearsal is not authorized to perform: dynamodb:GetItem" in str(ended.reason[1])


def test_a_role_that_nobody_made_and_people_are_not_judged(cloud: Cloud, machines: Machines) -> None:
    assert machines.run(READING).status == "SUCCEEDED"
    make_role(cloud, "any", MAY_NOTHING)
    assert cloud.client("s3").get_object(Bucket="notes", Key="a")["ContentLength"] == 4


def test_nobody_is_judged_unless_the_setting_says_so() -> None:
    cloud = begun(enforced=False)
    make_role(cloud, "any", MAY_NOTHING)
    make_function(cloud, "calling", CALLING)
    assert invoke(cloud, "calling", {"service": "s3"})["payload"] == 4
    cloud.stop()

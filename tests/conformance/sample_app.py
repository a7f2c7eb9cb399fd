"""The sample application of fixtures/sample_app, and small functions made from a text."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.deployment import Stack, deploy
from rehearsal.settings import Settings

TEMPLATE = Path(__file__).parent / "fixtures" / "sample_app" / "template.yaml"
ROLE = "arn:aws:iam::111122223333:role/any"
# For functions and machines of a few lines, whose roles have no policies.
ROLES_MAY_ALL = Settings(enforce_permissions=False)


def deploy_sample(cloud: Cloud, **parameters: str) -> Stack:
    return deploy(cloud, TEMPLATE, stack_name="sample", parameters=parameters)


def make_function(cloud: Cloud, name: str, code: str, **more: Any) -> str:
    """A function of one module, deployed as an archive. Returns its ARN."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", code)
    iam = cloud.client("iam")
    if not any(role["RoleName"] == "any" for role in iam.list_roles()["Roles"]):
        iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    made = cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
        **{"Timeout": 30, **more},
    )
    arn: str = made["FunctionArn"]
    return arn


def make_queue(cloud: Cloud, name: str) -> str:
    """Returns its ARN."""
    url = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    arn: str = attributes["QueueArn"]
    return arn


def messages(cloud: Cloud, queue_arn: str) -> list[dict[str, Any]]:
    """What is in the queue: each message's body, parsed, and its attributes."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue_arn.split(":")[-1])["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return [
        {
            "body": json.loads(message["Body"]),
            "attributes": {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()},
        }
        for message in received.get("Messages", [])
    ]


def invoke(cloud: Cloud, function: str, event: Any, kind: str = "RequestResponse") -> dict[str, Any]:
    """The answer's payload, its FunctionError and the end of its log."""
    answer = cloud.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event), InvocationType=kind, LogType="Tail"
    )
    payload = answer["Payload"].read()
    return {
        "payload": json.loads(payload) if payload else None,
        "error": answer.get("FunctionError"),
        "status": answer["StatusCode"],
        "log": base64.b64decode(answer.get("LogResult", "")).decode(),
    }

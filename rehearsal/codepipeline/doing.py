"""What each kind of action does. All of them block the task of their pipeline's execution until they are over."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from moto.sns.models import sns_backends

from rehearsal.call_counts import by_aws
from rehearsal.cloud import current
from rehearsal.codepipeline.runs import Action, ActionAbandoned, ActionFailed, Run
from rehearsal.delivery.targets import TargetError, send

ARTIFACT_CREDENTIALS = {
    "accessKeyId": "AKIAREHEARSALJOB",
    "secretAccessKey": "secret-of-the-pipelines-artifacts",
    "sessionToken": "token-of-the-pipelines-artifacts",
}
LOOK_AGAIN_SECONDS = 30
"""How often a Lambda action is called again and an execution is looked at."""
REPLY_SECONDS = 20 * 60
_EXECUTION_FAILED = "The execution failed."


def do(run: Run, action: Action) -> None:
    """Raises ActionFailed."""
    doing = _DOING.get(action.kind)
    if doing is None:
        kinds = ", ".join("/".join(kind) for kind in _DOING)
        raise ActionFailed("ActionNotRehearsed", f"action {'/'.join(action.kind)} isn't rehearsed, only {kinds}")
    try:
        with by_aws():
            doing(run, action)
    except ClientError as error:
        raise ActionFailed(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
    except TargetError as error:
        raise ActionFailed("ConfigurationError", str(error)) from error


def _fetch(run: Run, action: Action) -> None:
    """An S3 source: one object, which has to be a zip file where an action takes a file out of it."""
    place = {"Bucket": action.configuration["S3Bucket"], "Key": action.configuration["S3ObjectKey"]}
    found = current().client("s3").get_object(**place)
    body: bytes = found["Body"].read()
    for artifact in action.declaration.get("outputArtifacts", []):
        run.artifacts[artifact["name"]] = body
        store = run.declaration["artifactStore"]["location"]
        current().client("s3").put_object(Bucket=store, Key=_key(run, artifact["name"]), Body=body)
    action.variables = {
        "BucketName": place["Bucket"],
        "ObjectKey": place["Key"],
        "VersionId": found.get("VersionId", "null"),
        "ETag": found["ETag"].strip('"'),
    }
    action.summary = f"Amazon S3 version id: {found.get('VersionId', 'null')}"


def _key(run: Run, artifact: str) -> str:
    return f"{run.pipeline[:20]}/{artifact[:20]}/{run.id}"


def _run_machine(run: Run, action: Action) -> None:
    arn = action.configuration["StateMachineArn"]
    prefix = action.configuration.get("ExecutionNamePrefix")
    name = f"{prefix}-{action.id}" if prefix else action.id
    states = current().client("stepfunctions")
    started = states.start_execution(stateMachineArn=arn, name=name, input=_input(run, action))
    action.external_id = started["executionArn"]
    action.variables = {"StateMachineArn": arn, "ExecutionArn": action.external_id}
    deadline = action.started_at + timedelta(seconds=action.timeout_seconds)
    described = states.describe_execution(executionArn=action.external_id)
    while described["status"] == "RUNNING":
        if current().now >= deadline:
            raise ActionFailed("ActionTimedOut", "The action has timed out.", action.external_id)
        current().kernel.sleep(LOOK_AGAIN_SECONDS)
        described = states.describe_execution(executionArn=action.external_id)
    if described["status"] != "SUCCEEDED":
        why = ": ".join(filter(None, (described.get("error"), described.get("cause"))))
        raise ActionFailed("JobFailed", why or f"{_EXECUTION_FAILED} {described['status']}", action.external_id)


def _input(run: Run, action: Action) -> str:
    given = action.configuration.get("Input", "{}")
    if action.configuration.get("InputType", "Literal") == "Literal":
        return str(given)
    artifact = action.declaration["inputArtifacts"][0]["name"]
    try:
        with zipfile.ZipFile(io.BytesIO(run.artifacts[artifact])) as content:
            return content.read(given).decode()
    except (zipfile.BadZipFile, KeyError) as error:
        raise ActionFailed("ConfigurationError", f"no file {given} in artifact {artifact}: {error}") from error


def _invoke(run: Run, action: Action) -> None:
    """Jobs one after the other: each continuation token brings another job, with another id."""
    deadline = action.started_at + timedelta(seconds=action.timeout_seconds)
    token = None
    while current().now < deadline:
        result = _job(run, action, token)
        if "failureDetails" in result:
            details = result["failureDetails"]
            raise ActionFailed(details["type"], details["message"], details.get("externalExecutionId", ""))
        token = result.get("continuationToken")
        if token is None:
            details = result.get("executionDetails", {})
            action.summary = details.get("summary", "")
            action.external_id = details.get("externalExecutionId", "")
            action.variables = result.get("outputVariables", {})
            return
        current().kernel.sleep(LOOK_AGAIN_SECONDS)
    raise ActionFailed("ActionTimedOut", "The action has timed out.")


def _job(run: Run, action: Action, token: str | None) -> dict[str, Any]:
    job_id = str(uuid.uuid4())
    action.jobs[job_id] = None
    settings = current().settings
    function = action.configuration["FunctionName"]
    arn = f"arn:aws:lambda:{settings.region}:{settings.account_id}:function:{function.rpartition(':')[2]}"
    send({"Arn": arn}, json.dumps({"CodePipeline.job": _event(run, action, job_id, token)}))
    until = current().now + timedelta(seconds=REPLY_SECONDS)
    while (result := action.jobs[job_id]) is None:
        left = (until - current().now).total_seconds()
        if left <= 0:
            raise ActionFailed("JobFailed", f"function {function} did not reply within 20 minutes")
        action.changed.clear()
        action.changed.wait(left)
    return result


def _event(run: Run, action: Action, job_id: str, token: str | None) -> dict[str, Any]:
    """Its shape is the one of CodePipeline's guide. The credentials open nothing, and must show up nowhere."""
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": action.configuration},
        "inputArtifacts": [
            {"name": each["name"], "revision": None, "location": _location(run, each["name"])}
            for each in action.declaration.get("inputArtifacts", [])
        ],
        "outputArtifacts": [],
        "artifactCredentials": ARTIFACT_CREDENTIALS,
    }
    if token is not None:
        data["continuationToken"] = token
    return {"id": job_id, "accountId": current().settings.account_id, "data": data}


def _location(run: Run, artifact: str) -> dict[str, Any]:
    store = run.declaration["artifactStore"]["location"]
    return {"type": "S3", "s3Location": {"bucketName": store, "objectKey": _key(run, artifact)}}


def _ask(run: Run, action: Action) -> None:
    action.token = str(uuid.uuid4())
    topic = action.configuration.get("NotificationArn")
    if topic:
        _publish(topic, run, action)
    deadline = action.started_at + timedelta(seconds=action.timeout_seconds)
    while action.answer is None:
        if action.is_abandoned:
            raise ActionAbandoned
        left = (deadline - current().now).total_seconds()
        if left <= 0:
            raise ActionFailed("ActionTimedOut", "The approval has expired.")
        action.changed.clear()
        action.changed.wait(left)
    action.summary = action.answer["summary"] or f"{action.answer['status']} by {action.answered_by}"
    if action.answer["status"] != "Approved":
        raise ActionFailed("ApprovalRejected", action.summary)


def _publish(topic: str, run: Run, action: Action) -> None:
    subject = f"APPROVAL NEEDED: AWS CodePipeline {run.pipeline} for action {action.name}"
    parts = topic.split(":")
    sns_backends[parts[4]][parts[3]].publish(json.dumps(_request(run, action)), arn=topic, subject=subject[:100])


def _request(run: Run, action: Action) -> dict[str, Any]:
    region = current().settings.region
    console = f"https://console.aws.amazon.com/codepipeline/home?region={region}#/view/{run.pipeline}"
    expires = action.started_at + timedelta(seconds=action.timeout_seconds)
    return {
        "region": region,
        "consoleLink": console,
        "approval": {
            "pipelineName": run.pipeline,
            "stageName": action.stage,
            "actionName": action.name,
            "token": action.token,
            "expires": f"{expires:%Y-%m-%dT%H:%M}Z",
            "externalEntityLink": action.configuration.get("ExternalEntityLink"),
            "approvalReviewLink": f"{console}/{action.stage}/{action.name}/approve/{action.token}",
            "customData": action.configuration.get("CustomData"),
        },
    }


_DOING: dict[tuple[str, str], Callable[[Run, Action], None]] = {
    ("Source", "S3"): _fetch,
    ("Invoke", "StepFunctions"): _run_machine,
    ("Invoke", "Lambda"): _invoke,
    ("Approval", "Manual"): _ask,
}

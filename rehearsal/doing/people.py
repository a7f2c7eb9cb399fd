"""What people do: models, manifests, machines started by hand, requests, and calls past the service."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml
from botocore.exceptions import ClientError

from rehearsal.doing.stage import Stage
from rehearsal.run import Sent
from rehearsal.scenario import ScenarioError
from rehearsal.steps import (
    AnswerApproval,
    CallSageMaker,
    CreateModel,
    Invoke,
    PutManifest,
    RemoveManifest,
    SetAlarm,
    StartMachine,
    StopRuns,
    Stream,
)
from rehearsal.timeline import Entry

_COMMAND = re.compile(r"^aws stepfunctions .*--task-token '([^']+)' --task-output '(\{.*\})'$", re.MULTILINE)
"""On a line of its own, to be pasted as it stands."""
MODEL_ROLE = "arn:aws:iam::111122223333:role/inference"


def create_model(stage: Stage, model: CreateModel) -> None:
    stage.cloud.client("sagemaker").create_model(
        ModelName=model.name,
        ExecutionRoleArn=MODEL_ROLE,
        PrimaryContainer={
            "Image": model.image,
            "ModelDataUrl": f"s3://models/{model.name}.tar.gz",
            **({"Environment": model.environment} if model.environment else {}),
        },
    )
    stage.tell("model", model.name, "is created")


def put_manifest(stage: Stage, put: PutManifest) -> None:
    key = _key(put.deployment)
    stage.tell("manifest", put.deployment, f"{key} is put{_summary(put.manifest)}")
    stage.cloud.client("s3").put_object(
        Bucket=stage.outputs["ManifestBucket"], Key=key, Body=_text(stage, put).encode()
    )


def remove_manifest(stage: Stage, removed: RemoveManifest) -> None:
    key = _key(removed.deployment)
    stage.tell("manifest", removed.deployment, f"{key} is deleted")
    stage.cloud.client("s3").delete_object(Bucket=stage.outputs["ManifestBucket"], Key=key)


def start_machine(stage: Stage, start: StartMachine) -> None:
    written = json.dumps(start.input)
    stage.tell("start", start.machine, f"is started by hand with {written}")
    stage.cloud.client("stepfunctions").start_execution(
        stateMachineArn=stage.judge.machine_arn(start.machine), input=written
    )


def stop_runs(stage: Stage, stop: StopRuns) -> None:
    states = stage.cloud.client("stepfunctions")
    running = states.list_executions(stateMachineArn=stage.judge.machine_arn(stop.machine), statusFilter="RUNNING")
    for execution in running["executions"]:
        stage.tell("stop", stop.machine, f"{execution['name']} is stopped by hand")
        states.stop_execution(executionArn=execution["executionArn"], error="Stopped", cause="by hand")


def answer_approval(stage: Stage, given: AnswerApproval) -> None:
    """Raises ScenarioError if nobody has asked, unless that is fine. The request is read from the mail, as whoever
    answers would."""
    asked = [entry.text for entry in stage.cloud.timeline if entry.kind == "notification" and _asks_about(entry, given)]
    found = _COMMAND.search(asked[-1]) if asked else None
    if found is None and given.if_asked:
        return
    if found is None:
        raise ScenarioError(f"answer_approval.plan: nobody was asked about {given.plan!r}")
    payload = json.loads(found[2].replace("'\"$(whoami)\"'", given.who)) | {"decision": given.decision}
    payload |= given.model_dump(include={"offering_id", "price_usd"}, exclude_none=True)
    client = stage.cloud.client("stepfunctions")
    call = partial(client.send_task_success, taskToken=found[1], output=json.dumps(payload))
    ask(stage, given.plan, f"{given.who}'s answer {given.decision}", call, "TimedOut" if given.too_late else None)


def _asks_about(entry: Entry, given: AnswerApproval) -> bool:
    return "Approval Requested" in entry.text and f" plan {given.plan}:" in entry.text


def send_traffic(stage: Stage, stream: Stream) -> None:
    start, until = stage.known(stream.from_), stage.known(stream.until)
    body = stream.model_dump(exclude={"from_", "until"}, exclude_none=True)
    stage.cloud.traffic.add({**body, "from": start, "until": until})
    stage.sent.append(Sent(stream.endpoint, start, until, stream.requests_per_minute))
    times = f"from {start:%d %b %H:%M} until {until:%d %b %H:%M}"
    stage.tell("traffic", stream.endpoint, f"is sent {stream.requests_per_minute:g} requests a minute {times}")


def invoke(stage: Stage, asked: Invoke) -> None:
    client = stage.cloud.client("sagemaker-runtime")
    request = {"EndpointName": asked.endpoint, "ContentType": "application/json", "Body": asked.body}
    call = partial(client.invoke_endpoint, **request)
    ask(stage, asked.endpoint, "a request", call, asked.fails_with)


def call_sagemaker(stage: Stage, asked: CallSageMaker) -> None:
    """Raises ScenarioError for an operation that SageMaker doesn't have."""
    client = stage.cloud.client("sagemaker")
    operations: dict[str, str] = client.meta.method_to_api_mapping
    method = next((name for name, operation in operations.items() if operation == asked.operation), None)
    if method is None:
        raise ScenarioError(f"call_sagemaker.operation: SageMaker has no {asked.operation!r}")
    ask(stage, "SageMaker", asked.operation, partial(getattr(client, method), **asked.parameters), asked.refused)


def set_alarm(stage: Stage, asked: SetAlarm) -> None:
    client = stage.cloud.client("cloudwatch")
    if not client.describe_alarms(AlarmNames=[asked.name])["MetricAlarms"]:
        client.put_metric_alarm(
            AlarmName=asked.name,
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Dimensions=_of_its_variant(asked.endpoint) if asked.endpoint else [],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )
    client.set_alarm_state(AlarmName=asked.name, StateValue=asked.state, StateReason="asked")
    stage.tell("alarm", asked.name, f"is {asked.state}")


def _of_its_variant(endpoint: str) -> list[Any]:
    return [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "main"}]


def ask(stage: Stage, subject: str, what: str, call: Callable[[], Any], refused: str | None) -> None:
    """A call of a person's own, and whether its answer is the expected one."""
    expected = f"{subject}: {what} is {f'refused: {refused}' if refused else 'answered'}"
    try:
        call()
    except ClientError as error:
        stage.tell("ask", subject, f"{what} is refused: {error.response['Error']['Message']}")
        stage.find(expected, refused is not None and refused in str(error), str(error))
    else:
        stage.tell("ask", subject, f"{what} is answered")
        stage.find(expected, refused is None, "it was answered")


def _key(deployment: str) -> str:
    return f"deployments/{deployment}.yaml"


def _text(stage: Stage, put: PutManifest) -> str:
    if put.text is not None:
        return put.text
    if put.file is not None:
        return (stage.folder / put.file).read_text(encoding="utf-8")
    return yaml.safe_dump(put.manifest, sort_keys=False)


def _summary(manifest: dict[str, Any] | None) -> str:
    """What a reader wants to know of a manifest in a timeline: the model and the size."""
    if manifest is None:
        return ""
    reservation = manifest.get("reservation")
    count = reservation.get("instance_count", 1) if isinstance(reservation, dict) else "?"
    return f": {manifest.get('model', 'components')} x {count}"

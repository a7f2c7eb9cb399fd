"""What people do with pipelines of CodePipeline."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from rehearsal.codepipeline.callers import called_by
from rehearsal.doing.people import ask
from rehearsal.doing.stage import Stage
from rehearsal.pipeline_steps import AnswerPipeline, MakePipeline, PipelineAction, StartPipeline
from rehearsal.scenario import ScenarioError

BUCKET = "pipelines"
ROLE = "pipelines"
_OUTPUT = re.compile(r"\$\{(\w+)\}")
_SOURCE = {
    "name": "Take",
    "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
    "configuration": {"S3Bucket": BUCKET, "S3ObjectKey": "source.zip"},
    "outputArtifacts": [{"name": "source"}],
}


def make_pipeline(stage: Stage, made: MakePipeline) -> None:
    stages = [{"name": each.name, "actions": [_action(stage, it) for it in each.actions]} for each in made.stages]
    pipeline = {
        "name": made.name,
        "version": 1,
        "pipelineType": "V2",
        "roleArn": _role_arn(stage),
        "artifactStore": {"type": "S3", "location": BUCKET},
        "variables": [{"name": name, "defaultValue": value} for name, value in made.variables.items()],
        "stages": [{"name": "Source", "actions": [_SOURCE]}, *stages],
    }
    _put_source(stage)
    stage.cloud.client("codepipeline").create_pipeline(pipeline=pipeline)
    stage.tell("pipeline", made.name, f"is made: {', '.join(each.name for each in made.stages)}")


def start_pipeline(stage: Stage, started: StartPipeline) -> None:
    variables = [{"name": name, "value": value} for name, value in started.variables.items()]
    stage.tell("pipeline", started.name, "is started")
    stage.cloud.client("codepipeline").start_pipeline_execution(name=started.name, variables=variables)


def answer_pipeline(stage: Stage, given: AnswerPipeline) -> None:
    """Raises ScenarioError if nobody is asked there."""
    client = stage.cloud.client("codepipeline")
    asked = {"pipelineName": given.name, "stageName": given.stage, "actionName": given.action}
    token = _token(client.get_pipeline_state(name=given.name), given)
    result = {"summary": given.summary, "status": given.decision}
    with called_by(given.who):
        call = partial(client.put_approval_result, **asked, token=token, result=result)
        ask(stage, given.name, f"{given.who}'s answer {given.decision}", call, None)


def _token(state: dict[str, Any], given: AnswerPipeline) -> str:
    for each in state["stageStates"]:
        for action in each["actionStates"]:
            token: str = action.get("latestExecution", {}).get("token", "")
            if token and (each["stageName"], action["actionName"]) == (given.stage, given.action):
                return token
    raise ScenarioError(f"answer_pipeline: nobody is asked in {given.name}/{given.stage}/{given.action}")


def _action(stage: Stage, action: PipelineAction) -> dict[str, Any]:
    category, provider = action.kind.split("/")
    written: dict[str, Any] = {
        "name": action.name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": {
            key: _OUTPUT.sub(lambda found: stage.outputs[found[1]], value)
            for key, value in action.configuration.items()
        },
        "runOrder": 1,
    }
    return written | ({"namespace": action.namespace} if action.namespace else {})


def _put_source(stage: Stage) -> None:
    s3 = stage.cloud.client("s3")
    if BUCKET not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="source.zip", Body=b"what is released")


def _role_arn(stage: Stage) -> str:
    iam = stage.cloud.client("iam")
    if ROLE not in [each["RoleName"] for each in iam.list_roles()["Roles"]]:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    arn: str = iam.get_role(RoleName=ROLE)["Role"]["Arn"]
    return arn

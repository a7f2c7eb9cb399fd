"""The page's pipeline beside a deployed stack, and how to drive it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.deployment import deploy
from tests.machine.site import NAME, Site

ROOT = Path(__file__).parents[2]
BUCKET = "releases"
PIPELINE = f"{NAME}-release"
PURCHASE_PIPELINE = "buy-p5"
ANSWERED = ("Approval/Approve", "Berth/It")
"""The approvals that Berth may answer: "<stage>/<action>"."""
PURCHASE_ARN = f"arn:aws:codepipeline:us-east-1:111122223333:{PURCHASE_PIPELINE}"
ACTION_ARNS = ",".join(f"arn:aws:codepipeline:us-east-1:111122223333:{PIPELINE}/{action}" for action in ANSWERED)


def once_told(cloud: Cloud, holds: Callable[[], bool]) -> Callable[[], bool]:
    """For what the timeline tells of: asked only when it has something new, because moves of the clock are many."""
    length = 0

    def held() -> bool:
        nonlocal length
        before, length = length, len(cloud.timeline)
        return length > before and holds()

    return held


class Pipelined:
    """The site with production on m1, and the page's pipeline beside it."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self._folder = folder
        self.cloud = site.cloud
        self.pipelines = site.cloud.client("codepipeline")
        site.cloud.client("s3").create_bucket(Bucket=BUCKET)
        site.cloud.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.put({"notes.txt": "what is new"})

    def put(self, files: dict[str, str]) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as content:
            for name, text in files.items():
                content.writestr(name, text)
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key="release.zip", Body=packed.getvalue())

    def deploy(self, topic: str | None = None) -> None:
        template = self._from_the_page(0)
        outputs = self.site.outputs
        given = {
            "FirstModel": "m1",
            "ArtifactBucket": BUCKET,
            "ReleasePromoteStateMachineArn": outputs["ReleasePromoteStateMachineArn"],
            "AnswerPipelineJobFunctionName": outputs["AnswerPipelineJobFunctionName"],
            "ApprovalTopicArn": topic or outputs["NotificationTopicArn"],
        }
        deploy(self.cloud, template, stack_name="release-pipeline", parameters=given)

    def deploy_purchase(self) -> None:
        """The page's other pipeline, for a day on two p5."""
        given = {
            "Name": PURCHASE_PIPELINE,
            "InstanceCount": "2",
            "Hours": "24",
            "MaxPriceUsd": "1600.00",
            "FirstPlan": "p5-bought",
            "ArtifactBucket": BUCKET,
            "AnswerPipelineJobFunctionName": self.site.outputs["AnswerPipelineJobFunctionName"],
        }
        deploy(self.cloud, self._from_the_page(1), stack_name="purchase-pipeline", parameters=given)

    def _from_the_page(self, number: int) -> Path:
        """The page's templates in their order, written out."""
        template = self._folder / f"pipeline-{number}.yaml"
        page = (ROOT / "docs" / "codepipeline.md").read_text(encoding="utf-8")
        template.write_text(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[number], encoding="utf-8")
        return template

    def make(self, action: dict[str, Any], name: str = PIPELINE) -> None:
        """A pipeline of a source and one action, past CloudFormation."""
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}
        iam = self.cloud.client("iam")
        if "pipeline" not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
            iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps(trust))
        role = iam.get_role(RoleName="pipeline")["Role"]["Arn"]
        source = {
            "name": "Release",
            "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
            "configuration": {"S3Bucket": BUCKET, "S3ObjectKey": "release.zip"},
            "outputArtifacts": [{"name": "release"}],
        }
        stages = [{"name": "Source", "actions": [source]}, {"name": "Berth", "actions": [{"name": "It", **action}]}]
        pipeline = {
            "name": name,
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": BUCKET},
            "stages": stages,
            "version": 1,
        }
        self.pipelines.create_pipeline(pipeline=pipeline)

    def start(self, model: str = "m2") -> str:
        variables = [{"name": "model", "value": model}]
        started = self.pipelines.start_pipeline_execution(name=PIPELINE, variables=variables)
        return str(started["pipelineExecutionId"])

    def until(self, execution: str, *, asks: bool = False) -> str:
        """Drives until the execution has ended or, with `asks`, waits for an approval."""

        def over() -> bool:
            return self.status(execution) != "InProgress" or (asks and "token" in self.action("Approve"))

        self.site.until(over if asks else once_told(self.cloud, over), timedelta(days=20))
        return self.status(execution)

    def status(self, execution: str) -> str:
        asked = self.pipelines.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution)
        return str(asked["pipelineExecution"]["status"])

    def action(self, name: str) -> dict[str, Any]:
        """Its latest execution, as GetPipelineState shows it; empty if there was none."""
        stages = self.pipelines.get_pipeline_state(name=PIPELINE)["stageStates"]
        actions = {each["actionName"]: each for stage in stages for each in stage["actionStates"]}
        return dict(actions[name].get("latestExecution", {}))

    def answer(self, status: str, **over: str) -> Any:
        asked = {"pipelineName": PIPELINE, "stageName": "Approval", "actionName": "Approve", **over}
        token = asked.pop("token", None) or self.action("Approve")["token"]
        return self.pipelines.put_approval_result(token=token, result={"summary": "by hand", "status": status}, **asked)

    def production(self) -> str:
        answer = self.cloud.client("sagemaker-runtime").invoke_endpoint(EndpointName=NAME, Body=b"{}")
        return str(json.loads(answer["Body"].read())["model"])

    def staging(self) -> list[str]:
        """The staging endpoints that nobody has told to go."""
        listed = self.site.sagemaker.list_endpoints(NameContains="-staging-")["Endpoints"]
        return [each["EndpointName"] for each in listed if each["EndpointStatus"] != "Deleting"]

    def logs(self) -> str:
        """All that any function of the stack has written."""
        logs = self.cloud.client("logs")
        texts = []
        for group in logs.describe_log_groups()["logGroups"]:
            streams = logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
            for stream in streams:
                where = {"logGroupName": group["logGroupName"], "logStreamName": stream["logStreamName"]}
                texts += [event["message"] for event in logs.get_log_events(**where)["events"]]
        return "\n".join(texts)

"""The samples in events/ are all there, readable, and explained."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

EVENTS = Path(__file__).parents[2] / "events"
IN = sorted((EVENTS / "in").glob("*.json"))
DETAIL_TYPES = {
    "endpoint-state-change": ("aws.sagemaker", "SageMaker Endpoint State Change"),
    "endpoint-deployment-state-change": ("aws.sagemaker", "SageMaker Endpoint Deployment State Change"),
    "endpoint-config-state-change": ("aws.sagemaker", "SageMaker Endpoint Config State Change"),
    "alarm-component-idle": ("aws.cloudwatch", "CloudWatch Alarm State Change"),
    "alarm-state-change": ("aws.cloudwatch", "CloudWatch Alarm State Change"),
    "codepipeline-approval-answered": ("aws.codepipeline", "CodePipeline Action Execution State Change"),
    "manifest-created": ("aws.s3", "Object Created"),
    "manifest-deleted": ("aws.s3", "Object Deleted"),
    "create-training-plan-call": ("aws.sagemaker", "AWS API Call via CloudTrail"),
    "extend-training-plan-call": ("aws.sagemaker", "AWS API Call via CloudTrail"),
}


def sample(name: str) -> Any:
    return json.loads((EVENTS / "in" / f"{name}.json").read_text())


def test_every_sample_is_explained_and_every_explanation_has_its_sample() -> None:
    explained = re.findall(r"^\| `([a-z-]+\.json)`", (EVENTS / "README.md").read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(path.name for path in EVENTS.glob("*/*.json"))


@pytest.mark.parametrize("path", IN, ids=[path.stem for path in IN])
def test_is_written_as_every_other(path: Path) -> None:
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


@pytest.mark.parametrize(("name", "kind"), DETAIL_TYPES.items())
def test_an_event_has_eventbridges_envelope(name: str, kind: tuple[str, str]) -> None:
    event = sample(name)
    assert set(event) == {
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    }
    assert (event["source"], event["detail-type"]) == kind


@pytest.mark.parametrize(
    "name", [path.stem for path in IN if path.stem.startswith(("components-", "deployment-", "window-"))]
)
def test_an_input_by_hand_names_its_deployment(name: str) -> None:
    assert sample(name)["deployment"] == "llama-eval"


def test_the_approvals_message_is_json_inside_json() -> None:
    (record,) = sample("codepipeline-manual-approval")["Records"]
    assert json.loads(record["Sns"]["Message"])["approval"]["expires"] == "2026-03-13T09:22Z"

"""CodePipeline: the pipeline of docs/codepipeline.md on the real stack, and the three ways into Berth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.pipelined import ACTION_ARNS, PIPELINE, Pipelined
from tests.machine.site import NAME, Site

GOOD = {"body": "{}", "expect": [{"path": "$.model", "equals": "m2"}]}
BAD = {"body": "{}", "expect": [{"path": "$.model", "equals": "m1"}]}


@pytest.fixture
def pipelined(tmp_path: Path) -> Iterator[Pipelined]:
    site = Site(ApprovalActionArns=ACTION_ARNS)
    try:
        yield Pipelined(site, tmp_path)
    finally:
        site.close()


def test_the_pages_pipeline_brings_a_model_to_production(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD]})
    pipelined.deploy()
    execution = pipelined.start()
    assert pipelined.until(execution, asks=True) == "InProgress"
    assert pipelined.action("Checks")["status"] == "Succeeded"
    assert pipelined.production() == "m1"
    assert pipelined.staging() == []
    pipelined.answer("Approved")
    assert pipelined.until(execution) == "Succeeded"
    assert pipelined.production() == "m2"
    rotated = pipelined.pipelines.list_action_executions(pipelineName=PIPELINE)["actionExecutionDetails"][0]
    assert rotated["output"]["outputVariables"]["kind"] == "done"
    assert "is live" in rotated["output"]["outputVariables"]["reason"]


def test_a_failed_check_ends_the_pages_pipeline_before_anybody_is_asked(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD, BAD]})
    pipelined.deploy()
    assert pipelined.until(pipelined.start()) == "Failed"
    told = pipelined.action("Checks")["errorDetails"]["message"]
    assert told.startswith("CheckFailed: m2: CheckFailed: check 2: $.model is m2, wanted m1")
    assert pipelined.action("Approve") == {}
    assert pipelined.production() == "m1"
    assert pipelined.staging() == []


def test_a_rejected_approval_ends_the_pages_pipeline(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD]})
    pipelined.deploy()
    execution = pipelined.start()
    pipelined.until(execution, asks=True)
    pipelined.answer("Rejected")
    assert pipelined.until(execution) == "Failed"
    assert pipelined.action("Rotate") == {}
    assert pipelined.production() == "m1"


def test_an_approval_that_nobody_answers_expires_after_seven_days(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD]})
    pipelined.deploy()
    execution = pipelined.start()
    pipelined.until(execution, asks=True)
    token = pipelined.action("Approve")["token"]
    began = pipelined.cloud.now
    assert pipelined.until(execution) == "Failed"
    assert timedelta(days=6, hours=23) < pipelined.cloud.now - began <= timedelta(days=7)
    with pytest.raises(ClientError, match="ApprovalAlreadyCompletedException"):
        pipelined.answer("Approved", token=token)


def test_an_approval_is_answered_with_its_own_token_only(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD]})
    pipelined.deploy()
    pipelined.until(pipelined.start(), asks=True)
    refused = {
        "InvalidApprovalTokenException": {"token": "0" * 8},
        "StageNotFoundException": {"stageName": "Nowhere"},
        "ActionNotFoundException": {"actionName": "Nothing"},
        "PipelineNotFoundException": {"pipelineName": "none"},
    }
    for code, over in refused.items():
        with pytest.raises(ClientError, match=code):
            pipelined.answer("Approved", **over)


# --- way b: a Lambda action -----------------------------------------------------------------------------------------


def function_action(pipelined: Pipelined, parameters: str | None) -> dict[str, Any]:
    name = {"FunctionName": pipelined.site.outputs["AnswerPipelineJobFunctionName"]}
    given = {} if parameters is None else {"UserParameters": parameters}
    return {
        "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"},
        "configuration": {**name, **given},
        "inputArtifacts": [{"name": "release"}],
    }


def test_a_job_runs_a_release_to_its_end(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD], "approval": "none"})
    pipelined.make(function_action(pipelined, json.dumps({"deployment": NAME, "model": "m2"})))
    assert pipelined.until(pipelined.start()) == "Succeeded"
    assert pipelined.production() == "m2"
    action = pipelined.action("It")
    assert "is live" in action["summary"]
    assert ":berth-release-promote:job-" in action["externalExecutionId"]


def test_a_job_fails_with_the_cause_of_its_machine(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [BAD], "approval": "none"})
    pipelined.make(function_action(pipelined, json.dumps({"deployment": NAME, "model": "m2"})))
    assert pipelined.until(pipelined.start()) == "Failed"
    error = pipelined.action("It")["errorDetails"]
    assert error["code"] == "JobFailed"
    assert "CheckFailed: m2: CheckFailed: check 1: $.model is m2, wanted m1" in error["message"]
    assert pipelined.production() == "m1"


def test_parameters_that_make_no_sense_fail_the_action_at_once(pipelined: Pipelined) -> None:
    wrong = {
        None: "UserParameters must be a JSON object",
        "llama": "UserParameters must be a JSON object",
        '{"model": "m2"}': "deployment is missing",
        '{"deployment": "llama-eval", "machine": "fleet_reconcile"}': "can't be started",
        '{"machine": "plan_purchase", "approval": "none"}': "leave approval out",
        '{"machine": "plan_purchase", "execution": "#{offer.execution}"}': "is none of plan_purchase",
    }
    for parameters, told in wrong.items():
        pipelined.make(function_action(pipelined, parameters))
        assert pipelined.until(pipelined.start()) == "Failed"
        error = pipelined.action("It")["errorDetails"]
        assert error["code"] == "ConfigurationError"
        assert told in error["message"]
        pipelined.pipelines.delete_pipeline(name=PIPELINE)


def test_a_rotation_that_found_production_on_hold_is_no_success(pipelined: Pipelined) -> None:
    pipelined.site.open()
    parameters = json.dumps({"machine": "endpoint_rotate", "deployment": NAME, "model": "m2"})
    pipelined.make(function_action(pipelined, parameters))
    assert pipelined.until(pipelined.start()) == "Failed"
    assert "nothing was done" in pipelined.action("It")["errorDetails"]["message"]


@pytest.mark.parametrize("fault", ["crash_before", "crash_after"])
def test_a_job_whose_function_dies_is_asked_again_and_starts_one_execution(pipelined: Pipelined, fault: str) -> None:
    pipelined.site.serve(staging={"checks": [GOOD], "approval": "none"})
    pipelined.make(function_action(pipelined, json.dumps({"deployment": NAME, "model": "m2"})))
    pipelined.site.faulty(("function:AnswerPipelineJobFunction", fault, 1))
    assert pipelined.until(pipelined.start()) == "Succeeded"
    arn = pipelined.site.outputs["ReleasePromoteStateMachineArn"]
    assert len(pipelined.site.machines.list_executions(stateMachineArn=arn)["executions"]) == 1


def test_throttled_starts_are_tried_again_at_the_next_call(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD], "approval": "none"})
    pipelined.make(function_action(pipelined, json.dumps({"deployment": NAME, "model": "m2"})))
    pipelined.site.faulty(("api:states.StartExecution", "throttle", 5))
    assert pipelined.until(pipelined.start()) == "Succeeded"


def test_the_credentials_of_a_job_are_nowhere_in_the_logs(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [BAD], "approval": "none"})
    pipelined.make(function_action(pipelined, json.dumps({"deployment": NAME, "model": "m2"})))
    pipelined.site.faulty(("function:AnswerPipelineJobFunction", "crash_after", 1))
    pipelined.until(pipelined.start())
    written = pipelined.logs()
    assert "berth-answer-pipeline-job" in written
    assert not re.search("AKIA|secret-of|token-of", written)


# --- way c: a manual approval ---------------------------------------------------------------------------------------


def test_berth_answers_an_approval_with_what_it_measured(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [GOOD]})
    pipelined.deploy(topic=pipelined.site.outputs["ReleaseApprovalTopicArn"])
    assert pipelined.until(pipelined.start()) == "Succeeded"
    assert pipelined.action("Approve")["summary"].startswith("m2: 1 check passed on serverless inference")
    assert pipelined.production() == "m2"
    assert pipelined.action("Approve").get("token") is None


def approval_action(pipelined: Pipelined, custom_data: str) -> dict[str, Any]:
    topic = pipelined.site.outputs["ReleaseApprovalTopicArn"]
    return {
        "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
        "configuration": {"NotificationArn": topic, "CustomData": custom_data},
    }


def test_an_approval_is_rejected_with_what_was_wrong(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [BAD]})
    pipelined.make(approval_action(pipelined, f"{NAME}: m2 wants to go to production"))
    assert pipelined.until(pipelined.start()) == "Failed"
    assert "check 1: $.model is m2, wanted m1" in pipelined.action("It")["summary"]
    assert pipelined.production() == "m1"


def test_an_approval_without_a_release_is_left_to_people(pipelined: Pipelined) -> None:
    pipelined.make(approval_action(pipelined, "please look at this"))
    execution = pipelined.start()
    assert pipelined.until(execution) == "Failed"
    assert pipelined.action("It")["errorDetails"]["message"] == "The approval has expired."


def test_an_approval_that_a_person_answered_first_is_left_alone(pipelined: Pipelined) -> None:
    pipelined.site.serve(staging={"checks": [BAD]})
    pipelined.make(approval_action(pipelined, f"{NAME}: m2"))
    execution = pipelined.start()
    pipelined.site.until(lambda: "token" in pipelined.action("It"), timedelta(hours=1))
    pipelined.answer("Approved", stageName="Berth", actionName="It", token=pipelined.action("It")["token"])
    assert pipelined.until(execution) == "Succeeded"
    pipelined.cloud.advance(seconds=3600)
    arn = pipelined.site.outputs["ReleasePromoteStateMachineArn"]
    (run,) = pipelined.site.machines.list_executions(stateMachineArn=arn)["executions"]
    assert run["status"] == "FAILED"
    assert "CheckFailed" in str(pipelined.site.machines.describe_execution(executionArn=run["executionArn"])["error"])

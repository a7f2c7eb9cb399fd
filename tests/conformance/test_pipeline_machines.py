"""Way a into Berth: a Step Functions action of CodePipeline on the real stack, which starts any machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.pipelined import ACTION_ARNS, PIPELINE, Pipelined
from tests.machine.component_cases import loaded
from tests.machine.purchase_cases import SEARCH, on_sale
from tests.machine.site import NAME, Site


@pytest.fixture
def pipelined(tmp_path: Path) -> Iterator[Pipelined]:
    site = Site(ApprovalActionArns=ACTION_ARNS)
    try:
        yield Pipelined(site, tmp_path)
    finally:
        site.close()


def machine_action(pipelined: Pipelined, machine: str, **configuration: str) -> dict[str, Any]:
    return {
        "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "StepFunctions", "version": "1"},
        "configuration": {"StateMachineArn": pipelined.site.outputs[f"{machine}StateMachineArn"], **configuration},
        "inputArtifacts": [{"name": "release"}],
    }


def test_a_machine_takes_its_input_from_a_file_of_the_artifact(pipelined: Pipelined) -> None:
    pipelined.site.serve()
    pipelined.put({"release.json": json.dumps({"deployment": NAME, "model": "m2"})})
    pipelined.make(machine_action(pipelined, "EndpointRotate", InputType="FilePath", Input="release.json"))
    assert pipelined.until(pipelined.start()) == "Succeeded"
    assert pipelined.production() == "m2"


def test_a_file_that_is_not_there_fails_the_action(pipelined: Pipelined) -> None:
    pipelined.site.serve()
    pipelined.make(machine_action(pipelined, "EndpointRotate", InputType="FilePath", Input="release.json"))
    assert pipelined.until(pipelined.start()) == "Failed"
    assert "release.json" in pipelined.action("It")["errorDetails"]["message"]


GOOD = {"body": "{}", "expect": [{"path": "$.model", "equals": "m2"}]}
UNREADABLE = re.compile(r"Traceback|pydantic|errorType|States\.")
FOR_A_DEPLOYMENT = (
    "ComponentsScale",
    "DeploymentReconcile",
    "EndpointDeploy",
    "EndpointRotate",
    "ReleasePromote",
    "WindowHandover",
)
MACHINES = (*FOR_A_DEPLOYMENT, "FleetReconcile", "PlanPurchase")


def test_every_machine_is_started_by_a_pipeline_here(pipelined: Pipelined) -> None:
    ending = "StateMachineArn"
    deployed = {output.removesuffix(ending) for output in pipelined.site.outputs if output.endswith(ending)}
    assert deployed == set(MACHINES)


@pytest.mark.parametrize("machine", FOR_A_DEPLOYMENT)
def test_whatever_a_pipeline_gives_a_machine_the_cause_can_be_read(pipelined: Pipelined, machine: str) -> None:
    for given in ("{}", '{"deployment": "unknown"}', '{"deployment": "unknown", "comment": "more"}'):
        pipelined.make(machine_action(pipelined, machine, Input=given, ExecutionNamePrefix="release"))
        assert pipelined.until(pipelined.start()) == "Failed"
        action = pipelined.action("It")
        assert action["externalExecutionId"].rpartition(":")[2] == f"release-{action['actionExecutionId']}"
        told = action["errorDetails"]["message"]
        assert "deployment" in told
        assert "isn't registered" in told or "at least 1 character" in told
        assert not UNREADABLE.search(told)
        pipelined.pipelines.delete_pipeline(name=PIPELINE)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{}", "give one of deployment, search and extend; none was given"),
        ('{"deployment": "unknown"}', "RefusedError: deployment 'unknown' isn't registered"),
        (json.dumps(SEARCH | {"max_price_usd": "1500.00"}), "1512.00 USD is over max_price_usd, 1500.00"),
        (json.dumps(SEARCH | {"days": 1}), "days"),
    ],
)
def test_why_nothing_was_bought_is_what_the_action_says(pipelined: Pipelined, given: str, told: str) -> None:
    on_sale(pipelined.site)
    pipelined.make(machine_action(pipelined, "PlanPurchase", Input=given))
    assert pipelined.until(pipelined.start()) == "Failed"
    message = pipelined.action("It")["errorDetails"]["message"]
    assert told in message
    assert not UNREADABLE.search(message)


def test_why_nothing_was_swept_is_what_the_action_says(pipelined: Pipelined) -> None:
    pipelined.site.faulty(("api:scheduler.ListSchedules", "throttle"))
    pipelined.make(machine_action(pipelined, "FleetReconcile", Input="{}"))
    assert pipelined.until(pipelined.start()) == "Failed"
    message = pipelined.action("It")["errorDetails"]["message"]
    assert "BusyError: ListSchedules" in message
    assert not UNREADABLE.search(message)


ABOUT: dict[str, dict[str, Any]] = {
    "ComponentsScale": {"deployment": NAME, "copies": 1},
    "EndpointRotate": {"deployment": NAME, "model": "m2"},
    "FleetReconcile": {},
    "PlanPurchase": SEARCH,
    "ReleasePromote": {"deployment": NAME, "model": "m2", "only_checks": True},
}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_pipeline_starts_any_machine_with_words_of_its_own_or_with_a_file(pipelined: Pipelined, machine: str) -> None:
    given = json.dumps(ABOUT.get(machine, {"deployment": NAME}))
    if machine == "ComponentsScale":
        loaded(pipelined.site)
    else:
        pipelined.site.serve(staging={"checks": [GOOD]})
    on_sale(pipelined.site)
    pipelined.put({"input.json": given})
    for configuration in ({"Input": given}, {"InputType": "FilePath", "Input": "input.json"}):
        pipelined.make(machine_action(pipelined, machine, **configuration))
        assert pipelined.until(pipelined.start()) == "Succeeded", pipelined.action("It")
        (arn, execution) = pipelined.action("It")["externalExecutionId"].rsplit(":", 1)
        assert arn.rpartition(":")[2] == pipelined.site.outputs[f"{machine}StateMachineArn"].rpartition(":")[2]
        described = pipelined.site.machines.describe_execution(executionArn=f"{arn}:{execution}")
        assert json.loads(described["input"]) == json.loads(given)
        pipelined.pipelines.delete_pipeline(name=PIPELINE)

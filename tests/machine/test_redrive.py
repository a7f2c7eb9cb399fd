"""The runbook's ways with dead letters and failed executions: the work gets done, and doing it twice does no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.machine.site import NAME, Site

CRASH = ("function:WakeDeploymentsFunction", "crash_before")
DEPLOY = "endpoint_deploy"
GIVEN = {"deployment": NAME}


@pytest.fixture
def site() -> Iterator[Site]:
    standing = Site()
    yield standing
    standing.close()


def test_what_a_dead_letter_told_of_is_found_and_the_queue_is_emptied_twice_without_harm(site: Site) -> None:
    site.faulty(CRASH)
    site.serve()
    site.cloud.advance(seconds=600)
    site.cloud.faults.clear()
    queues = site.cloud.client("sqs")
    url = queues.get_queue_url(QueueName="berth-function-dead-letters")["QueueUrl"]
    assert _waiting(queues, url) > 0
    before = endpoint(site)
    for _ in range(2):
        assert site.run("fleet_reconcile", {}).status == "SUCCEEDED"
        queues.purge_queue(QueueUrl=url)
        site.cloud.advance(seconds=61)
    assert _waiting(queues, url) == 0
    assert endpoint(site) == before


def test_a_failed_execution_is_tried_again_with_its_input_twice_without_harm(site: Site) -> None:
    site.open()
    failed = failed_deployment(site)
    given = json.loads(site.machines.describe_execution(executionArn=failed)["input"])
    assert site.run(DEPLOY, given).status == "SUCCEEDED"
    before = endpoint(site)
    site.run(DEPLOY, given)
    site.cloud.advance(seconds=600)
    assert endpoint(site) == before


def test_redriving_a_failed_execution_fails_again_and_changes_nothing(site: Site) -> None:
    site.open()
    failed = failed_deployment(site)
    for count in (1, 2):
        site.machines.redrive_execution(executionArn=failed)
        again = site.end(failed)
        assert (again.status, again.path[-1]) == ("FAILED", "Failed")
        assert site.machines.describe_execution(executionArn=failed)["redriveCount"] == count
        assert site.sagemaker.list_endpoints()["Endpoints"] == []


@pytest.mark.parametrize("minutes", [0, 40])
def test_a_stopped_execution_goes_on_when_it_is_redriven_and_only_once(site: Site, minutes: int) -> None:
    """Also after its lease has lapsed."""
    site.open()
    execution = site.start(DEPLOY, GIVEN)
    site.cloud.advance(seconds=60)
    site.machines.stop_execution(executionArn=execution, error="Stopped", cause="by hand")
    site.cloud.advance(seconds=60 * minutes)
    site.machines.redrive_execution(executionArn=execution)
    assert site.end(execution).status == "SUCCEEDED"
    before = endpoint(site)
    assert before[0] == "InService"
    with pytest.raises(ClientError, match="Execution is SUCCEEDED and cannot be redriven"):
        site.machines.redrive_execution(executionArn=execution)
    site.cloud.advance(seconds=600)
    assert endpoint(site) == before


def failed_deployment(site: Site) -> str:
    """The ARN of an execution that failed because a function died, which is well again."""
    site.faulty(("function:ObserveDeploymentFunction", "crash_before"))
    execution = site.start(DEPLOY, GIVEN)
    assert site.end(execution).status == "FAILED"
    site.cloud.faults.clear()
    return execution


def endpoint(site: Site) -> tuple[str, Any]:
    found = site.sagemaker.describe_endpoint(EndpointName=NAME)
    return found["EndpointStatus"], found["LastModifiedTime"]


def _waiting(queues: Any, url: str) -> int:
    wanted = "ApproximateNumberOfMessages"
    answer = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])
    return int(answer["Attributes"][wanted])

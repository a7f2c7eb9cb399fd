"""Logs of executions, as a machine's LoggingConfiguration asks for them.

Source: Step Functions developer guide, "Using CloudWatch Logs to log execution history".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.machines import ROLE, Machines

GROUP = "/machines"
GROUP_ARN = f"arn:aws:logs:us-east-1:111122223333:log-group:{GROUP}:*"
FAILS = {"First": {"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Fail", "Error": "Closed", "Cause": "the door"}}


@pytest.fixture
def logged() -> Iterator[Cloud]:
    cloud = Cloud.start(Settings(execution_logs=True))
    cloud.client("logs").create_log_group(logGroupName=GROUP)
    yield cloud
    cloud.stop()


def ran(cloud: Cloud, level: str, *, data: bool = True, group_arn: str = GROUP_ARN) -> list[dict[str, Any]]:
    """What is in the log after an execution that fails."""
    machines = Machines(cloud)
    made = machines.client.create_state_machine(
        name="logged",
        definition=json.dumps({"QueryLanguage": "JSONata", "StartAt": "First", "States": FAILS}),
        roleArn=ROLE,
        loggingConfiguration={
            "level": level,
            "includeExecutionData": data,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group_arn}}],
        },
    )
    assert machines.end(machines.start(made["stateMachineArn"], {"secret": "sesame"})).status == "FAILED"
    found = cloud.client("logs").filter_log_events(logGroupName=GROUP)["events"]
    return [json.loads(event["message"]) for event in found]


@pytest.mark.parametrize(
    ("level", "types"),
    [
        (
            "ALL",
            ["ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"],
        ),
        ("ERROR", ["FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_the_level_says_which_events_are_written(logged: Cloud, level: str, types: list[str]) -> None:
    assert [line["type"] for line in ran(logged, level)] == types


def test_a_line_has_the_event_with_its_details(logged: Cloud) -> None:
    first, *_, last = ran(logged, "ALL")
    assert (first["id"], first["previous_event_id"], first["event_timestamp"]) == ("1", "0", "1772323200000")
    assert first["details"]["input"] == '{"secret": "sesame"}'
    assert last["details"] == {"error": "Closed", "cause": "the door"}
    assert last["execution_arn"].startswith("arn:aws:states:us-east-1:111122223333:execution:logged:")


def test_without_execution_data_no_input_and_no_output_is_written(logged: Cloud) -> None:
    lines = ran(logged, "ALL", data=False)
    assert lines[0]["details"]["roleArn"] == ROLE
    assert "sesame" not in json.dumps(lines)


def test_a_group_that_is_not_there_gets_nothing_and_fails_nothing(logged: Cloud) -> None:
    assert ran(logged, "ALL", group_arn=GROUP_ARN.replace(GROUP, "/elsewhere")) == []


def test_unless_it_is_asked_for_nothing_is_written(cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName=GROUP)
    assert ran(cloud, "ALL") == []

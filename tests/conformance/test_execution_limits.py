"""What StartExecution takes: names, repetitions, and 256 KiB of input."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.conformance.machines import Machines, ending

MOST_BYTES = 256 * 1024


def test_an_input_has_at_most_256_kib(machines: Machines) -> None:
    machine = machines.make({"Say": {"Type": "Succeed"}})
    with pytest.raises(ClientError, match="'input' failed to satisfy constraint") as refused:
        machines.start(machine, "x" * (MOST_BYTES - 1))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("given", "closed", "same"),
    [({"a": 1}, False, True), ({"a": 2}, False, False), ({"a": 1}, True, False), ({"a": 2}, True, False)],
)
def test_a_name_that_was_used_is_the_same_execution_only_with_the_same_input_while_it_runs(
    machines: Machines, given: dict[str, int], closed: bool, same: bool
) -> None:
    machine = machines.make({"Wait": ending("Wait", Seconds=60)})
    first = machines.start(machine, {"a": 1}, name="once")
    if closed:
        machines.end(first)
    if same:
        assert machines.start(machine, given, name="once") == first
        return
    with pytest.raises(ClientError) as refused:
        machines.start(machine, given, name="once")
    assert refused.value.response["Error"]["Code"] == "ExecutionAlreadyExists"


def test_stopping_what_has_ended_changes_nothing(machines: Machines) -> None:
    ended = machines.run({"Stop": {"Type": "Fail", "Error": "E", "Cause": "why"}})
    machines.client.stop_execution(executionArn=ended.described["executionArn"], error="later")
    assert machines.describe(ended.described["executionArn"]) | {"ResponseMetadata": 0} == ended.described | {
        "ResponseMetadata": 0
    }

"""Tasks that wait for a token: answers, timeouts, heartbeats, retries."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from tests.conformance.machines import (
    CAUGHT,
    OUTPUT_ERROR,
    Machines,
    token_from,
    waits_for_token,
)


def test_send_task_success_resumes_the_task_with_its_output(machines: Machines, cloud: Cloud, queue: str) -> None:
    def answer(_: str) -> None:
        cloud.advance(seconds=3600)
        machines.client.send_task_success(taskToken=token_from(cloud, queue), output='{"status": "InService"}')

    ended = machines.run({"Wait": waits_for_token(queue, TimeoutSeconds=86_400)}, meanwhile=answer)
    assert (ended.output, ended.seconds) == ({"status": "InService"}, 3600)


def test_send_task_failure_gives_its_error_and_cause(machines: Machines, cloud: Cloud, queue: str) -> None:
    def answer(_: str) -> None:
        token = token_from(cloud, queue)
        machines.client.send_task_failure(taskToken=token, error="RolledBack", cause="capacity error")

    ended = machines.run({"Wait": waits_for_token(queue, TimeoutSeconds=60)}, meanwhile=answer)
    assert (ended.status, ended.reason) == ("FAILED", ("RolledBack", "capacity error"))


def test_a_token_without_answer_times_out(machines: Machines, queue: str) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Caught", "Output": OUTPUT_ERROR}]
    states = {"Wait": waits_for_token(queue, TimeoutSeconds=900, Catch=catch), "Caught": CAUGHT}
    ended = machines.run(states)
    assert (ended.output["caught"], ended.seconds) == ({"Error": "States.Timeout", "Cause": ""}, 900)
    assert "TaskTimedOut" in ended.event_types


def test_heartbeats_keep_a_task_alive_and_their_absence_ends_it(machines: Machines, cloud: Cloud, queue: str) -> None:
    def beat(_: str) -> None:
        token = token_from(cloud, queue)
        for _beat in range(3):
            cloud.advance(seconds=500)
            machines.client.send_task_heartbeat(taskToken=token)

    states = {"Wait": waits_for_token(queue, TimeoutSeconds=86_400, HeartbeatSeconds=600)}
    ended = machines.run(states, meanwhile=beat)
    assert (ended.reason[0], ended.seconds) == ("States.Timeout", 1500 + 600)


def test_a_token_is_void_once_its_task_has_ended(machines: Machines, cloud: Cloud, queue: str) -> None:
    tokens: list[str] = []
    machines.run(
        {"Wait": waits_for_token(queue, TimeoutSeconds=60)}, meanwhile=lambda _: tokens.append(token_from(cloud, queue))
    )
    with pytest.raises(ClientError, match="Provided task does not exist anymore") as refused:
        machines.client.send_task_success(taskToken=tokens[0], output="{}")
    assert refused.value.response["Error"]["Code"] == "TaskTimedOut"
    with pytest.raises(ClientError) as unknown:
        machines.client.send_task_success(taskToken="made-up", output="{}")
    assert unknown.value.response["Error"]["Code"] == "InvalidToken"


def test_a_second_answer_to_a_token_is_refused(machines: Machines, cloud: Cloud, queue: str) -> None:
    def answer_twice(_: str) -> None:
        token = token_from(cloud, queue)
        machines.client.send_task_success(taskToken=token, output="1")
        with pytest.raises(ClientError, match="TaskTimedOut"):
            machines.client.send_task_success(taskToken=token, output="2")

    assert machines.run({"Wait": waits_for_token(queue, TimeoutSeconds=60)}, meanwhile=answer_twice).output == 1


def test_a_retry_has_a_new_token(machines: Machines, cloud: Cloud, queue: str) -> None:
    def fail_then_succeed(_: str) -> None:
        first = token_from(cloud, queue)
        machines.client.send_task_failure(taskToken=first, error="Busy", cause="try again")
        cloud.advance(seconds=60)
        second = token_from(cloud, queue)
        assert second != first
        machines.client.send_task_success(taskToken=second, output='"second"')

    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 30, "MaxAttempts": 2}]
    states = {"Wait": waits_for_token(queue, TimeoutSeconds=600, Retry=retry)}
    assert machines.run(states, meanwhile=fail_then_succeed).output == "second"

"""Lambda: what a handler sees, what its caller gets, and what becomes of an asynchronous event that fails."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from tests.conformance.sample_app import ROLES_MAY_ALL, deploy_sample, invoke, make_function, make_queue, messages

RECORDING = """
import json, boto3, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
    if event.get("fail"):
        raise RuntimeError(event["fail"])
    return event
"""


def seen_url(cloud: Cloud) -> str:
    url: str = cloud.client("sqs").get_queue_url(QueueName="seen")["QueueUrl"]
    return url


@pytest.fixture
def recording(cloud: Cloud) -> str:
    """A function that notes in the queue `seen` what it was called with."""
    make_queue(cloud, "seen")
    return make_function(cloud, "recording", RECORDING, Environment={"Variables": {"SEEN": seen_url(cloud)}})


def attempts(cloud: Cloud) -> int:
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=seen_url(cloud), AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


def test_a_handler_runs_with_its_own_environment_layers_and_clock(cloud: Cloud) -> None:
    deploy_sample(cloud, Stage="live")
    answer = invoke(cloud, "sample-work", {"number": 21})
    assert answer["error"] is None
    assert answer["payload"]["doubled"] == 42
    assert answer["payload"]["stage"] == "live"
    assert answer["payload"]["left_ms"] == 30_000
    assert "asked for ['number']" in answer["log"]


def test_a_warm_function_keeps_its_module_and_another_cloud_starts_cold(cloud: Cloud) -> None:
    deploy_sample(cloud)
    assert [invoke(cloud, "sample-work", {})["payload"]["calls"] for _ in range(2)] == [1, 2]
    again = Cloud.start()
    deploy_sample(again)
    assert invoke(again, "sample-work", {})["payload"]["calls"] == 1
    again.stop()


def test_where_modules_are_kept_only_a_second_environment_starts_cold() -> None:
    def calls(cloud: Cloud) -> int:
        return int(invoke(cloud, "sample-work", {})["payload"]["calls"])

    earlier = 0
    for _ in range(2):
        cloud = Cloud.start(ROLES_MAY_ALL)
        cloud.lambdas.keeps_modules = True
        deploy_sample(cloud)
        now = calls(cloud)
        assert now == earlier + 1 or not earlier
        cloud.client("lambda").update_function_configuration(FunctionName="sample-work", MemorySize=512)
        assert calls(cloud) == 1
        cloud.stop()
        earlier = now


def test_functions_of_equal_module_names_and_one_layer_do_not_collide(cloud: Cloud) -> None:
    stack = deploy_sample(cloud)
    notes = stack.resources["NotesFunction"]
    first = invoke(cloud, notes, {"a": 1})["payload"]
    invoke(cloud, "sample-work", {})
    second = invoke(cloud, notes, {"b": 2})["payload"]
    assert second["notes"] == [{"a": 1}, {"b": 2}]
    assert second["layer"] == first["layer"], "a layer's modules are shared"
    assert second["stage"] is None, "no variable of another function is seen"


def test_nothing_of_a_function_stays_in_the_process(cloud: Cloud) -> None:
    before = (dict(os.environ), sys.path[:], sys.stdout)
    deploy_sample(cloud)
    invoke(cloud, "sample-work", {})
    assert (dict(os.environ), sys.path[:], sys.stdout) == before
    assert not {"app", "sample_layer"} & sys.modules.keys()


def test_an_exception_is_answered_as_lambda_does(cloud: Cloud) -> None:
    deploy_sample(cloud)
    answer = invoke(cloud, "sample-work", {"fail": "over budget"})
    assert (answer["status"], answer["error"]) == (200, "Unhandled")
    assert answer["payload"].keys() == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert answer["payload"]["errorType"] == "RefusedError"
    assert answer["payload"]["errorMessage"] == "over budget"
    assert 'raise RefusedError(event["fail"])' in answer["payload"]["stackTrace"][-1]
    assert [entry.text for entry in cloud.timeline if entry.kind == "error"] == ["RefusedError: over budget"]


def test_an_exceptions_class_is_the_error_name_that_a_state_machine_sees(cloud: Cloud) -> None:
    stack = deploy_sample(cloud)
    states = cloud.client("stepfunctions")
    started = states.start_execution(stateMachineArn=stack.outputs["MachineArn"], input='{"fail": "over budget"}')
    cloud.kernel.settle()
    ended = states.describe_execution(executionArn=started["executionArn"])
    assert (ended["status"], ended["error"]) == ("FAILED", "RefusedError")


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("import nowhere_to_be_found", "Runtime.ImportModuleError", "Unable to import module 'app'"),
        ("def other(event, context): ...", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def handler(event, context: ...", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("handler = lambda event, context: {1, 2}", "Runtime.MarshalError", "Unable to marshal response"),
        ("import sys\ndef handler(event, context): sys.exit(1)", "Runtime.ExitError", "exit status 1"),
    ],
)
def test_what_goes_wrong_around_a_handler_has_lambdas_own_names(cloud: Cloud, code: str, kind: str, text: str) -> None:
    function = make_function(cloud, "broken", code)
    payload = invoke(cloud, function, {})["payload"]
    assert payload["errorType"] == kind
    assert text in payload["errorMessage"]


def test_a_sleep_takes_virtual_time_and_the_timeout_ends_it(cloud: Cloud) -> None:
    deploy_sample(cloud)
    begun = cloud.now
    answer = invoke(cloud, "sample-work", {"sleep": 12})
    assert answer["payload"]["left_ms"] == 18_000
    assert cloud.now - begun == timedelta(seconds=12)
    late = invoke(cloud, "sample-work", {"sleep": 3600})
    assert late["payload"]["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 30.00 seconds" in late["payload"]["errorMessage"]
    assert cloud.now - begun == timedelta(seconds=42)


def test_handlers_that_sleep_let_others_run_in_between(cloud: Cloud) -> None:
    deploy_sample(cloud)
    invoke(cloud, "sample-work", {"sleep": 10}, "Event")
    cloud.advance(seconds=5)
    assert invoke(cloud, "sample-work", {"number": 1})["payload"]["doubled"] == 2
    cloud.advance(seconds=10)
    assert len([line for line in cloud.lambdas.logs if line.function_name == "sample-work"]) == 2


def test_a_failed_async_call_is_retried_after_one_and_two_minutes(cloud: Cloud, recording: str) -> None:
    assert invoke(cloud, recording, {"fail": "always"}, "Event")["status"] == 202
    cloud.kernel.settle()
    seen = [attempts(cloud)]
    for seconds in (59, 1, 119, 1, 86_400):
        cloud.advance(seconds=seconds)
        seen.append(attempts(cloud))
    assert seen == [1, 1, 2, 2, 3, 3]


def test_a_call_that_fails_for_good_goes_to_the_on_failure_destination(cloud: Cloud, recording: str) -> None:
    queue = make_queue(cloud, "failures")
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName="recording", MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    invoke(cloud, recording, {"fail": "always"}, "Event")
    cloud.advance(seconds=3600)
    assert attempts(cloud) == 2
    (record,) = [message["body"] for message in messages(cloud, queue)]
    assert record["requestPayload"] == {"fail": "always"}
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["requestContext"]["functionArn"].endswith(":function:recording:$LATEST")
    assert record["responsePayload"]["errorType"] == "RuntimeError"
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert (record["version"], record["timestamp"]) == ("1.0", "2026-03-01T00:01:00.000Z")


def test_a_call_that_succeeds_goes_to_the_on_success_destination(cloud: Cloud, recording: str) -> None:
    done, failed = make_queue(cloud, "done"), make_queue(cloud, "failed")
    destinations = {"OnSuccess": {"Destination": done}, "OnFailure": {"Destination": failed}}
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName="recording", MaximumRetryAttempts=1, DestinationConfig=destinations
    )
    invoke(cloud, recording, {"number": 1}, "Event")
    cloud.advance(seconds=3600)
    assert messages(cloud, failed) == []
    (record,) = [message["body"] for message in messages(cloud, done)]
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("Success", 1)
    assert record["requestPayload"] == {"number": 1}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    # Who waits for an answer gets it, and nobody else.
    invoke(cloud, recording, {"number": 1}, "RequestResponse")
    cloud.kernel.settle()
    assert messages(cloud, done) == []  # but the first, which was received a moment ago


def test_an_event_that_would_be_too_old_at_its_next_try_is_given_up(cloud: Cloud, recording: str) -> None:
    queue = make_queue(cloud, "failures")
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName="recording", MaximumEventAgeInSeconds=100, DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    invoke(cloud, recording, {"fail": "always"}, "Event")
    cloud.advance(seconds=3600)
    assert attempts(cloud) == 2
    assert messages(cloud, queue)[0]["body"]["requestContext"]["condition"] == "EventAgeExceeded"


def test_the_dead_letter_queue_of_a_function_gets_the_event_itself(cloud: Cloud) -> None:
    stack = deploy_sample(cloud)
    invoke(cloud, stack.resources["NotesFunction"], {"fail": "always"}, "Event")
    cloud.advance(seconds=200)
    dead = [message for message in messages(cloud, stack.outputs["QueueArn"]) if message["body"].get("fail")]
    assert [(each["body"], each["attributes"]["ErrorMessage"]) for each in dead] == [({"fail": "always"}, "always")]


@pytest.mark.parametrize(
    ("fault", "kind", "handler_runs"),
    [
        ("crash_before", "Runtime.ExitError", 0),
        ("crash_after", "Runtime.ExitError", 1),
        ("timeout", "Sandbox.Timedout", 1),
    ],
)
def test_faults_by_logical_id_lose_the_answer(cloud: Cloud, fault: str, kind: str, handler_runs: int) -> None:
    deploy_sample(cloud)
    cloud.faults.add([{"on": "function:WorkFunction", "do": fault, "times": 1}])
    begun = cloud.now
    assert invoke(cloud, "sample-work", {})["payload"]["errorType"] == kind
    assert (cloud.now - begun).total_seconds() == (30 if fault == "timeout" else 0)
    assert invoke(cloud, "sample-work", {})["payload"]["calls"] == handler_runs + 1
    assert [entry.more["do"] for entry in cloud.timeline if entry.kind == "fault"] == [fault]


def test_what_a_handler_prints_is_in_cloudwatch_logs(cloud: Cloud) -> None:
    deploy_sample(cloud)
    request_id = invoke(cloud, "sample-work", {"number": 1})["payload"]["request_id"]
    found = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/sample-work")["events"]
    texts = [event["message"] for event in found]
    assert texts == [
        f"START RequestId: {request_id} Version: $LATEST",
        "asked for ['number']",
        f"END RequestId: {request_id}",
    ]
    assert [line.request_id for line in cloud.lambdas.logs] == [request_id]


def test_a_changed_variable_makes_a_cold_start(cloud: Cloud) -> None:
    deploy_sample(cloud)
    invoke(cloud, "sample-work", {})
    cloud.client("lambda").update_function_configuration(
        FunctionName="sample-work", Environment={"Variables": {"STAGE": "changed"}}
    )
    payload: Any = invoke(cloud, "sample-work", {})["payload"]
    assert (payload["calls"], payload["stage"]) == (1, "changed")

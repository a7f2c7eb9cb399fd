"""Step Functions: waiting, choosing, failing, catching and retrying, on the virtual clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.machines import (
    CAUGHT,
    MISSING_TABLE,
    OUTPUT_ERROR,
    Machines,
    ending,
    task,
    waits_for_token,
)


def test_a_wait_of_13_days_and_one_until_a_timestamp_end_to_the_second(machines: Machines) -> None:
    states = {
        "Days": {"Type": "Wait", "Seconds": 13 * 86_400, "Next": "Until"},
        "Until": ending("Wait", Timestamp="{% $states.input.until %}"),
    }
    ended = machines.run(states, {"until": "2026-03-20T09:00:00.250+09:00"})
    assert ended.described["stopDate"] == datetime(2026, 3, 20, 0, 0, 0, 250_000, tzinfo=UTC)


def test_a_timestamp_that_has_passed_does_not_wait(machines: Machines) -> None:
    assert machines.run({"Until": ending("Wait", Timestamp="2026-01-01T00:00:00Z")}).seconds == 0


def test_a_machine_that_runs_out_of_time_is_timed_out_with_a_stop_date(machines: Machines) -> None:
    ended = machines.run({"Wait": ending("Wait", Seconds=86_400)}, TimeoutSeconds=600)
    assert (ended.status, ended.seconds) == ("TIMED_OUT", 600)
    assert ended.described["stopDate"] == datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    assert ended.event_types[-1] == "ExecutionTimedOut"


def test_a_choice_takes_the_first_condition_that_holds(machines: Machines) -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.n > 10 %}", "Next": "Big"},
                {"Condition": "{% $states.input.n > 5 %}", "Next": "Middle", "Output": {"n": "{% $states.input.n %}"}},
            ],
            "Default": "Small",
        },
        "Big": ending("Pass", Output="big"),
        "Middle": ending("Pass", Output="{% 'middle ' & $states.input.n %}"),
        "Small": ending("Pass", Output="small"),
    }
    assert [machines.run(states, {"n": n}).output for n in (20, 7, 1)] == ["big", "middle 7", "small"]


def test_the_output_of_a_choice_is_its_rules_own_even_if_the_rule_leads_to_the_default(machines: Machines) -> None:
    choose = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.n = 1 %}", "Next": "Say", "Output": "by rule", "Assign": {"v": 1}}],
        "Default": "Say",
        "Output": "by default",
        "Assign": {"v": 2},
    }
    states = {"Choose": choose, "Say": ending("Pass", Output="{% $states.input & ' ' & $v %}")}
    assert [machines.run(states, {"n": n}).output for n in (1, 2)] == ["by rule 1", "by default 2"]


def test_no_match_and_no_default_is_an_error_of_its_own(machines: Machines) -> None:
    states = {
        "Choose": {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "Say"}]},
        "Say": ending("Pass"),
    }
    assert machines.run(states).reason[0] == "States.NoChoiceMatched"


def test_a_fail_state_gives_its_error_and_cause(machines: Machines) -> None:
    ended = machines.run(
        {"Fail": {"Type": "Fail", "Error": "Berth.Refused", "Cause": "{% $states.input.why %}"}}, {"why": "no"}
    )
    assert (ended.status, ended.reason) == ("FAILED", ("Berth.Refused", "no"))


def test_an_unhandled_task_error_gives_its_error_and_cause(machines: Machines) -> None:
    ended = machines.run({"Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE)})
    error, cause = ended.reason
    assert error == "DynamoDb.ResourceNotFoundException"
    assert cause is not None
    assert cause.startswith("Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: ")


@pytest.mark.parametrize(
    ("resource", "arguments", "error"),
    [
        ("aws-sdk:dynamodb:getItem", MISSING_TABLE, "DynamoDb.ResourceNotFoundException"),
        ("dynamodb:getItem", MISSING_TABLE, "DynamoDB.ResourceNotFoundException"),
        ("aws-sdk:s3:getObject", {"Bucket": "absent-bucket", "Key": "k"}, "S3.NoSuchBucketException"),
        (
            "aws-sdk:sfn:describeExecution",
            {"ExecutionArn": "arn:aws:states:us-east-1:111122223333:execution:m:x"},
            None,
        ),
    ],
)
def test_integration_errors_have_the_names_that_aws_gives_them(
    machines: Machines, resource: str, arguments: dict[str, Any], error: str | None
) -> None:
    ended = machines.run({"Call": task(resource, arguments)})
    assert ended.reason[0] == error or (error is None and str(ended.reason[0]).startswith("Sfn."))


def test_the_first_catcher_that_names_the_error_takes_it(machines: Machines) -> None:
    catchers = [
        {"ErrorEquals": ["S3.NoSuchBucketException"], "Next": "Wrong"},
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Caught", "Output": OUTPUT_ERROR, "Assign": {"seen": True}},
        {"ErrorEquals": ["States.ALL"], "Next": "Wrong"},
    ]
    states = {
        "Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Catch=catchers),
        "Caught": ending("Pass", Output={"error": "{% $states.input.Error %}", "seen": "{% $seen %}"}),
        "Wrong": ending("Pass", Output="wrong"),
    }
    assert machines.run(states).output == {"error": "DynamoDb.ResourceNotFoundException", "seen": True}


def test_states_task_failed_does_not_catch_a_timeout(machines: Machines, queue: str) -> None:
    catchers = [
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Wrong"},
        {"ErrorEquals": ["States.Timeout"], "Next": "Right"},
    ]
    states = {
        "Wait": waits_for_token(queue, TimeoutSeconds=60, Catch=catchers),
        "Wrong": ending("Pass", Output="wrong"),
        "Right": ending("Pass", Output="right"),
    }
    assert machines.run(states).output == "right"


def test_a_caught_evaluation_error_tells_the_state_and_the_field(machines: Machines) -> None:
    broken = {"TableName": "{% $states.input.no %}", "Key": {}}
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught", "Output": OUTPUT_ERROR}]
    ended = machines.run({"Get": task("aws-sdk:dynamodb:getItem", broken, Catch=catch), "Caught": CAUGHT})
    assert ended.output["caught"]["Cause"] == (
        "An error occurred while executing the state 'Get' (entered at the event id #2). The JSONata expression "
        "'$states.input.no' specified for the field 'Arguments/TableName' returned nothing (undefined)."
    )


def test_failed_event_entries_give_a_cause_in_text(machines: Machines, cloud: Cloud) -> None:
    entry = {"Source": "berth", "DetailType": "Decision Held", "Detail": {"a": "{% $states.input.a %}"}}
    assert (
        machines.run({"Put": task("events:putEvents", {"Entries": [entry]})}, {"a": 1}).output["FailedEntryCount"] == 0
    )
    nameless = {"Source": "", "DetailType": "x", "Detail": {}}
    ended = machines.run({"Put": task("events:putEvents", {"Entries": [nameless]})})
    assert ended.reason[0] == "EventBridge.FailedEntry"
    assert json.loads(str(ended.reason[1]))["FailedEntryCount"] == 1


def test_a_throttled_bus_is_a_failed_task_which_is_tried_again(machines: Machines, cloud: Cloud) -> None:
    entry = {"Source": "berth", "DetailType": "Decision Held", "Detail": {"a": 1}}
    cloud.faults.add([{"on": "api:events.PutEvents", "do": "throttle", "times": 2}])
    ended = machines.run({"Put": task("events:putEvents", {"Entries": [entry]})})
    assert ended.reason[0] == "EventBridge.ThrottlingException"
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5, "MaxAttempts": 2}]
    again = machines.run({"Put": task("events:putEvents", {"Entries": [entry]}, Retry=retry)})
    assert again.output["FailedEntryCount"] == 0
    assert again.seconds == 5


def test_retries_back_off_up_to_the_longest_delay(machines: Machines) -> None:
    retry = [
        {
            "ErrorEquals": ["States.ALL"],
            "IntervalSeconds": 60,
            "MaxAttempts": 5,
            "BackoffRate": 2,
            "MaxDelaySeconds": 300,
        }
    ]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {"Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Retry=retry, Catch=catch), "Caught": CAUGHT}
    assert machines.run(states).seconds == 60 + 120 + 240 + 300 + 300


def test_the_first_retrier_that_names_the_error_counts_alone(machines: Machines) -> None:
    retry = [
        {"ErrorEquals": ["DynamoDb.ResourceNotFoundException"], "MaxAttempts": 0},
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60},
    ]
    assert machines.run({"Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Retry=retry)}).seconds == 0


def test_full_jitter_shortens_the_pause_and_the_seed_decides_how_much() -> None:
    def pause(seed: int) -> float:
        cloud = Cloud.start(Settings(seed=seed))
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "MaxAttempts": 1, "JitterStrategy": "FULL"}]
        ended = Machines(cloud).run({"Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Retry=retry)})
        cloud.stop()
        return ended.seconds

    first = pause(1)
    assert 0 < first < 600
    assert first == pause(1)
    assert first != pause(2)


def test_a_retry_succeeds_when_the_resource_has_come(machines: Machines, cloud: Cloud) -> None:
    def make_table(_: str) -> None:
        cloud.advance(seconds=90)
        cloud.client("dynamodb").create_table(
            TableName="absent",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        cloud.client("dynamodb").put_item(TableName="absent", Item={"k": {"S": "a"}, "v": {"S": "there"}})

    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "MaxAttempts": 3, "BackoffRate": 1}]
    output = {"v": "{% $states.result.Item.v.S %}", "retries": "{% $states.context.State.RetryCount %}"}
    states = {"Get": task("aws-sdk:dynamodb:getItem", MISSING_TABLE, Retry=retry, Output=output)}
    ended = machines.run(states, meanwhile=make_table)
    assert (ended.output, ended.seconds) == ({"v": "there", "retries": 2}, 120)

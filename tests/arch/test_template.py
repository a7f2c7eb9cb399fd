"""The deployed stack: everything encrypted, tagged, named from the stack, and nothing lost on its way."""

import importlib.util
import json
import sys
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from berth_core.announcements.announcement import SOURCE
from berth_shell.settings import Environment, variable
from tests.arch.project import ROOT, Json, Resource, function_folders, made, pascal, rendered, written

OUTPUTS = {
    "ManifestBucket",
    "NotificationTopicArn",
    "EventBusName",
    "LedgerTable",
    "DeploymentReconcileStateMachineArn",
    "EndpointDeployStateMachineArn",
    "EndpointRotateStateMachineArn",
    "WindowHandoverStateMachineArn",
    "ComponentsScaleStateMachineArn",
    "PlanPurchaseStateMachineArn",
    "ReleasePromoteStateMachineArn",
    "FleetReconcileStateMachineArn",
    "ReleaseApprovalTopicArn",
    "AnswerPipelineJobFunctionName",
}
# How each kind of resource that holds something is encrypted. None: AWS always does, with a key of its own.
ENCRYPTED_BY: dict[str, str | None] = {
    "AWS::DynamoDB::Table": "SSESpecification",
    "AWS::Events::EventBus": None,
    "AWS::Lambda::Function": None,
    "AWS::Logs::LogGroup": None,
    "AWS::S3::Bucket": "BucketEncryption",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SQS::Queue": "SqsManagedSseEnabled",
    "AWS::Scheduler::Schedule": None,
    "AWS::StepFunctions::StateMachine": None,
}
HOLDS_NOTHING = {
    "AWS::CloudWatch::Alarm",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::ScheduleGroup",
}
# CloudFormation takes no tags for these.
TAKES_NO_TAGS = {
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
}
# The property that names it. The bucket, the ledger and the roles get their names from CloudFormation, which puts the
# stack's first: what outlives a stack must not stand in the way of the next one.
NAMED_BY = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
# The longest name of each kind (each service's API reference; logs and functions as Lambda and CloudWatch Logs say it).
LONGEST_NAME = {
    "AWS::CloudWatch::Alarm": 255,
    "AWS::Events::EventBus": 256,
    "AWS::Events::Rule": 64,
    "AWS::Lambda::Function": 64,
    "AWS::Lambda::LayerVersion": 140,
    "AWS::Logs::LogGroup": 512,
    "AWS::SNS::Topic": 256,
    "AWS::SQS::Queue": 80,
    "AWS::Scheduler::ScheduleGroup": 64,
    "AWS::StepFunctions::StateMachine": 80,
}
LONGEST_STACK_NAME = 38
# The functions that are invoked asynchronously, and where what they fail on is kept.
EVENT_DRIVEN = {
    "RegisterManifest": "FunctionDeadLetters",
    "WatchPlans": "FunctionDeadLetters",
    "WakeDeployments": "FunctionDeadLetters",
    "ResumeWaiters": "FunctionDeadLetters",
    "StartRelease": "FunctionDeadLetters",
    "AnswerApproval": "FunctionDeadLetters",
    "SendNotification": "NotificationDeadLetters",
}


def _names(resources: list[Resource]) -> list[str]:
    return [resource.name for resource in resources]


def test_the_outputs_are_those_of_the_contract() -> None:
    assert rendered()["Outputs"].keys() == OUTPUTS


@pytest.mark.parametrize("resource", made(), ids=lambda resource: resource.name)
def test_a_resource_is_encrypted(resource: Resource) -> None:
    if resource.type in HOLDS_NOTHING:
        return
    assert resource.type in ENCRYPTED_BY, "a new type: say how it is encrypted"
    key = ENCRYPTED_BY[resource.type]
    assert key is None or resource.properties.get(key)


@pytest.mark.parametrize("resource", made(), ids=lambda resource: resource.name)
def test_a_resource_carries_the_stacks_tag(resource: Resource) -> None:
    tags = resource.properties.get("Tags", [])
    if resource.type in TAKES_NO_TAGS:
        assert not tags
    else:
        assert {"Key": "berth:stack", "Value": {"Ref": "AWS::StackName"}} in tags


@pytest.mark.parametrize("resource", made(), ids=lambda resource: resource.name)
def test_a_resource_is_named_from_the_stack(resource: Resource) -> None:
    if resource.type in NAMED_BY:
        assert "AWS::StackName" in json.dumps(resource.properties[NAMED_BY[resource.type]])


@pytest.mark.parametrize("resource", made(), ids=lambda resource: resource.name)
def test_the_longest_stack_name_that_is_promised_makes_no_name_too_long(resource: Resource) -> None:
    if resource.type not in NAMED_BY:
        return
    name = resource.properties[NAMED_BY[resource.type]]
    text = name["Fn::Sub"] if "Fn::Sub" in name else f"${{{name['Ref']}}}"
    assert len(text.replace("${AWS::StackName}", "s" * LONGEST_STACK_NAME)) <= LONGEST_NAME[resource.type]


def test_the_longest_stack_name_is_promised_where_the_name_is_chosen() -> None:
    assert f"up to {LONGEST_STACK_NAME} characters" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ledger_can_be_restored_and_forgets_only_what_may_go() -> None:
    (ledger,) = written("DynamoDB::Table")
    assert ledger.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger.properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert ledger.properties["BillingMode"] == "PAY_PER_REQUEST"


def test_the_manifest_bucket_is_versioned_private_and_tells_eventbridge() -> None:
    (bucket,) = written("S3::Bucket")
    assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket.properties["PublicAccessBlockConfiguration"].values())
    assert bucket.properties["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


@pytest.mark.parametrize("function", made("Lambda::Function"), ids=lambda resource: resource.name)
def test_a_function_is_traced_logs_json_and_leaves_the_accounts_concurrency_alone(function: Resource) -> None:
    assert function.properties["Runtime"] == "python3.13"
    assert function.properties["Architectures"] == ["arm64"]
    assert function.properties["Handler"] == "app.handler"
    assert function.properties["TracingConfig"] == {"Mode": "Active"}
    assert function.properties["LoggingConfig"]["LogFormat"] == "JSON"
    assert function.properties["LoggingConfig"]["LogGroup"]["Ref"] == f"{function.name.removesuffix('Function')}Logs"
    assert "ReservedConcurrentExecutions" not in function.properties


@pytest.mark.parametrize("machine", made("StateMachine"), ids=lambda resource: resource.name)
def test_a_machine_is_standard_traced_and_logged_with_its_data_unless_it_asks_people(machine: Resource) -> None:
    assert machine.properties["StateMachineType"] == "STANDARD"
    assert machine.properties["TracingConfiguration"] == {"Enabled": True}
    assert machine.properties["LoggingConfiguration"]["Level"] == "ALL"
    # A task token that stands for a person's yes is written down nowhere but in the history.
    asks_people = machine.name in {"PlanPurchaseStateMachine", "ReleasePromoteStateMachine"}
    assert machine.properties["LoggingConfiguration"]["IncludeExecutionData"] is not asks_people


def test_every_hop_retries_and_then_keeps_what_it_could_not_deliver() -> None:
    hops = [target for rule in made("Events::Rule") for target in rule.properties["Targets"]]
    hops += [schedule.properties["Target"] for schedule in made("Scheduler::Schedule")]
    assert len(hops) >= 7
    for hop in hops:
        assert hop["RetryPolicy"]["MaximumRetryAttempts"] > 0, hop
        assert hop["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].endswith("DeadLetters"), hop


def test_a_function_that_is_invoked_asynchronously_keeps_the_events_it_fails_on() -> None:
    kept = {
        config.properties["FunctionName"]["Ref"]: config.properties["DestinationConfig"]["OnFailure"]["Destination"]
        for config in made("EventInvokeConfig")
    }
    assert kept == {f"{name}Function": {"Fn::GetAtt": [queue, "Arn"]} for name, queue in EVENT_DRIVEN.items()}


@pytest.mark.parametrize("subscription", written("SNS::Subscription"), ids=lambda resource: resource.name)
def test_a_subscription_keeps_what_it_could_not_deliver(subscription: Resource) -> None:
    assert subscription.properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] == "NotificationDeadLetters"


def _alarmed(metric: str) -> set[str]:
    """The logical ids of resources with an alarm on `metric` that tells the topic."""
    found = set()
    for alarm in made("CloudWatch::Alarm"):
        assert alarm.properties["AlarmActions"] == [{"Ref": "NotificationTopic"}]
        queries = [
            query["MetricStat"]["Metric"] for query in alarm.properties.get("Metrics", []) if "MetricStat" in query
        ]
        for source in queries or [alarm.properties]:
            if source["MetricName"] == metric:
                found |= {_owner(dimension["Value"]) for dimension in source["Dimensions"]}
    return found


def _owner(value: Json) -> str:
    owner: str = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
    return owner


def test_every_failure_that_nobody_sees_has_an_alarm() -> None:
    machines = set(_names(made("StateMachine")))
    assert _alarmed("ExecutionsFailed") == machines
    assert _alarmed("ExecutionsTimedOut") == machines
    assert _alarmed("Errors") == {f"{name}Function" for name in EVENT_DRIVEN}
    assert _alarmed("ApproximateNumberOfMessagesVisible") == set(_names(made("SQS::Queue")))
    assert _alarmed("Invocations") == {"WatchPlansFunction"}
    assert _alarmed("StuckWaiters") == {"AWS::StackName"}


def test_the_watch_comes_as_often_as_the_parameter_says() -> None:
    watch = next(it for it in written("Scheduler::Schedule") if it.name == "WatchSchedule")
    assert watch.properties["ScheduleExpression"] == {"Fn::Sub": "rate(${WatchMinutes} minutes)"}
    assert rendered()["Parameters"]["WatchMinutes"]["Default"] == 5


def test_every_announcement_goes_to_the_function_that_tells_people() -> None:
    (rule,) = [rule for rule in written("Events::Rule") if "EventBusName" in rule.properties]
    assert rule.properties["EventPattern"] == {"source": [SOURCE]}
    assert [target["Arn"] for target in rule.properties["Targets"]] == [
        {"Fn::GetAtt": ["SendNotificationFunction", "Arn"]}
    ]


@pytest.mark.parametrize("rule", written("Events::Rule"), ids=lambda resource: resource.name)
def test_a_rule_hands_its_events_over_as_they_are(rule: Resource) -> None:
    """EventBridge escapes no quotes in what an InputTransformer puts into a text (docs/fidelity.md)."""
    for target in rule.properties["Targets"]:
        assert not {"Input", "InputPath", "InputTransformer"} & target.keys()


def test_only_alarms_are_published_by_a_service_itself() -> None:
    (policy,) = written("SNS::TopicPolicy")
    (statement,) = policy.properties["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}


@cache
def _application(folder: str) -> ModuleType:
    """A function's app.py under a name of its own: Lambda calls them all `app`."""
    path = ROOT / "functions" / folder / "app.py"
    specification = importlib.util.spec_from_file_location(f"app_of_{folder}", path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", function_folders())
def test_a_function_gets_exactly_the_variables_that_its_settings_read(folder: str) -> None:
    function = next(it for it in written("Serverless::Function") if it.name == f"{pascal(folder)}Function")
    given: dict[str, Any] = function.properties.get("Environment", {}).get("Variables", {})
    types = [it for it in vars(_application(folder)).values() if isinstance(it, type) and issubclass(it, Environment)]
    assert given.keys() == {variable(field) for settings in types for field in settings.model_fields}

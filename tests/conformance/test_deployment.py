"""A SAM template becomes resources whose names and ARNs are AWS's, whatever they are referred to by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.cloud import Cloud
from rehearsal.deployment import DeploymentError, Stack, deploy
from tests.conformance.sample_app import TEMPLATE, deploy_sample, invoke, messages


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return deploy_sample(cloud, Mail="a@example.com")


def written(folder: Path, resources: str) -> Path:
    template = folder / "template.yaml"
    template.write_text(f"Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}", encoding="utf-8")
    return template


def test_names_and_arns_are_what_aws_gives(stack: Stack) -> None:
    arn = "arn:aws:{}:us-east-1:111122223333:{}".format
    assert stack.name == "sample"
    assert stack.outputs["BusArn"] == arn("events", "event-bus/sample")
    assert stack.outputs["MachineArn"] == arn("states", "stateMachine:sample-machine")
    assert stack.outputs["TopicArn"] == arn("sns", "sample-news")
    assert stack.outputs["GroupArn"] == arn("scheduler", "schedule-group/sample")
    assert stack.outputs["ScheduleArn"] == arn("scheduler", "schedule/sample/tick")
    assert stack.outputs["AlarmArn"] == arn("cloudwatch", "alarm:sample-dead-letters")
    assert stack.outputs["LogGroupArn"] == arn("logs", "log-group:/aws/lambda/sample-work:*")
    assert stack.outputs["QueueArn"] == arn("sqs", stack.resources["DeadLetters"].rsplit("/", 1)[-1])
    assert stack.outputs["TableArn"] == arn("dynamodb", f"table/{stack.resources['Table']}")
    assert stack.outputs["RoleArn"] == f"arn:aws:iam::111122223333:role/{stack.resources['WorkRole']}"
    assert stack.outputs["KeyArn"] == arn("kms", f"key/{stack.resources['Key']}")


def test_refs_are_what_aws_gives(stack: Stack) -> None:
    resources = stack.resources
    assert resources["WorkFunction"] == "sample-work"
    assert resources["Machine"] == stack.outputs["MachineArn"]
    assert resources["Topic"] == stack.outputs["TopicArn"]
    assert resources["Bus"] == "sample"
    assert resources["NewsRule"] == "sample-news"
    assert resources["Group"] == "sample"
    assert resources["Tick"] == "tick"
    assert resources["Alias"] == "alias/sample"
    assert resources["BucketPolicy"] == resources["Bucket"]
    assert resources["Subscription"].startswith(f"{resources['Topic']}:")
    assert resources["DeadLetters"].startswith("https://sqs.us-east-1.amazonaws.com/111122223333/")
    assert [ref for ref in resources.values() if "layer:sample-sample:1" in ref]


def test_generated_names_depend_on_the_seed_alone(cloud: Cloud) -> None:
    first = deploy_sample(cloud).resources
    again = Cloud.start()
    assert deploy_sample(again).resources == first
    again.stop()


def test_a_resource_whose_condition_does_not_hold_is_not_there(cloud: Cloud) -> None:
    stack = deploy_sample(cloud)
    assert "Subscription" not in stack.resources
    assert cloud.client("sns").list_subscriptions()["Subscriptions"] == []


def test_no_value_takes_an_item_out_of_a_list(cloud: Cloud, stack: Stack) -> None:
    def statements() -> list[Any]:
        policy = cloud.client("iam").get_role_policy(RoleName=stack.resources["WorkRole"], PolicyName="own")
        found: list[Any] = policy["PolicyDocument"]["Statement"]
        return found

    assert [each["Action"] for each in statements()] == [["dynamodb:PutItem"]]


def test_a_list_parameter_is_a_list(cloud: Cloud) -> None:
    guests = "arn:aws:iam::111122223333:role/a,arn:aws:iam::111122223333:role/b"
    stack = deploy_sample(cloud, Guests=guests)
    policy = cloud.client("iam").get_role_policy(RoleName=stack.resources["WorkRole"], PolicyName="own")
    assert policy["PolicyDocument"]["Statement"][1]["Resource"] == guests.split(",")


def test_tables_and_buckets_have_the_properties_of_the_template(cloud: Cloud, stack: Stack) -> None:
    dynamodb, s3 = cloud.client("dynamodb"), cloud.client("s3")
    name, bucket = stack.resources["Table"], stack.resources["Bucket"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert "SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_functions_have_the_properties_of_the_template(cloud: Cloud, stack: Stack) -> None:
    lambda_ = cloud.client("lambda")
    seen = lambda_.get_function_configuration(FunctionName="sample-work")
    assert (seen["Timeout"], seen["MemorySize"], seen["Handler"]) == (30, 256, "app.handler")
    assert seen["TracingConfig"] == {"Mode": "Active"}
    assert seen["Architectures"] == ["arm64"]
    assert [layer["Arn"].split(":")[-2] for layer in seen["Layers"]] == ["sample-third-party", "sample-sample"]
    config = lambda_.get_function_event_invoke_config(FunctionName="sample-work")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (1, 600)
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == stack.outputs["QueueArn"]
    policy = json.loads(lambda_.get_policy(FunctionName="sample-work")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}


def test_a_layer_that_holds_no_package_is_left_to_the_venv(cloud: Cloud, stack: Stack) -> None:
    code = cloud.lambdas.of("sample-work")
    assert code is not None
    assert [folder.name for folder in code.layer_dirs] == ["sample"]
    assert code.logical_id == "WorkFunction"


def test_roles_policies_and_keys_have_the_properties_of_the_template(cloud: Cloud, stack: Stack) -> None:
    attached = cloud.client("iam").list_attached_role_policies(RoleName=stack.resources["WorkRole"])["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [stack.resources["TracePolicy"]]
    kms = cloud.client("kms")
    assert kms.list_resource_tags(KeyId=stack.resources["Key"])["Tags"] == [{"TagKey": "stack", "TagValue": "sample"}]
    assert "kms:DescribeKey" in kms.get_key_policy(KeyId=stack.resources["Key"], PolicyName="default")["Policy"]
    topic = cloud.client("sns").get_topic_attributes(TopicArn=stack.outputs["TopicArn"])["Attributes"]
    assert topic["KmsMasterKeyId"] == stack.resources["Key"]
    assert "events.amazonaws.com" in topic["Policy"]


def test_queues_and_alarms_have_the_properties_of_the_template(cloud: Cloud, stack: Stack) -> None:
    url = stack.resources["DeadLetters"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["MessageRetentionPeriod"] == "1209600"
    assert "events.amazonaws.com" in attributes["Policy"]
    (alarm,) = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert alarm["AlarmActions"] == [stack.outputs["TopicArn"]]
    assert alarm["Dimensions"][0]["Value"] == url.rsplit("/", 1)[-1]


def test_a_state_machine_is_made_from_its_yaml_file_and_runs(cloud: Cloud, stack: Stack) -> None:
    states = cloud.client("stepfunctions")
    arn = stack.outputs["MachineArn"]
    seen = states.describe_state_machine(stateMachineArn=arn)
    assert json.loads(seen["definition"])["States"]["Work"]["Arguments"]["FunctionName"].endswith(":sample-work")
    assert (seen["type"], seen["roleArn"]) == ("STANDARD", stack.outputs["RoleArn"])
    assert seen["loggingConfiguration"]["level"] == "ALL"
    assert seen["tracingConfiguration"] == {"enabled": True}
    started = states.start_execution(stateMachineArn=arn, input='{"number": 5}')
    cloud.kernel.settle()
    ended = states.describe_execution(executionArn=started["executionArn"])
    assert json.loads(ended["output"])["doubled"] == 10


def test_a_schedule_of_the_template_runs(cloud: Cloud, stack: Stack) -> None:
    notes = stack.resources["NotesFunction"]
    cloud.advance(seconds=600)
    seen = invoke(cloud, notes, {})["payload"]["notes"]
    assert seen[:-1] == [{"tick": f"2026-03-01T00:{minute}:00Z"} for minute in ("00", "05", "10")]
    assert messages(cloud, stack.outputs["QueueArn"]) == []


def test_the_stack_can_be_described_as_on_aws(cloud: Cloud, stack: Stack) -> None:
    cloudformation = cloud.client("cloudformation")
    (described,) = cloudformation.describe_stacks(StackName="sample")["Stacks"]
    assert described["StackStatus"] == "CREATE_COMPLETE"
    assert {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]} == stack.outputs
    listed = cloudformation.describe_stack_resources(StackName="sample")["StackResources"]
    assert {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed} == stack.resources
    assert {each["ResourceType"].split("::")[0] for each in listed} == {"AWS"}


def test_a_second_deployment_updates_what_has_changed(cloud: Cloud, stack: Stack) -> None:
    again = deploy_sample(cloud, Mail="a@example.com", Stage="live", TickMinutes="10")
    assert again.outputs == stack.outputs
    assert invoke(cloud, "sample-work", {})["payload"]["stage"] == "live"
    seen = cloud.client("scheduler").get_schedule(Name="tick", GroupName="sample")
    assert seen["ScheduleExpression"] == "rate(10 minutes)"
    (described,) = cloud.client("cloudformation").describe_stacks(StackName="sample")["Stacks"]
    assert described["StackStatus"] == "UPDATE_COMPLETE"


def test_unknown_types_are_named_with_their_logical_ids(cloud: Cloud, tmp_path: Path) -> None:
    template = written(tmp_path, "  Farm: {Type: AWS::Barn::Farm}\n  Cow: {Type: AWS::Barn::Cow}\n")
    with pytest.raises(DeploymentError, match=r"AWS::Barn::Farm \(Farm\); AWS::Barn::Cow \(Cow\)"):
        deploy(cloud, template)


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"Stag": "live"}, "parameters Stag: the template has only Stage, TickMinutes"),
        ({"Stage": "prod"}, "parameter Stage: 'prod' must be one of test, live"),
    ],
)
def test_wrong_parameters_are_refused_in_words(cloud: Cloud, parameters: dict[str, str], why: str) -> None:
    with pytest.raises(DeploymentError, match=why):
        deploy(cloud, TEMPLATE, parameters=parameters)


def test_a_folder_that_is_not_there_is_named(cloud: Cloud, tmp_path: Path) -> None:
    properties = "{CodeUri: functions/none, Handler: app.handler, Runtime: python3.13}"
    template = written(tmp_path, f"  Gone: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n")
    with pytest.raises(DeploymentError, match=r"Gone.CodeUri: 'functions/none' must be a folder"):
        deploy(cloud, template)


def test_a_definition_that_is_not_yaml_is_named(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "machine.asl.yaml").write_text("Comment: a: b\n", encoding="utf-8")
    properties = "{DefinitionUri: machine.asl.yaml, Role: 'arn:aws:iam::111122223333:role/r'}"
    template = written(tmp_path, f"  Machine: {{Type: AWS::Serverless::StateMachine, Properties: {properties}}}\n")
    with pytest.raises(DeploymentError, match=r"definitions/Machine is not YAML"):
        deploy(cloud, template)


def test_a_changed_template_is_translated_again(cloud: Cloud, tmp_path: Path) -> None:
    group = "  Group: {{Type: AWS::Scheduler::ScheduleGroup, Properties: {{Name: {}}}}}\n"
    assert deploy(cloud, written(tmp_path, group.format("one"))).resources == {"Group": "one"}
    again = Cloud.start()
    assert deploy(again, written(tmp_path, group.format("second"))).resources == {"Group": "second"}
    again.stop()

"""The resource types of our template that moto's CloudFormation lacks. Source: each type's page in AWS's reference."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import EventInvokeConfig, lambda_backends
from moto.s3.models import s3_backends
from moto.scheduler.models import scheduler_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from rehearsal.call_counts import by_aws
from rehearsal.cloud import current
from rehearsal.codepipeline.resource import PIPELINE
from rehearsal.deployment.resource_types import Made, ResourceType


def _here(backends: Any) -> Any:
    settings = current().settings
    return backends[settings.account_id][settings.region]


def _make_group(name: str, properties: dict[str, Any]) -> Made:
    backend = _here(scheduler_backends)
    if name in backend.schedule_groups:
        group = backend.schedule_groups[name]
    else:
        group = backend.create_schedule_group(name, properties.get("Tags", []))
    return Made(name, {"Arn": group.arn, "CreationDate": str(group.created_on), "State": "ACTIVE"})


def _delete_group(ref: str, properties: dict[str, Any]) -> None:
    _here(scheduler_backends).schedule_groups.pop(ref, None)


def _make_schedule(name: str, properties: dict[str, Any]) -> Made:
    backend = _here(scheduler_backends)
    group_name = properties.get("GroupName", "default")
    group = backend.get_schedule_group(group_name)
    given = {
        "description": properties.get("Description"),
        "end_date": properties.get("EndDate"),
        "flexible_time_window": properties["FlexibleTimeWindow"],
        "group_name": group_name,
        "kms_key_arn": properties.get("KmsKeyArn"),
        "name": name,
        "schedule_expression": properties["ScheduleExpression"],
        "schedule_expression_timezone": properties.get("ScheduleExpressionTimezone"),
        "start_date": properties.get("StartDate"),
        "state": properties.get("State"),
        "target": properties["Target"],
    }
    if name in group.schedules:
        schedule = backend.update_schedule(**given)
    else:
        schedule = backend.create_schedule(**given, action_after_completion=None)
    return Made(name, {"Arn": schedule.arn})


def _delete_schedule(ref: str, properties: dict[str, Any]) -> None:
    group = _here(scheduler_backends).schedule_groups.get(properties.get("GroupName", "default"))
    if group is not None:
        group.schedules.pop(ref, None)


def _make_alarm(name: str, properties: dict[str, Any]) -> Made:
    settings = current().settings
    with by_aws():
        current().client("cloudwatch").put_metric_alarm(**{**properties, "AlarmName": name})
    return Made(name, {"Arn": f"arn:aws:cloudwatch:{settings.region}:{settings.account_id}:alarm:{name}"})


def _delete_alarm(ref: str, properties: dict[str, Any]) -> None:
    with by_aws():
        current().client("cloudwatch").delete_alarms(AlarmNames=[ref])


def _make_invoke_config(name: str, properties: dict[str, Any]) -> Made:
    function = _here(lambda_backends).get_function(properties["FunctionName"])
    own = {key: value for key, value in properties.items() if key not in ("FunctionName", "Qualifier")}
    function.event_invoke_config = [EventInvokeConfig(function.function_arn, function.last_modified, own)]
    return Made(name)


def _delete_invoke_config(ref: str, properties: dict[str, Any]) -> None:
    _here(lambda_backends).get_function(properties["FunctionName"]).event_invoke_config = []


def _make_queue_policy(name: str, properties: dict[str, Any]) -> Made:
    for url in properties["Queues"]:
        attributes = {"Policy": json.dumps(properties["PolicyDocument"])}
        _here(sqs_backends).set_queue_attributes(url.rsplit("/", 1)[-1], attributes)
    return Made(name, {"Id": name})


def _make_topic_policy(name: str, properties: dict[str, Any]) -> Made:
    for arn in properties["Topics"]:
        _here(sns_backends).get_topic(arn).policy = json.dumps(properties["PolicyDocument"])
    return Made(name, {"Id": name})


def _make_subscription(name: str, properties: dict[str, Any]) -> Made:
    backend = _here(sns_backends)
    subscription = backend.subscribe(properties["TopicArn"], properties.get("Endpoint", ""), properties["Protocol"])
    for attribute in ("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"):
        if attribute in properties:
            backend.set_subscription_attributes(subscription.arn, attribute, _as_text(properties[attribute]))
    return Made(subscription.arn, {"Arn": subscription.arn})


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _delete_subscription(ref: str, properties: dict[str, Any]) -> None:
    _here(sns_backends).unsubscribe(ref)


def _make_bucket_policy(name: str, properties: dict[str, Any]) -> Made:
    backend = s3_backends[current().settings.account_id]["aws"]
    backend.put_bucket_policy(properties["Bucket"], json.dumps(properties["PolicyDocument"]).encode())
    return Made(properties["Bucket"])


MISSING_TYPES = (
    ResourceType("AWS::Scheduler::ScheduleGroup", _make_group, _delete_group, "Name", ("Arn", "CreationDate", "State")),
    ResourceType("AWS::Scheduler::Schedule", _make_schedule, _delete_schedule, "Name", ("Arn",)),
    ResourceType("AWS::CloudWatch::Alarm", _make_alarm, _delete_alarm, "AlarmName", ("Arn",)),
    ResourceType("AWS::Lambda::EventInvokeConfig", _make_invoke_config, _delete_invoke_config),
    ResourceType("AWS::SQS::QueuePolicy", _make_queue_policy, attributes=("Id",)),
    ResourceType("AWS::SNS::TopicPolicy", _make_topic_policy, attributes=("Id",)),
    ResourceType("AWS::SNS::Subscription", _make_subscription, _delete_subscription, attributes=("Arn",)),
    ResourceType("AWS::S3::BucketPolicy", _make_bucket_policy),
    PIPELINE,
)

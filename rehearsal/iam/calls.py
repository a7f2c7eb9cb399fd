"""The permissions that an AWS call needs: its actions, each on its resources.

From the service authorisation reference (https://docs.aws.amazon.com/service-authorization/latest/reference/); a test
holds actions and kinds of resources against the copy that cfn-lint ships. A call that isn't in the table is an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.iam.conditions import Context
from rehearsal.iam.needs import Account, Needs, Parameters, on_all, passed, plainly, requested, tag_keys
from rehearsal.iam.sagemaker_calls import SAGEMAKER, invoke_endpoint
from rehearsal.iam.verdicts import Asked


class UnknownCallError(KeyError):
    """The permissions of this call aren't written down here."""


def permissions(service: str, operation: str, parameters: Parameters, account: Account) -> tuple[Asked, ...]:
    """What all has to be allowed for the call. `service` is boto3's name. UnknownCallError if nobody knows."""
    table = _TABLES.get(service, {})
    if operation not in table:
        raise UnknownCallError(f"{service}.{operation}: say in rehearsal/iam/calls.py what it needs")
    return tuple(table[operation](parameters, account))


def _on_table(action: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        yield plainly(f"dynamodb:{action}", account.arn("dynamodb", f"table/{parameters['TableName']}"))

    return needs


def _transact_write(parameters: Parameters, account: Account) -> Iterator[Asked]:
    """A transaction needs what its parts need."""
    actions = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
    for item in parameters["TransactItems"]:
        for kind, written in item.items():
            yield from _on_table(actions[kind])(written, account)


def _batch_get(parameters: Parameters, account: Account) -> Iterator[Asked]:
    for table in parameters["RequestItems"]:
        yield plainly("dynamodb:BatchGetItem", account.arn("dynamodb", f"table/{table}"))


def _put_events(parameters: Parameters, account: Account) -> Iterator[Asked]:
    for entry in parameters["Entries"]:
        bus = entry.get("EventBusName", "default")
        context: Context = {"events:source": entry["Source"], "events:detail-type": entry["DetailType"]}
        yield Asked(
            "events:PutEvents", bus if bus.startswith("arn:") else account.arn("events", f"event-bus/{bus}"), context
        )


def _get_object(parameters: Parameters, _account: Account) -> Iterator[Asked]:
    action = "s3:GetObjectVersion" if parameters.get("VersionId") else "s3:GetObject"
    yield Asked(action, f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}")


def _list_bucket(action: str) -> Needs:
    def needs(parameters: Parameters, _account: Account) -> Iterator[Asked]:
        context = {"s3:prefix": parameters["Prefix"]} if "Prefix" in parameters else {}
        yield Asked(action, f"arn:aws:s3:::{parameters['Bucket']}", context)

    return needs


def _schedule(action: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        rest = f"schedule/{parameters.get('GroupName', 'default')}/{parameters['Name']}"
        yield Asked(f"scheduler:{action}", account.arn("scheduler", rest))
        yield from passed(parameters.get("Target", {}).get("RoleArn"), "scheduler")

    return needs


def _on_arn(action: str, field: str) -> Needs:
    def needs(parameters: Parameters, _account: Account) -> Iterator[Asked]:
        yield plainly(action, parameters[field])

    return needs


def _publish(parameters: Parameters, account: Account) -> Iterator[Asked]:
    """The publisher itself needs the key of an encrypted topic (SNS developer guide, key management)."""
    yield Asked("sns:Publish", parameters["TopicArn"])
    key = account.topic_key(parameters["TopicArn"])
    if key:
        via: Context = {"kms:ViaService": f"sns.{account.region}.amazonaws.com"}
        yield from (Asked(action, key, via) for action in ("kms:GenerateDataKey", "kms:Decrypt"))


def _invoke_function(parameters: Parameters, account: Account) -> Iterator[Asked]:
    name = parameters["FunctionName"]
    arn = name if name.startswith("arn:") else account.arn("lambda", f"function:{name}")
    yield plainly("lambda:InvokeFunction", arn)


def _alarms(action: str, field: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        names = parameters.get(field) or "*"
        marked = requested(parameters)
        for name in [names] if isinstance(names, str) else names:
            arn = account.arn("cloudwatch", f"alarm:{name}")
            yield Asked(f"cloudwatch:{action}", arn, marked)
            if marked:
                yield Asked("cloudwatch:TagResource", arn, marked)

    return needs


def _scaling(action: str) -> Needs:
    """Its resource is a scalable target, whose id AWS makes up. One that is about to be made has no tags yet."""

    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        new = account.arn("application-autoscaling", "scalable-target/made-up-by-aws")
        arn = account.scalable_target(parameters["ResourceId"]) or new
        marked = tag_keys("aws:RequestTag", parameters.get("Tags") or {})
        yield account.tagged(f"application-autoscaling:{action}", arn, marked)
        if marked:
            yield account.tagged("application-autoscaling:TagResource", arn, marked)

    return needs


def _approval(parameters: Parameters, account: Account) -> Iterator[Asked]:
    action = "/".join((parameters["pipelineName"], parameters["stageName"], parameters["actionName"]))
    yield Asked("codepipeline:PutApprovalResult", account.arn("codepipeline", action))


def _pipeline(action: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        yield Asked(f"codepipeline:{action}", account.arn("codepipeline", parameters["pipelineName"]))

    return needs


_TABLES: dict[str, dict[str, Needs]] = {
    "sagemaker": SAGEMAKER,
    "sagemaker-runtime": {"InvokeEndpoint": invoke_endpoint},
    "dynamodb": {
        **{name: _on_table(name) for name in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")},
        "BatchGetItem": _batch_get,
        "TransactWriteItems": _transact_write,
    },
    "events": {"PutEvents": _put_events},
    "lambda": {"Invoke": _invoke_function},
    "s3": {
        "GetObject": _get_object,
        "HeadObject": _get_object,
        "ListObjectsV2": _list_bucket("s3:ListBucket"),
        "ListObjectVersions": _list_bucket("s3:ListBucketVersions"),
    },
    "scheduler": {
        **{name: _schedule(name) for name in ("CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule")},
        "ListSchedules": on_all("scheduler:ListSchedules"),
    },
    "sns": {"Publish": _publish},
    "stepfunctions": {
        "DescribeExecution": _on_arn("states:DescribeExecution", "executionArn"),
        "SendTaskFailure": on_all("states:SendTaskFailure"),
        "SendTaskHeartbeat": on_all("states:SendTaskHeartbeat"),
        "SendTaskSuccess": on_all("states:SendTaskSuccess"),
        "StartExecution": _on_arn("states:StartExecution", "stateMachineArn"),
        "StopExecution": _on_arn("states:StopExecution", "executionArn"),
    },
    "cloudwatch": {
        "DeleteAlarms": _alarms("DeleteAlarms", "AlarmNames"),
        "DescribeAlarms": _alarms("DescribeAlarms", "AlarmNames"),
        "GetMetricData": on_all("cloudwatch:GetMetricData"),
        "GetMetricStatistics": on_all("cloudwatch:GetMetricStatistics"),
        "PutMetricAlarm": _alarms("PutMetricAlarm", "AlarmName"),
    },
    "application-autoscaling": {
        name: _scaling(name)
        for name in ("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy", "RegisterScalableTarget")
    }
    | {
        name: on_all(f"application-autoscaling:{name}")
        for name in ("DescribeScalableTargets", "DescribeScalingPolicies")
    },
    "codepipeline": {
        "ListActionExecutions": _pipeline("ListActionExecutions"),
        "PutApprovalResult": _approval,
        "PutJobFailureResult": on_all("codepipeline:PutJobFailureResult"),
        "PutJobSuccessResult": on_all("codepipeline:PutJobSuccessResult"),
    },
}

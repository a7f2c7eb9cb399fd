"""The permissions that an AWS call needs: its actions, each on its resources.

From the service authorisation reference (https://docs.aws.amazon.com/service-authorization/latest/reference/); a test
holds actions and kinds of resources against the copy that cfn-lint ships. A call that isn't in the table is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.iam.conditions import Context
from rehearsal.iam.verdicts import Asked

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """Where the call is made. `tags` gives the tags of an ARN, none if there is no such thing."""

    account_id: str
    region: str
    tags: Callable[[str], Mapping[str, str]]

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{rest}"

    def tagged(self, action: str, arn: str, more: Context | None = None) -> Asked:
        """On a resource that is there, with its tags in the context."""
        return Asked(action, arn, {**_tag_keys("aws:ResourceTag", self.tags(arn)), **(more or {})})


class UnknownCallError(KeyError):
    """The permissions of this call aren't written down here."""


def permissions(service: str, operation: str, parameters: Parameters, account: Account) -> tuple[Asked, ...]:
    """What all has to be allowed for the call. `service` is boto3's name. UnknownCallError if nobody knows."""
    table = _TABLES.get(service, {})
    if operation not in table:
        raise UnknownCallError(f"{service}.{operation}: say in rehearsal/iam/calls.py what it needs")
    return tuple(table[operation](parameters, account))


Needs = Callable[[Parameters, Account], Iterator[Asked]]


def _tag_keys(prefix: str, tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    return {f"{prefix}/{key}": value for key, value in tags.items()}


def _requested(parameters: Parameters) -> dict[str, str | tuple[str, ...]]:
    """Tags in the request itself."""
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags") or ()}
    return {**_tag_keys("aws:RequestTag", tags), **({"aws:TagKeys": tuple(tags)} if tags else {})}


def _on_all(action: str) -> Needs:
    """AWS knows no narrower resource for it."""

    def needs(_parameters: Parameters, _account: Account) -> Iterator[Asked]:
        yield Asked(action, "*")

    return needs


def _passed(role_arn: str | None, service: str) -> Iterator[Asked]:
    if role_arn:
        yield Asked("iam:PassRole", role_arn, {"iam:PassedToService": f"{service}.amazonaws.com"})


# SageMaker


def _sagemaker(action: str, kind: str, field: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        yield account.tagged(f"sagemaker:{action}", _sagemaker_arn(account, kind, parameters[field]))

    return needs


def _sagemaker_arn(account: Account, kind: str, name: str) -> str:
    """Some operations take a name or the ARN. SageMaker lower-cases the names of endpoints in ARNs."""
    if name.startswith("arn:"):
        return name
    return account.arn("sagemaker", f"{kind}/{name.lower() if kind == 'endpoint' else name}")


def _made(action: str, kind: str, field: str) -> Needs:
    """Creating with tags also needs the permission to tag, for this one create call."""

    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        arn = _sagemaker_arn(account, kind, parameters[field])
        asked_for = _requested(parameters)
        yield Asked(f"sagemaker:{action}", arn, asked_for)
        if asked_for:
            yield Asked("sagemaker:AddTags", arn, {**asked_for, "sagemaker:TaggingAction": action})
        yield from _passed(parameters.get("ExecutionRoleArn"), "sagemaker")

    return needs


def _create_endpoint(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _made("CreateEndpoint", "endpoint", "EndpointName")(parameters, account)
    config = _sagemaker_arn(account, "endpoint-config", parameters["EndpointConfigName"])
    yield account.tagged("sagemaker:CreateEndpoint", config)


def _update_endpoint(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _sagemaker("UpdateEndpoint", "endpoint", "EndpointName")(parameters, account)
    yield from _sagemaker("UpdateEndpoint", "endpoint-config", "EndpointConfigName")(parameters, account)


def _create_component(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _made("CreateInferenceComponent", "inference-component", "InferenceComponentName")(parameters, account)
    yield from _sagemaker("CreateInferenceComponent", "endpoint", "EndpointName")(parameters, account)


def _create_plan(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _made("CreateTrainingPlan", "training-plan", "TrainingPlanName")(parameters, account)
    yield Asked("sagemaker:CreateReservedCapacity", account.arn("sagemaker", "reserved-capacity/*"))


def _add_tags(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield account.tagged("sagemaker:AddTags", parameters["ResourceArn"], _requested(parameters))


def _invoke_endpoint(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _sagemaker("InvokeEndpoint", "endpoint", "EndpointName")(parameters, account)
    if parameters.get("InferenceComponentName"):
        yield from _sagemaker("InvokeEndpoint", "inference-component", "InferenceComponentName")(parameters, account)


_SAGEMAKER: dict[str, Needs] = {
    "AddTags": _add_tags,
    "CreateEndpoint": _create_endpoint,
    "CreateEndpointConfig": _made("CreateEndpointConfig", "endpoint-config", "EndpointConfigName"),
    "CreateInferenceComponent": _create_component,
    "CreateTrainingPlan": _create_plan,
    "DeleteEndpoint": _sagemaker("DeleteEndpoint", "endpoint", "EndpointName"),
    "DeleteEndpointConfig": _sagemaker("DeleteEndpointConfig", "endpoint-config", "EndpointConfigName"),
    "DeleteInferenceComponent": _sagemaker("DeleteInferenceComponent", "inference-component", "InferenceComponentName"),
    "DescribeEndpoint": _sagemaker("DescribeEndpoint", "endpoint", "EndpointName"),
    "DescribeEndpointConfig": _sagemaker("DescribeEndpointConfig", "endpoint-config", "EndpointConfigName"),
    "DescribeInferenceComponent": _sagemaker(
        "DescribeInferenceComponent", "inference-component", "InferenceComponentName"
    ),
    "DescribeModel": _sagemaker("DescribeModel", "model", "ModelName"),
    "DescribeReservedCapacity": _sagemaker("DescribeReservedCapacity", "reserved-capacity", "ReservedCapacityArn"),
    "DescribeTrainingPlan": _sagemaker("DescribeTrainingPlan", "training-plan", "TrainingPlanName"),
    "DescribeTrainingPlanExtensionHistory": _sagemaker(
        "DescribeTrainingPlanExtensionHistory", "training-plan", "TrainingPlanArn"
    ),
    # Its request names no plan, and AWS's table no resource.
    "ExtendTrainingPlan": _on_all("sagemaker:ExtendTrainingPlan"),
    "ListEndpointConfigs": _on_all("sagemaker:ListEndpointConfigs"),
    "ListEndpoints": _on_all("sagemaker:ListEndpoints"),
    "ListInferenceComponents": _on_all("sagemaker:ListInferenceComponents"),
    "ListTags": _sagemaker("ListTags", "", "ResourceArn"),
    "ListTrainingPlans": _on_all("sagemaker:ListTrainingPlans"),
    "SearchTrainingPlanOfferings": _on_all("sagemaker:SearchTrainingPlanOfferings"),
    "UpdateEndpoint": _update_endpoint,
    "UpdateEndpointWeightsAndCapacities": _sagemaker("UpdateEndpointWeightsAndCapacities", "endpoint", "EndpointName"),
    "UpdateInferenceComponent": _sagemaker("UpdateInferenceComponent", "inference-component", "InferenceComponentName"),
    "UpdateInferenceComponentRuntimeConfig": _sagemaker(
        "UpdateInferenceComponentRuntimeConfig", "inference-component", "InferenceComponentName"
    ),
}

# The others


def _on_table(action: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        yield Asked(f"dynamodb:{action}", account.arn("dynamodb", f"table/{parameters['TableName']}"))

    return needs


def _transact_write(parameters: Parameters, account: Account) -> Iterator[Asked]:
    """A transaction needs what its parts need."""
    actions = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
    for item in parameters["TransactItems"]:
        for kind, written in item.items():
            yield from _on_table(actions[kind])(written, account)


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
        yield from _passed(parameters.get("Target", {}).get("RoleArn"), "scheduler")

    return needs


def _on_arn(action: str, field: str) -> Needs:
    def needs(parameters: Parameters, _account: Account) -> Iterator[Asked]:
        yield Asked(action, parameters[field])

    return needs


def _invoke_function(parameters: Parameters, account: Account) -> Iterator[Asked]:
    name = parameters["FunctionName"]
    yield Asked("lambda:InvokeFunction", name if name.startswith("arn:") else account.arn("lambda", f"function:{name}"))


def _alarms(action: str, field: str) -> Needs:
    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        names = parameters.get(field) or "*"
        for name in [names] if isinstance(names, str) else names:
            asked = _requested(parameters) if action == "PutMetricAlarm" else {}
            yield Asked(f"cloudwatch:{action}", account.arn("cloudwatch", f"alarm:{name}"), asked)

    return needs


def _scaling(action: str) -> Needs:
    """Its resource is a scalable target, whose id AWS makes up: a policy can name them all, and narrow by condition."""

    def needs(parameters: Parameters, account: Account) -> Iterator[Asked]:
        context = {
            "application-autoscaling:service-namespace": parameters["ServiceNamespace"],
            "application-autoscaling:scalable-dimension": parameters.get("ScalableDimension", ""),
        }
        arn = account.arn("application-autoscaling", "scalable-target/*")
        yield Asked(f"application-autoscaling:{action}", arn, {**context, **_requested_map(parameters)})

    return needs


def _approval(parameters: Parameters, account: Account) -> Iterator[Asked]:
    action = "/".join((parameters["pipelineName"], parameters["stageName"], parameters["actionName"]))
    yield Asked("codepipeline:PutApprovalResult", account.arn("codepipeline", action))


def _requested_map(parameters: Parameters) -> dict[str, str | tuple[str, ...]]:
    return _tag_keys("aws:RequestTag", parameters.get("Tags") or {})


_TABLES: dict[str, dict[str, Needs]] = {
    "sagemaker": _SAGEMAKER,
    "sagemaker-runtime": {"InvokeEndpoint": _invoke_endpoint},
    "dynamodb": {
        **{name: _on_table(name) for name in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")},
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
        name: _schedule(name) for name in ("CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule")
    },
    "sns": {"Publish": _on_arn("sns:Publish", "TopicArn")},
    "stepfunctions": {
        "DescribeExecution": _on_arn("states:DescribeExecution", "executionArn"),
        "SendTaskFailure": _on_all("states:SendTaskFailure"),
        "SendTaskHeartbeat": _on_all("states:SendTaskHeartbeat"),
        "SendTaskSuccess": _on_all("states:SendTaskSuccess"),
        "StartExecution": _on_arn("states:StartExecution", "stateMachineArn"),
        "StopExecution": _on_arn("states:StopExecution", "executionArn"),
    },
    "cloudwatch": {
        "DeleteAlarms": _alarms("DeleteAlarms", "AlarmNames"),
        "DescribeAlarms": _alarms("DescribeAlarms", "AlarmNames"),
        "GetMetricData": _on_all("cloudwatch:GetMetricData"),
        "GetMetricStatistics": _on_all("cloudwatch:GetMetricStatistics"),
        "PutMetricAlarm": _alarms("PutMetricAlarm", "AlarmName"),
    },
    "application-autoscaling": {
        name: _scaling(name)
        for name in ("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy", "RegisterScalableTarget")
    }
    | {
        name: _on_all(f"application-autoscaling:{name}")
        for name in ("DescribeScalableTargets", "DescribeScalingPolicies")
    },
    "codepipeline": {
        "PutApprovalResult": _approval,
        "PutJobFailureResult": _on_all("codepipeline:PutJobFailureResult"),
        "PutJobSuccessResult": _on_all("codepipeline:PutJobSuccessResult"),
    },
}

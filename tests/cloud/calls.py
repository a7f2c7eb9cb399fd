"""What this suite may ask AWS, and the guard that lets nothing else out: nothing that costs, and nothing of others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROBE = "berth-cloud-check"
"""All that the suite makes, changes or asks for by a made-up name begins with this."""

Parameters = Mapping[str, Any]


class NotAllowedError(Exception):
    """The suite was about to call something that isn't on its list."""


@dataclass(frozen=True)
class Call:
    """One request. `changes` says what it changes; empty if nothing. An `undo` is made whatever came before it."""

    service: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    changes: str = ""
    undo: bool = False

    def __str__(self) -> str:
        told = json.dumps(self.parameters, sort_keys=True, default=str)
        return f"{self.service}:{self.operation} {told}\n    changes: {self.changes or 'nothing'}"


def _anything(_given: Parameters) -> bool:
    return True


def _only_ours(*names: str) -> Callable[[Parameters], bool]:
    """Each of these parameters is a made-up name of ours."""
    return lambda given: all(str(given.get(name, "")).startswith(PROBE) for name in names)


def _schedule_that_never_fires(given: Parameters) -> bool:
    return _only_ours("Name")(given) and given.get("State") == "DISABLED"


def _row_of_ours(given: Parameters) -> bool:
    row = given.get("Item") or given.get("Key") or {}
    return str(row.get("pk", {}).get("S", "")).startswith(PROBE)


def _events_that_nobody_gets(given: Parameters) -> bool:
    """EventBridge takes none of these: no source, a source of AWS's, or a detail that is no JSON object."""
    return all(_is_refused(entry) for entry in given.get("Entries", ()))


def _is_refused(entry: Parameters) -> bool:
    source, detail = str(entry.get("Source", "")), str(entry.get("Detail", ""))
    return not source or source.startswith("aws.") or not detail.startswith("{")


def _calls_nothing(given: Parameters) -> bool:
    """A Task or an HTTP call in a tested state would be made for good."""
    return json.loads(given.get("definition", "{}")).get("Type") in ("Pass", "Choice", "Succeed", "Fail")


ALLOWED: dict[tuple[str, str], Callable[[Parameters], bool]] = {
    ("sts", "GetCallerIdentity"): _anything,
    ("cloudformation", "ListStackResources"): _anything,
    ("sagemaker", "SearchTrainingPlanOfferings"): _anything,
    ("sagemaker", "ListTrainingPlans"): _anything,
    ("sagemaker", "DescribeTrainingPlan"): _anything,
    ("sagemaker", "DescribeTrainingPlanExtensionHistory"): _anything,
    ("sagemaker", "ListEndpoints"): _anything,
    ("sagemaker", "ListEndpointConfigs"): _anything,
    ("sagemaker", "DescribeEndpoint"): _anything,
    ("sagemaker", "DescribeEndpointConfig"): _anything,
    ("sagemaker", "DescribeInferenceComponent"): _anything,
    ("sagemaker", "DescribeModel"): _anything,
    # A config costs nothing, and none of these can be made into an endpoint: CreateEndpoint isn't here.
    ("sagemaker", "CreateEndpointConfig"): _only_ours("EndpointConfigName"),
    ("sagemaker", "DeleteEndpointConfig"): _only_ours("EndpointConfigName"),
    ("sagemaker", "UpdateEndpoint"): _only_ours("EndpointName", "EndpointConfigName"),
    ("sagemaker", "DeleteEndpoint"): _only_ours("EndpointName"),
    ("sagemaker", "UpdateInferenceComponentRuntimeConfig"): _only_ours("InferenceComponentName"),
    ("sagemaker", "DeleteInferenceComponent"): _only_ours("InferenceComponentName"),
    ("sagemaker-runtime", "InvokeEndpoint"): _only_ours("EndpointName"),
    ("events", "TestEventPattern"): _anything,
    ("events", "PutEvents"): _events_that_nobody_gets,
    ("stepfunctions", "ValidateStateMachineDefinition"): _anything,
    ("stepfunctions", "TestState"): _calls_nothing,
    ("stepfunctions", "DescribeExecution"): _anything,
    ("stepfunctions", "SendTaskSuccess"): _only_ours("taskToken"),
    ("scheduler", "GetSchedule"): _anything,
    ("scheduler", "CreateSchedule"): _schedule_that_never_fires,
    ("scheduler", "UpdateSchedule"): _schedule_that_never_fires,
    ("scheduler", "DeleteSchedule"): _only_ours("Name"),
    ("dynamodb", "GetItem"): _anything,
    ("dynamodb", "PutItem"): _row_of_ours,
    ("dynamodb", "DeleteItem"): _row_of_ours,
    ("iam", "SimulatePrincipalPolicy"): _anything,
    ("lambda", "GetFunctionConfiguration"): _anything,
    ("codepipeline", "PutApprovalResult"): _only_ours("pipelineName"),
    ("codepipeline", "PutJobSuccessResult"): _anything,
    ("application-autoscaling", "DescribeScalableTargets"): _anything,
    ("application-autoscaling", "DeregisterScalableTarget"): lambda given: f"/{PROBE}" in str(given.get("ResourceId")),
}


def refuse_unlisted(service: str, operation: str, parameters: Parameters) -> None:
    """NotAllowedError for an operation that isn't listed, or that is meant for anything but our own made-up names."""
    allowed = ALLOWED.get((service, operation))
    if allowed is None:
        raise NotAllowedError(f"{service}:{operation} is not among the calls of this suite (tests/cloud/calls.py)")
    if not allowed(parameters):
        raise NotAllowedError(
            f"{service}:{operation} is only allowed on what is called {PROBE}..., and where it is free"
        )


def guarded(client: Any, service: str) -> Any:
    """The same client; each request goes through `refuse_unlisted` before it is even written."""

    def look(params: Parameters, model: Any, **_more: Any) -> None:
        refuse_unlisted(service, model.name, params)

    client.meta.events.register_first("before-parameter-build.*.*", look)
    return client

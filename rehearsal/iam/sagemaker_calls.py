"""SageMaker's calls: what each needs, on the endpoint, the config, the component or the plan that it names."""

from __future__ import annotations

from collections.abc import Iterator

from rehearsal.iam.needs import Account, Needs, Parameters, on_all, passed, requested
from rehearsal.iam.verdicts import Asked


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
        asked_for = requested(parameters)
        yield Asked(f"sagemaker:{action}", arn, asked_for)
        if asked_for:
            yield Asked("sagemaker:AddTags", arn, {**asked_for, "sagemaker:TaggingAction": action})
        yield from passed(parameters.get("ExecutionRoleArn"), "sagemaker")

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
    yield account.tagged("sagemaker:AddTags", parameters["ResourceArn"], requested(parameters))


def invoke_endpoint(parameters: Parameters, account: Account) -> Iterator[Asked]:
    yield from _sagemaker("InvokeEndpoint", "endpoint", "EndpointName")(parameters, account)
    if parameters.get("InferenceComponentName"):
        yield from _sagemaker("InvokeEndpoint", "inference-component", "InferenceComponentName")(parameters, account)


SAGEMAKER: dict[str, Needs] = {
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
    "ExtendTrainingPlan": on_all("sagemaker:ExtendTrainingPlan"),
    "ListEndpointConfigs": on_all("sagemaker:ListEndpointConfigs"),
    "ListEndpoints": on_all("sagemaker:ListEndpoints"),
    "ListInferenceComponents": on_all("sagemaker:ListInferenceComponents"),
    "ListTags": _sagemaker("ListTags", "", "ResourceArn"),
    "ListTrainingPlans": on_all("sagemaker:ListTrainingPlans"),
    "SearchTrainingPlanOfferings": on_all("sagemaker:SearchTrainingPlanOfferings"),
    "UpdateEndpoint": _update_endpoint,
    "UpdateEndpointWeightsAndCapacities": _sagemaker("UpdateEndpointWeightsAndCapacities", "endpoint", "EndpointName"),
    "UpdateInferenceComponent": _sagemaker("UpdateInferenceComponent", "inference-component", "InferenceComponentName"),
    "UpdateInferenceComponentRuntimeConfig": _sagemaker(
        "UpdateInferenceComponentRuntimeConfig", "inference-component", "InferenceComponentName"
    ),
}

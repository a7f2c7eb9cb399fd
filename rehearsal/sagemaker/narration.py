"""What a call asked for, in a line for the timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.sagemaker.arns import kind_and_name

READ_ONLY = ("Describe", "List", "Search", "Get", "Query", "BatchDescribe", "BatchGet")
_SUBJECTS = {
    "InferenceComponentName": "inference-component",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "TrainingPlanName": "training-plan",
    "TrainingPlanExtensionOfferingId": "offering",
}


def mutates(operation: str) -> bool:
    return not operation.startswith(READ_ONLY)


def subject_of(request: dict[str, Any]) -> str:
    """The resource that the call is about, as `kind/name`."""
    if "ResourceArn" in request:
        return "/".join(kind_and_name(str(request["ResourceArn"])))
    for key, kind in _SUBJECTS.items():
        if key in request:
            return f"{kind}/{request[key]}"
    return "sagemaker"


def text_of(operation: str, request: dict[str, Any]) -> str:
    """The call and what matters of its request. Must bear a request that is about to be refused as malformed."""
    describe = _TEXTS.get(operation)
    try:
        more = describe(request) if describe is not None else ""
    except (KeyError, TypeError, AttributeError):
        more = ""
    return f"{operation} {more}".rstrip()


def _config(request: dict[str, Any]) -> str:
    return f"of {', '.join(_variant(each) for each in request['ProductionVariants'])}"


def _variant(asked: dict[str, Any]) -> str:
    model = asked.get("ModelName", "components")
    if "ServerlessConfig" in asked:
        return f"{model} serverless"
    reservation = asked.get("CapacityReservationConfig", {}).get("MlReservationArn", "")
    where = f"plan {reservation.rpartition('/')[2]}" if reservation else "on demand"
    return f"{model} on {asked.get('InitialInstanceCount')} x {asked.get('InstanceType')}, {where}"


def _deployment(request: dict[str, Any]) -> str:
    deployment = request.get("DeploymentConfig", {})
    if "RollingUpdatePolicy" in deployment:
        return ", rolling"
    routing = deployment.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    return f", {routing['Type'].lower().replace('_', ' ')}" if routing else ""


def _capacities(request: dict[str, Any]) -> str:
    asked = request["DesiredWeightsAndCapacities"]
    counts = [
        f"{each['VariantName']} to {each['DesiredInstanceCount']}" for each in asked if "DesiredInstanceCount" in each
    ]
    weights = [f"{each['VariantName']} to weight {each['DesiredWeight']}" for each in asked if "DesiredWeight" in each]
    return ", ".join(counts + weights)


def _component(request: dict[str, Any]) -> str:
    """`of my-model, 2 copies, on llama`: what the request has of it."""
    spec = request.get("Specification", {})
    model = spec.get("ModelName") or spec.get("Container", {}).get("Image")
    runtime = request.get("RuntimeConfig") or request.get("DesiredRuntimeConfig") or {}
    copies = runtime.get("CopyCount")
    parts = [f"of {model}"] if model else []
    parts += [f"to {copies} {'copy' if copies == 1 else 'copies'}"] if copies is not None else []
    parts += [f"on {request['EndpointName']}"] if "EndpointName" in request else []
    parts += ["rolling"] if "RollingUpdatePolicy" in request.get("DeploymentConfig", {}) else []
    return ", ".join(parts)


_TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "CreateEndpointConfig": _config,
    "CreateEndpoint": lambda request: f"with config {request['EndpointConfigName']}",
    "UpdateEndpoint": lambda request: f"to config {request['EndpointConfigName']}{_deployment(request)}",
    "UpdateEndpointWeightsAndCapacities": _capacities,
    "CreateInferenceComponent": _component,
    "UpdateInferenceComponent": _component,
    "UpdateInferenceComponentRuntimeConfig": _component,
    "CreateTrainingPlan": lambda request: f"from offering {request['TrainingPlanOfferingId']}",
    "ExtendTrainingPlan": lambda request: f"with offering {request['TrainingPlanExtensionOfferingId']}",
    "AddTags": lambda request: ", ".join(tag["Key"] for tag in request["Tags"]),
    "DeleteTags": lambda request: ", ".join(request["TagKeys"]),
}

"""Inference components in the shapes of the API (aws-facts 3.1)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rehearsal.sagemaker.arns import Arns
from rehearsal.sagemaker.component import Component


def summary(component: Component, arns: Arns) -> dict[str, Any]:
    return {
        "InferenceComponentName": component.name,
        "InferenceComponentArn": component.arn,
        "EndpointName": component.endpoint,
        "EndpointArn": arns.endpoint(component.endpoint),
        "VariantName": component.variant,
        "InferenceComponentStatus": component.status,
        "CreationTime": component.created_at,
        "LastModifiedTime": component.modified_at,
    }


def described(component: Component, arns: Arns) -> dict[str, Any]:
    shown = {
        **summary(component, arns),
        "Specification": _specification(component.spec),
        "RuntimeConfig": _runtime_config(component),
    }
    if component.failure_reason:
        shown["FailureReason"] = component.failure_reason
    if component.last_deployment:
        shown["LastDeploymentConfig"] = component.last_deployment
    return shown


def _specification(asked: dict[str, Any]) -> dict[str, Any]:
    """As asked, but a container's image is shown as the one that was deployed."""
    container = asked.get("Container")
    if container is None:
        return asked
    rest = {key: value for key, value in container.items() if key != "Image"}
    image = {"DeployedImage": {"SpecifiedImage": container["Image"]}} if "Image" in container else {}
    return {**asked, "Container": {**rest, **image}}


def _runtime_config(component: Component) -> dict[str, Any]:
    counts = Counter(copy.host.instance_type for copy in component.copies if copy.ready)
    placed = [{"InstanceType": kind, "CurrentCopyCount": count} for kind, count in counts.items()]
    shown: dict[str, Any] = {"DesiredCopyCount": component.desired, "CurrentCopyCount": component.current}
    return {**shown, "PlacementStatus": placed} if placed else shown

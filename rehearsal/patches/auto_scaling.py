"""Application Auto Scaling of SageMaker's components; whatever is about other services stays moto's."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.utils import get_service_model

from rehearsal.cloud import current
from rehearsal.patching import replace
from rehearsal.sagemaker import validation, wire
from rehearsal.sagemaker.refusals import ApiError
from rehearsal.scaling.targets import NAMESPACE

_CONTENT_TYPE = "application/x-amz-json-1.1"
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["call_action"] = replace(
        ApplicationAutoScalingResponse, "call_action", _call_action, expected="34a17a4a36dd"
    )


def _call_action(response: Any) -> Any:
    operation = response._get_action()
    body = json.loads(response.body or "{}")
    handler = _handler(operation, body)
    if handler is None:
        return _originals["call_action"](response)
    status = 200
    try:
        model: Any = get_service_model("application-autoscaling").operation_model(operation)
        answer = wire.serialised(handler(validation.parsed(model.input_shape, body)))
    except ApiError as refused:
        status = 400
        answer = wire.serialised({"__type": refused.code, "message": refused.message})
    headers, answer = response._enrich_response({**response.response_headers, "Content-Type": _CONTENT_TYPE}, answer)
    return status, headers, answer


def _handler(operation: str, body: dict[str, Any]) -> Any:
    scaling = current().scaling
    if body.get("ServiceNamespace") == NAMESPACE:
        return scaling.operations.get(operation)
    if scaling.owns(body.get("ResourceARN", "")):
        return scaling.tag_operations.get(operation)
    return None

"""SageMaker's API answered by the twin. Of moto's SageMaker only the dispatch is left."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model
from moto.sagemaker.responses import SageMakerResponse

from rehearsal.cloud import current
from rehearsal.patching import replace
from rehearsal.sagemaker import wire
from rehearsal.sagemaker.refusals import ApiError

_CONTENT_TYPE = "application/x-amz-json-1.1"


def apply() -> None:
    """Every operation goes to the twin, which names those that it doesn't know; moto's own are out of reach."""
    replace(SageMakerResponse, "call_action", _call_action, expected="34a17a4a36dd")
    replace(SageMakerResponse, "parse_parameters", _leave_unparsed, expected="812610851e45")


def _leave_unparsed(response: Any, _request: Any) -> None:
    """moto's parser trips over malformed requests, which the twin has to refuse in AWS's words."""
    response.params = {}


def _call_action(response: Any) -> Any:
    status = 200
    try:
        body = wire.serialised(_answer(response._get_action(), response.body))
    except ApiError as refused:
        status = 400
        body = wire.serialised({"__type": refused.code, "message": refused.message})
    headers, body = response._enrich_response({**response.response_headers, "Content-Type": _CONTENT_TYPE}, body)
    return status, headers, body


def _answer(operation: str, body: str) -> dict[str, Any]:
    try:
        # moto has stubs for none of this.
        model: Any = get_service_model("sagemaker").operation_model(operation)
    except OperationNotFoundError as unknown:
        raise ApiError("UnknownOperationException", f"SageMaker has no operation {operation!r}.") from unknown
    return wire.answer(current().sagemaker, operation, model.input_shape, body)

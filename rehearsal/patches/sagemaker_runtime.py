"""Invocations of endpoints answered by the twin."""

from __future__ import annotations

import json
from typing import Any

from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from rehearsal.cloud import current
from rehearsal.patching import replace
from rehearsal.sagemaker.containers import ContainerError
from rehearsal.sagemaker.played_models import played
from rehearsal.sagemaker.refusals import ApiError

_STATUSES = {"ModelError": 424, "ValidationError": 400, "ModelNotReadyException": 429, "InternalFailure": 500}


def apply() -> None:
    replace(SageMakerRuntimeResponse, "invoke_endpoint", _invoke_endpoint, expected="baf1ef06b0b6")


def _invoke_endpoint(response: Any) -> Any:
    headers = response.headers
    try:
        name = response.path.split("/")[2]
        answer = current().sagemaker.runtime.invoke(
            name,
            component=headers.get("X-Amzn-SageMaker-Inference-Component"),
            variant=headers.get("X-Amzn-SageMaker-Target-Variant"),
        )
        answer = played(current().sagemaker, name, answer)
    except ApiError as refused:
        return _refusal(refused)
    return 200, {"Content-Type": answer.content_type, "x-Amzn-Invoked-Production-Variant": answer.variant}, answer.body


def _refusal(refused: ApiError) -> Any:
    """In the form of the REST-JSON protocol. A ModelError also says what the model's container would have said."""
    status = _STATUSES[refused.code]
    body: dict[str, Any] = {"Message": refused.message}
    if refused.code == "ModelError":
        body |= {"OriginalStatusCode": status, "OriginalMessage": refused.message}
    if isinstance(refused, ContainerError):
        body |= {"OriginalStatusCode": refused.original_status, "OriginalMessage": refused.original_message}
    headers = {"status": status, "Content-Type": "application/json", "x-amzn-ErrorType": refused.code}
    return status, headers, json.dumps(body)

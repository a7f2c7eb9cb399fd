"""A SageMaker request as it comes off the wire: checked, answered by the twin, told to the timeline."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import narration, validation
from rehearsal.sagemaker.refusals import ApiError, InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


def answer(twin: Twin, operation: str, input_shape: Any, body: str) -> dict[str, Any]:
    """The response's members. Raises ApiError for whatever is refused, after it was told to the timeline."""
    raw = _json(body)
    if not narration.mutates(operation):
        return _answered(twin, operation, input_shape, raw)
    with twin.journal.call(narration.subject_of(raw), narration.text_of(operation, raw)) as call:
        try:
            return _answered(twin, operation, input_shape, raw)
        except ApiError as refused:
            call.error = str(refused)
            raise


def _answered(twin: Twin, operation: str, input_shape: Any, raw: dict[str, Any]) -> dict[str, Any]:
    request = validation.parsed(input_shape, raw)
    handler = twin.operations.get(operation)
    if handler is None:
        raise ApiError(
            "NotImplemented", f"The rehearsal doesn't know SageMaker's {operation}: only {', '.join(twin.operations)}."
        )
    return handler(request)


def _json(body: str) -> dict[str, Any]:
    try:
        raw = json.loads(body or "{}")
    except ValueError as unreadable:
        raise InvalidRequestError(f"The request's body is not JSON: {unreadable}") from unreadable
    if not isinstance(raw, dict):
        raise InvalidRequestError("The request's body must be a JSON object.")
    return raw


def serialised(members: dict[str, Any]) -> str:
    """As the JSON protocol wants it, times as epoch seconds. A conformance test proves that the members fit it."""
    return json.dumps(members, default=_seconds)


def _seconds(value: Any) -> float:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} can't be in an answer: {type(value).__name__}")
    return round(value.timestamp(), 3)

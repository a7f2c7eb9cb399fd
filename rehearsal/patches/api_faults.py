"""Faults of AWS's APIs, below the SDK's retries; and for every call: count it, and tell the cloud of a write."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber

from rehearsal import call_counts, known_answers
from rehearsal.api_errors import error_response
from rehearsal.cloud import current
from rehearsal.faults import Fault
from rehearsal.patching import replace

# botocore's events name services by their hyphenated id, everybody else by boto3's name.
_BOTO_NAMES = {
    "sfn": "stepfunctions",
    "eventbridge": "events",
    "cloudwatch-logs": "logs",
    "application-auto-scaling": "application-autoscaling",
}
_TEXTS = {
    "throttle": "throttled",
    "error_before": "failed before anything was done",
    "error_after": "done, but its answer was lost",
}
_originals: dict[str, Any] = {}


def apply() -> None:
    _originals["call"] = replace(BotocoreStubber, "__call__", _call, expected="ba9bd07005c8")


def reset() -> None:
    call_counts.forget()


def boto_name(service_id: str) -> str:
    """boto3's name of a service, by its hyphenated id."""
    return _BOTO_NAMES.get(service_id, service_id)


def is_listened_to() -> bool:
    """Whether somebody has put himself between botocore and moto, to see every request."""
    return BotocoreStubber.__call__ is not _call


def _call(self: Any, event_name: str, request: Any, **kwargs: Any) -> Any:
    """A call made in this process. Faults strike handlers, state machines and AWS's own deliveries, not people."""
    known = known_answers.take()
    if known is not None:
        return known
    _, service_id, operation = event_name.split(".")
    service = boto_name(service_id)
    try:
        cloud = current()
    except RuntimeError:
        return _originals["call"](self, event_name, request, **kwargs)
    call_counts.count(service, operation)
    fault = cloud.faults.take("api", f"{service}.{operation}") if call_counts.made_by_service() else None
    if fault is not None:
        cloud.timeline.record("fault", f"api:{service}.{operation}", _TEXTS[fault.do], do=fault.do)
    early = _before(fault, service, request)
    if early is not None:
        return early
    response = _originals["call"](self, event_name, request, **kwargs)
    if call_counts.leaves_a_trace(operation):
        cloud.touched()
        if service in ("iam", "cloudformation"):
            cloud.guard.forget()
    return _after(fault, service, request, response)


def _before(fault: Fault | None, service: str, request: Any) -> Any:
    if fault is not None and fault.do == "throttle":
        code, message = fault.code or "ThrottlingException", fault.message or "Rate exceeded"
        return error_response(service, request, 400, code, message)
    if fault is not None and fault.do == "error_before":
        code, message = fault.code or "InternalFailure", fault.message or "An internal error occurred."
        return error_response(service, request, 400 if fault.code else 500, code, message)
    return None


def _after(fault: Fault | None, service: str, request: Any, response: Any) -> Any:
    if fault is None or fault.do != "error_after":
        return response
    if fault.code:
        return error_response(service, request, 500, fault.code, fault.message or "The answer was lost.")
    raise ReadTimeoutError(endpoint_url=request.url)

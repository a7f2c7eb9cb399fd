"""EventBridge Scheduler's universal targets: any API call that changes something (aws-facts 4.7)."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloud import current

REFUSED_PREFIXES = ("get", "describe", "list", "search", "query", "scan", "validate", "lookup", "retrieve")
"""As far as the Scheduler user guide is cited in aws-facts 4.7."""

_BOTO_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}


def split_universal(arn: str) -> tuple[str, str] | None:
    """boto3's service name and the action (`startExecution`) of a universal target; None for any other ARN."""
    _, found, call = arn.partition(":scheduler:::aws-sdk:")
    if not found:
        return None
    service, _, action = call.partition(":")
    return _BOTO_NAMES.get(service, service), action


def call_universal(arn: str, body: str) -> None:
    """Raises KeyError for an action that the service doesn't have, and what boto3 raises."""
    found = split_universal(arn)
    if found is None:
        raise KeyError(arn)
    service, action = found
    client = current().client(service)
    operation = action[:1].upper() + action[1:]
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    getattr(client, methods[operation])(**_as_boto_names(client, operation, json.loads(body or "{}")))


def _as_boto_names(client: Any, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Scheduler takes every parameter with a capital first letter, also where the service's API has none."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    names = {name.lower(): name for name in (shape.members if shape is not None else {})}
    return {names.get(name.lower(), name): value for name, value in given.items()}

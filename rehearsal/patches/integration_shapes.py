"""Parameters and answers of service integrations pass through botocore's model: moto left that step out (`pass`)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService

from rehearsal.patches.boto_clients import client_for
from rehearsal.patching import replace


def apply() -> None:
    replace(StateTaskService, "_normalise_parameters", _normalise_parameters, expected="619085edb76d")
    replace(StateTaskService, "_normalise_response", _normalise_response, expected="48d42f8b95f4")


@lru_cache(maxsize=512)
def _operation(service: str, method: str) -> Any:
    client = client_for(service)
    operation = client.meta.method_to_api_mapping.get(method)
    return None if operation is None else client.meta.service_model.operation_model(operation)


def _operation_of(state: Any, service: str | None, action: str | None) -> Any:
    return _operation(state._get_boto_service_name(service), state._get_boto_service_action(action))


def _normalise_parameters(
    self: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    operation = _operation_of(self, boto_service_name, service_action_name)
    if operation is not None and operation.input_shape is not None:
        self._to_boto_request(parameters, operation.input_shape)


def _normalise_response(
    self: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    operation = _operation_of(self, boto_service_name, service_action_name)
    if operation is not None and operation.output_shape is not None:
        self._from_boto_response(response, operation.output_shape)
    _write_times(response)


def _write_times(node: Any) -> None:
    """Times reach the machine as ISO 8601 text."""
    if not isinstance(node, dict | list):
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, datetime):
            node[key] = value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        else:
            _write_times(value)

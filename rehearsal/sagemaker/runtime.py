"""What an invocation comes to: an answer that says who gave it, or AWS's error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.sagemaker.component import model_of
from rehearsal.sagemaker.refusals import ApiError

if TYPE_CHECKING:
    from rehearsal.sagemaker.component import Component
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.fleets import Fleet, Variant
    from rehearsal.sagemaker.twin import Twin

EXPIRED = "Endpoint capacity reservation has expired. Please update endpoint configuration."
NO_COPIES = (
    "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress "
    "(if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API."
)
# Both as users have reported them.
_NAME_REQUIRED = (
    "Inference Component Name header is required for endpoints to which you plan to deploy inference components. "
    "Please include Inference Component Name header or consider using SageMaker models."
)
_NAME_NOT_ALLOWED = (
    "Inference Component Name header is not allowed for endpoints to which you dont plan to deploy inference "
    "components. Please remove Inference Component Name header or consider using inference components."
)


@dataclass(frozen=True)
class Answer:
    """What InvokeEndpoint gives back."""

    body: bytes
    content_type: str
    variant: str


class Runtime:
    """Invocations of the twin's endpoints."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def refusal(self, endpoint_name: str, component: str | None = None) -> ApiError | None:
        """The error that a request would get now, or None if it would be served.

        An endpoint that is not in service answers like an unknown one (seen in public issues). Between the reclaim of
        the instances and the plan's end the error is already the one for an expired reservation (assumption).
        """
        endpoint = self._twin.endpoints.get(endpoint_name)
        if endpoint is None or not _can_answer(endpoint):
            return _not_found(endpoint_name, self._twin.arns.account_id)
        if endpoint.for_components or component is not None:
            return self._component_refusal(endpoint, component)
        if endpoint.serving() is not None:
            return None
        if endpoint.lost:
            return ApiError("ModelError", EXPIRED)
        return _not_found(endpoint_name, self._twin.arns.account_id)

    def _component_refusal(self, endpoint: Endpoint, name: str | None) -> ApiError | None:
        """Served by the component's copies, wherever they stand; without any it has no capacity (aws-facts 3.2)."""
        if not endpoint.for_components:
            return ApiError("ValidationError", _NAME_NOT_ALLOWED)
        if name is None:
            return ApiError("ValidationError", _NAME_REQUIRED)
        component = self._twin.components.get(name)
        if component is None or component.endpoint != endpoint.name:
            return ApiError("ValidationError", f"Inference Component {name} not found on endpoint {endpoint.name}.")
        if component.serving:
            return None
        return ApiError("ModelError", EXPIRED) if endpoint.lost else ApiError("ValidationError", NO_COPIES)

    def invoke(self, endpoint_name: str, component: str | None = None, variant: str | None = None) -> Answer:
        """Raises ApiError as AWS would."""
        refusal = self.refusal(endpoint_name, component)
        endpoint = self._twin.endpoints.get(endpoint_name)
        if refusal is not None or endpoint is None:
            raise refusal or ApiError("InternalFailure", f"Endpoint {endpoint_name} serves without being there.")
        if component is not None:
            return _component_answer(endpoint, self._twin.components.known(component))
        fleet = endpoint.serving()
        if fleet is None:
            raise ApiError("InternalFailure", f"Endpoint {endpoint_name} serves without a fleet.")
        return _answer(endpoint, chosen_variant(fleet, endpoint.name, variant))


def _can_answer(endpoint: Endpoint) -> bool:
    return endpoint.status not in ("Creating", "Failed", "Deleting") or (endpoint.lost and endpoint.status == "Failed")


def _not_found(name: str, account_id: str) -> ApiError:
    return ApiError("ValidationError", f"Endpoint {name} of account {account_id} not found.")


def _component_answer(endpoint: Endpoint, component: Component) -> Answer:
    copy = next(copy for copy in component.copies if copy.serves)
    body = {
        "endpoint": endpoint.name,
        "component": component.name,
        "model": model_of(copy.spec),
        "instance": copy.host.instance_type,
    }
    return Answer(json.dumps(body).encode(), "application/json", component.variant)


def chosen_variant(fleet: Fleet, endpoint_name: str, name: str | None) -> Variant:
    """The variant that was asked for, else the heaviest (AWS draws by weight; the rehearsal must not draw)."""
    if name is None:
        return max(fleet.variants, key=lambda variant: variant.weight)
    variant = fleet.variant(name)
    if variant is None:
        raise ApiError("ValidationError", f"Variant {name} not found for Request in endpoint {endpoint_name}.")
    return variant


def _answer(endpoint: Endpoint, variant: Variant) -> Answer:
    instance = variant.instance_type or "serverless"
    body = {"endpoint": endpoint.name, "model": variant.model, "instance": instance}
    return Answer(json.dumps(body).encode(), "application/json", variant.name)

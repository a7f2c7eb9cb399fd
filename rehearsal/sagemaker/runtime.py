"""What an invocation comes to: an answer that says who gave it, or AWS's error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.sagemaker.refusals import ApiError

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.fleets import Fleet, Variant
    from rehearsal.sagemaker.twin import Twin

EXPIRED = "Endpoint capacity reservation has expired. Please update endpoint configuration."
_NO_COMPONENT = "The rehearsal doesn't know inference components yet: leave InferenceComponentName out."


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
        if component is not None:
            return ApiError("ValidationError", _NO_COMPONENT)
        endpoint = self._twin.endpoints.get(endpoint_name)
        if endpoint is not None and endpoint.serving() is not None:
            return None
        if endpoint is not None and endpoint.lost and endpoint.status != "Deleting":
            return ApiError("ModelError", EXPIRED)
        return ApiError(
            "ValidationError", f"Endpoint {endpoint_name} of account {self._twin.arns.account_id} not found."
        )

    def invoke(self, endpoint_name: str, component: str | None = None, variant: str | None = None) -> Answer:
        """Raises ApiError as AWS would."""
        refusal = self.refusal(endpoint_name, component)
        endpoint = self._twin.endpoints.get(endpoint_name)
        fleet = endpoint.serving() if endpoint is not None else None
        if refusal is not None or endpoint is None or fleet is None:
            raise refusal or ApiError("InternalFailure", f"Endpoint {endpoint_name} serves without a fleet.")
        return _answer(endpoint, _chosen(fleet, endpoint, variant))


def _chosen(fleet: Fleet, endpoint: Endpoint, name: str | None) -> Variant:
    """The variant that was asked for, else the heaviest (AWS draws by weight; the rehearsal must not draw)."""
    if name is None:
        return max(fleet.variants, key=lambda variant: variant.weight)
    variant = fleet.variant(name)
    if variant is None:
        raise ApiError("ValidationError", f"Variant {name} not found for Request in endpoint {endpoint.name}.")
    return variant


def _answer(endpoint: Endpoint, variant: Variant) -> Answer:
    instance = variant.instance_type or "serverless"
    body = {"endpoint": endpoint.name, "model": variant.model, "instance": instance}
    return Answer(json.dumps(body).encode(), "application/json", variant.name)

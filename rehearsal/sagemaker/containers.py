"""What a model's container refuses, where the model says so by variables of its container's Environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.refusals import ApiError
from rehearsal.sagemaker.runtime import chosen_variant

if TYPE_CHECKING:
    from rehearsal.sagemaker.fleets import Variant
    from rehearsal.sagemaker.twin import Twin


class ContainerError(ApiError):
    """The container answered with another status than 200."""

    def __init__(self, status: int, body: str) -> None:
        whose = "server" if status >= 500 else "client"
        super().__init__("ModelError", f'Received {whose} error ({status}) from primary with message "{body}".')
        self.original_status = status
        self.original_message = body


def container_refusal(twin: Twin, endpoint_name: str) -> ContainerError | None:
    """What each request of a stream comes to at an endpoint that serves; None if the container answers it."""
    endpoint = twin.endpoints.get(endpoint_name)
    fleet = endpoint.serving() if endpoint is not None else None
    return None if fleet is None else refused_by(variables_of(twin, chosen_variant(fleet, endpoint_name, None)))


def refused_by(variables: dict[str, Any]) -> ContainerError | None:
    """By `REHEARSAL_STATUS`, with `REHEARSAL_ANSWER` as its words."""
    status = int(variables.get("REHEARSAL_STATUS", 200))
    return None if status == 200 else ContainerError(status, variables.get("REHEARSAL_ANSWER", ""))


def variables_of(twin: Twin, variant: Variant | None) -> dict[str, Any]:
    """The Environment of the variant's container; empty without a model."""
    model = twin.models.get(variant.model or "") if variant is not None else None
    found: dict[str, Any] = model.request.get("PrimaryContainer", {}).get("Environment", {}) if model else {}
    return found

"""Serverless inference: what its configs may hold, which models can't run on it, and its cold starts (aws-facts 8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.fleets import Fleet, Variant
from rehearsal.sagemaker.refusals import ApiError, InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.twin import Twin

MEMORY_STEP_MB = 1024
MOST_ENDPOINTS = 50
NO_ACCELERATOR = "The model container needs an accelerator, and serverless inference has none."
# What AWS's own images for accelerators have in their names; of other images nobody knows.
_ACCELERATED = re.compile(r"gpu|-cu1\d\d|neuron")


def check_config(twin: Twin, request: dict[str, Any], fleet: Fleet) -> None:
    """Raises InvalidRequestError. The texts are assumptions, and so is that the config is where AWS refuses."""
    serverless = [variant for variant in fleet.variants if variant.serverless]
    if not serverless:
        return
    if len(fleet.variants) > 1:
        raise InvalidRequestError("Serverless endpoints take one production variant.")
    for key in ("DataCaptureConfig", "VpcConfig"):
        if key in request:
            raise InvalidRequestError(f"{key} is not supported for serverless endpoints.")
    _check_sizes(serverless[0])
    _check_model(twin, serverless[0])


def _check_sizes(variant: Variant) -> None:
    asked = variant.serverless or {}
    if asked["MemorySizeInMB"] % MEMORY_STEP_MB:
        raise InvalidRequestError(f"MemorySizeInMB {asked['MemorySizeInMB']} must be a multiple of {MEMORY_STEP_MB}.")
    provisioned = asked.get("ProvisionedConcurrency", 0)
    if provisioned > asked["MaxConcurrency"]:
        raise InvalidRequestError(
            f"ProvisionedConcurrency {provisioned} must be no more than MaxConcurrency {asked['MaxConcurrency']}."
        )


def _check_model(twin: Twin, variant: Variant) -> None:
    model = twin.models.get(variant.model or "")
    if model is None:
        return
    reason = _unsupported(model.request)
    if reason is not None:
        raise InvalidRequestError(f'Model "{model.arn}" can\'t be used with serverless inference: {reason}.')


def _unsupported(model: dict[str, Any]) -> str | None:
    primary = model.get("PrimaryContainer", {})
    if model.get("VpcConfig"):
        return "VpcConfig is not supported"
    if model.get("EnableNetworkIsolation"):
        return "network isolation is not supported"
    if len(model.get("Containers", [])) > 1:
        return "inference pipelines are not supported"
    if primary.get("Mode") == "MultiModel":
        return "multi-model containers are not supported"
    if primary.get("ImageConfig", {}).get("RepositoryAccessMode") == "Vpc":
        return "private registries are not supported"
    return None


def check_room(twin: Twin, fleet: Fleet) -> None:
    """Before a new endpoint. Raises ApiError."""
    if not is_serverless(fleet):
        return
    present = sum(is_serverless(each.live) for each in twin.endpoints.all())
    if present >= MOST_ENDPOINTS:
        raise ApiError(
            "ResourceLimitExceeded",
            f"The account-level service limit 'Maximum number of serverless endpoints' is {MOST_ENDPOINTS}.",
        )


def is_serverless(fleet: Fleet) -> bool:
    return any(variant.serverless for variant in fleet.variants)


def failure_of(twin: Twin, fleet: Fleet) -> str | None:
    """Why a container will not come up there, None if it will."""
    for variant in fleet.variants:
        model = twin.models.get(variant.model or "") if variant.serverless else None
        image = model.request.get("PrimaryContainer", {}).get("Image", "") if model else ""
        if _ACCELERATED.search(image.lower()):
            return NO_ACCELERATOR
    return None


class ColdStarts:
    """When each serverless endpoint was asked last: after a while without requests the next one finds nobody there."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._asked_us: dict[str, int] = {}

    def seconds(self, endpoint: Endpoint) -> float:
        """What this request waits for its container. Asking notes the request."""
        if not is_serverless(endpoint.live):
            return 0.0
        now_us = self._twin.kernel.now_us
        last_us = self._asked_us.get(endpoint.arn)
        self._asked_us[endpoint.arn] = now_us
        warm_us = self._twin.timings.serverless_warm_minutes * 60e6
        # One made anew under the old name has never been asked.
        asked = last_us is not None and last_us > endpoint.created_at.timestamp() * 1e6
        if asked and last_us is not None and now_us - last_us <= warm_us:
            return 0.0
        return self._twin.timings.serverless_cold_start_seconds

"""SageMaker's events on the default bus (aws-facts 4.2 to 4.4), put by kernel tasks and never inside a call."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.delivery import bus

if TYPE_CHECKING:
    from rehearsal.sagemaker.configs import Config
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.twin import Twin

SOURCE = "aws.sagemaker"


class Events:
    """Says what has changed. What is told is fixed when it happens; it is put as soon as the kernel gets to it."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def endpoint_changed(self, endpoint: Endpoint) -> None:
        variants = [
            {"DesiredWeight": variant.weight, "DesiredInstanceCount": float(variant.count)}
            for variant in endpoint.live.variants
        ]
        detail = {**self._endpoint(endpoint), "ProductionVariants": variants}
        self._put("SageMaker Endpoint State Change", endpoint.arn, detail)

    def deployment_changed(self, endpoint: Endpoint) -> None:
        views = self._twin.endpoints.views
        detail = {**self._endpoint(endpoint), "ProductionVariants": _in_events(views.variants(endpoint))}
        pending = views.pending(endpoint)
        if pending is not None:
            detail["PendingDeploymentSummary"] = _in_events(pending)
        self._put("SageMaker Endpoint Deployment State Change", endpoint.arn, detail)

    def _endpoint(self, endpoint: Endpoint) -> dict[str, Any]:
        return {
            "EndpointName": endpoint.name,
            "EndpointArn": endpoint.arn,
            "EndpointConfigName": endpoint.config,
            "EndpointStatus": upper_case(endpoint.status),
            "CreationTime": milliseconds(endpoint.created_at),
            "LastModifiedTime": milliseconds(endpoint.modified_at),
            "Tags": self._twin.tags.of(endpoint.arn),
        }

    def config_changed(self, config: Config) -> None:
        """Sent for a creation and a deletion alike: it has no status field."""
        detail = {
            "EndpointConfigName": config.name,
            "EndpointConfigArn": config.arn,
            "ProductionVariants": config.request["ProductionVariants"],
            "KmsKeyId": config.request.get("KmsKeyId"),
            "CreationTime": milliseconds(config.created_at),
            "ShadowProductionVariants": None,
            "Tags": self._twin.tags.of(config.arn),
        }
        self._put("SageMaker Endpoint Config State Change", config.arn, detail)

    def _put(self, detail_type: str, arn: str, detail: dict[str, Any]) -> None:
        entry = {
            "Source": SOURCE,
            "DetailType": detail_type,
            "Resources": [arn],
            "Time": self._twin.now,
            "Detail": json.dumps(detail),
        }
        self._twin.kernel.spawn(lambda: bus.put_by_aws(entry), detail_type)


def upper_case(status: str) -> str:
    """InService -> IN_SERVICE: documented for two statuses, by analogy for the others (aws-facts 4.2)."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", status).upper()


def milliseconds(moment: datetime) -> float:
    return float(int(moment.timestamp() * 1000))


def _in_events(value: Any) -> Any:
    """Times as epoch milliseconds all the way down."""
    if isinstance(value, dict):
        return {key: _in_events(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_events(each) for each in value]
    return milliseconds(value) if isinstance(value, datetime) else value

"""Eventual consistency: for some seconds after its creation nothing is to be seen of a config, an endpoint or a plan.

A creation and what happens to the thing are not delayed: only who asks is answered as if it weren't there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.refusals import ApiError

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud
    from rehearsal.sagemaker.twin import Operation

_MADE_BY = {
    "CreateEndpointConfig": "EndpointConfigName",
    "CreateEndpoint": "EndpointName",
    "CreateTrainingPlan": "TrainingPlanName",
}
_ASKED_BY = {
    "DescribeEndpointConfig": "EndpointConfigName",
    "CreateEndpoint": "EndpointConfigName",
    "UpdateEndpoint": "EndpointConfigName",
    "DescribeEndpoint": "EndpointName",
    "DescribeTrainingPlan": "TrainingPlanName",
}
_LISTED_BY = {
    "ListEndpointConfigs": ("EndpointConfigs", "EndpointConfigName"),
    "ListEndpoints": ("Endpoints", "EndpointName"),
    "ListTrainingPlans": ("TrainingPlanSummaries", "TrainingPlanName"),
}
_UNKNOWN = "not-to-be-seen-yet"


class LateSight:
    """Stands before the operations of one cloud's twin."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._seconds = cloud.settings.shown_after_seconds
        self._hidden: dict[tuple[str, str], int] = {}

    def before(self, operations: dict[str, Operation]) -> dict[str, Operation]:
        """The same operations, without a delay unchanged."""
        if not self._seconds:
            return operations
        return {name: self._around(name, answer) for name, answer in operations.items()}

    def _around(self, name: str, answer: Operation) -> Operation:
        def call(request: dict[str, Any]) -> dict[str, Any]:
            key = _ASKED_BY.get(name)
            if key is not None and self._hides(key, request.get(key)):
                return _as_if_absent(answer, request, key)
            answered = self._filtered(name, answer(request))
            if name in _MADE_BY:
                self._hide(_MADE_BY[name], request[_MADE_BY[name]])
            return answered

        return call

    def _hide(self, key: str, name: str) -> None:
        """What looked idle without it isn't any more once it is to be seen."""
        kernel = self._cloud.kernel
        self._hidden[key, name] = kernel.now_us + round(self._seconds * 1e6)
        kernel.after(self._seconds, self._cloud.touched, f"{name} is to be seen", reads_clock=False)

    def _hides(self, key: str, name: object) -> bool:
        return isinstance(name, str) and self._hidden.get((key, name), 0) > self._cloud.kernel.now_us

    def _filtered(self, operation: str, answered: dict[str, Any]) -> dict[str, Any]:
        if operation not in _LISTED_BY:
            return answered
        listed, key = _LISTED_BY[operation]
        return {**answered, listed: [each for each in answered[listed] if not self._hides(key, each[key])]}


def _as_if_absent(answer: Operation, request: dict[str, Any], key: str) -> dict[str, Any]:
    """The twin's own words for what isn't there, with the name that was asked about."""
    try:
        return answer({**request, key: _UNKNOWN})
    except ApiError as refused:
        raise ApiError(refused.code, refused.message.replace(_UNKNOWN, request[key])) from None

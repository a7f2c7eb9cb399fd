"""Endpoints by name, and the operations on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import config_rules, rollout_rules, serverless
from rehearsal.sagemaker.changes import Changes
from rehearsal.sagemaker.endpoint import Endpoint
from rehearsal.sagemaker.endpoint_views import EndpointViews
from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.paging import chosen, ordered, page, with_token
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


class Endpoints:
    """All endpoints, in order of creation."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._endpoints: dict[str, Endpoint] = {}
        self._changes = Changes(twin)
        self.views = EndpointViews(twin)

    def get(self, name: str) -> Endpoint | None:
        return self._endpoints.get(name)

    def all(self) -> list[Endpoint]:
        return list(self._endpoints.values())

    def known(self, name: str) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise InvalidRequestError(f'Could not find endpoint "{self._twin.arns.endpoint(name)}".')
        return endpoint

    # What happens to endpoints

    def capacity_gone(self, plan: str) -> None:
        """The plan's instances can't be kept any longer: whoever stands on them stops serving."""
        self._twin.capacity.take_away(plan)
        for endpoint in self.all():
            if plan in endpoint.plans():
                self._changes.lose(endpoint, plan)

    def alarm_changed(self) -> None:
        """Some alarm has another state: updates under way may have to go back."""
        for endpoint in self.all():
            self._changes.alarm_changed(endpoint)

    def changed(self, endpoint: Endpoint) -> None:
        """Something about it is different: for the traffic that it serves and for the report."""
        self._twin.history.endpoint_changed(endpoint)
        for component in self._twin.components.of_endpoint(endpoint.name):
            self._twin.copy_counts.note(component.name, component.serving, self._twin.kernel.now_us)
        self._twin.cloud.traffic.endpoint_changed(endpoint.name)

    def remove(self, endpoint: Endpoint) -> None:
        """The end of a deletion."""
        self._twin.hosting.forget(endpoint)
        self._twin.capacity.try_hold(endpoint.name, {})
        del self._endpoints[endpoint.name]
        self._twin.tags.forget(endpoint.arn)
        self._twin.journal.record(
            "state", f"endpoint/{endpoint.name}", "deleted", status="Deleted", config=endpoint.config
        )
        self._twin.history.endpoint_gone(endpoint.name)
        self._twin.cloud.traffic.endpoint_changed(endpoint.name)
        self._twin.cloud.touched()

    # Operations

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        name: str = request["EndpointName"]
        arn = self._twin.arns.endpoint(name)
        if any(each.arn == arn for each in self._endpoints.values()):
            raise InvalidRequestError(f'Cannot create already existing endpoint "{arn}".')
        fleet = self._twin.configs.known(request["EndpointConfigName"]).fleet
        serverless.check_room(self._twin, fleet)
        deployment = request.get("DeploymentConfig")
        now = self._twin.now
        endpoint = Endpoint(name, arn, now, now, fleet.config, fleet, last_deployment=deployment)
        self._endpoints[name] = endpoint
        self._twin.tags.put(arn, request.get("Tags", []))
        self._changes.create(endpoint)
        return {"EndpointArn": arn}

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.views.described(self.known(request["EndpointName"]))

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        keys = {"Name": "EndpointName", "CreationTime": "CreationTime", "Status": "EndpointStatus"}
        rows = [
            self.views.summary(each) for each in chosen(self._endpoints.values(), request) if _wanted(each, request)
        ]
        key = keys[request.get("SortBy", "CreationTime")]
        found, token = page(ordered(rows, lambda row: row[key], request, default="Descending"), request)
        return with_token({"Endpoints": found}, token)

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        endpoint = self._idle(request["EndpointName"])
        target = self._twin.configs.known(request["EndpointConfigName"]).fleet
        self._twin.configs.known(endpoint.config)
        target = _retained(endpoint.live, target, request)
        config_rules.check_count(self._twin, target)
        self._check_components(endpoint, target)
        if any(v.serverless for v in target.variants) and not any(v.serverless for v in endpoint.live.variants):
            raise InvalidRequestError("Updating an instance-based endpoint to a serverless one is not supported.")
        deployment = self._deployment(endpoint, request)
        rollout_rules.check(deployment, endpoint.live, target)
        endpoint.last_deployment = deployment or None
        policy = deployment.get("BlueGreenUpdatePolicy") or deployment.get("RollingUpdatePolicy") or {}
        self._changes.update(endpoint, target, policy, new_config=True, alarms=rollout_rules.alarms_of(deployment))
        return {"EndpointArn": endpoint.arn}

    def _check_components(self, endpoint: Endpoint, target: Fleet) -> None:
        """Every component needs its variant in the new config (assumption)."""
        for component in self._twin.components.of_endpoint(endpoint.name):
            variant = target.variant(component.variant)
            if variant is None or not variant.for_components:
                raise InvalidRequestError(
                    f'Endpoint configuration "{target.config}" has no variant {component.variant} without ModelName, '
                    f"which inference component {component.name} of the endpoint needs."
                )

    def _deployment(self, endpoint: Endpoint, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("RetainDeploymentConfig") and endpoint.last_deployment is not None:
            return endpoint.last_deployment
        deployment: dict[str, Any] = request.get("DeploymentConfig", {})
        return deployment

    def update_weights_and_capacities(self, request: dict[str, Any]) -> dict[str, Any]:
        """Weights of many variants, the count of one (botocore's documentation)."""
        endpoint = self._idle(request["EndpointName"])
        self._twin.configs.known(endpoint.config)
        asked = {each["VariantName"]: each for each in request["DesiredWeightsAndCapacities"]}
        for name in asked:
            if endpoint.live.variant(name) is None:
                raise InvalidRequestError(f'Could not find production variant "{name}" of endpoint "{endpoint.arn}".')
        counts = {name: each["DesiredInstanceCount"] for name, each in asked.items() if "DesiredInstanceCount" in each}
        if len(counts) > 1:
            raise InvalidRequestError("The capacity of one variant can be updated per call; its weights of all.")
        weights = {name: each["DesiredWeight"] for name, each in asked.items() if "DesiredWeight" in each}
        target = endpoint.live.counted(counts).weighted(weights)
        for variant in target.variants:
            if variant.model is not None and variant.instance_type is not None and variant.count < 1:
                raise InvalidRequestError(f"DesiredInstanceCount of variant {variant.name} must be at least 1.")
        config_rules.check_count(self._twin, target)
        self._changes.update(endpoint, target, {}, new_config=False)
        return {"EndpointArn": endpoint.arn}

    def maintain(self, name: str, seconds: float) -> None:
        """What no API asks for: AWS renews what is under the endpoint."""
        self._changes.maintain(self._idle(name), seconds)

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        endpoint = self.known(request["EndpointName"])
        if endpoint.busy:
            raise _busy(endpoint)
        names = [component.name for component in self._twin.components.of_endpoint(endpoint.name)]
        if names and self._twin.cloud.settings.delete_endpoint_with_components == "refused":
            raise InvalidRequestError(
                f'Cannot delete endpoint "{endpoint.arn}" while it hosts inference components: {", ".join(names)}.'
            )
        self._changes.delete(endpoint)
        return {}

    def _idle(self, name: str) -> Endpoint:
        endpoint = self.known(name)
        if endpoint.busy:
            raise _busy(endpoint)
        if endpoint.status == "Failed":
            raise InvalidRequestError(f'Cannot update failed endpoint "{endpoint.arn}". Delete it and create it anew.')
        return endpoint


def _busy(endpoint: Endpoint) -> InvalidRequestError:
    return InvalidRequestError(f'Cannot update in-progress endpoint "{endpoint.arn}".')


def _retained(live: Fleet, target: Fleet, request: dict[str, Any]) -> Fleet:
    """RetainAllVariantProperties keeps counts and weights that the endpoint has now, but for those excluded."""
    if not request.get("RetainAllVariantProperties"):
        return target
    excluded = [each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties", [])]
    if "DesiredInstanceCount" not in excluded:
        target = target.counted({variant.name: variant.count for variant in live.variants})
    if "DesiredWeight" not in excluded:
        target = target.weighted({variant.name: variant.weight for variant in live.variants})
    return target


def _wanted(endpoint: Endpoint, request: dict[str, Any]) -> bool:
    after = request.get("LastModifiedTimeAfter")
    before = request.get("LastModifiedTimeBefore")
    return (
        request.get("StatusEquals") in (None, endpoint.status)
        and (after is None or endpoint.modified_at > after)
        and (before is None or endpoint.modified_at < before)
    )

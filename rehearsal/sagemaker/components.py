"""Inference components by name, and the operations on them. AWS sends no events about them (aws-facts 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import component_rules as rules
from rehearsal.sagemaker import component_views as views
from rehearsal.sagemaker.component import Component, ComponentStatus
from rehearsal.sagemaker.paging import chosen, ordered, page, with_token
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


class Components:
    """All inference components, in order of creation."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._components: dict[str, Component] = {}

    def get(self, name: str) -> Component | None:
        return self._components.get(name)

    def all(self) -> list[Component]:
        return list(self._components.values())

    def of_endpoint(self, endpoint: str) -> list[Component]:
        return [component for component in self._components.values() if component.endpoint == endpoint]

    def known(self, name: str) -> Component:
        component = self._components.get(name)
        if component is None:
            arn = self._twin.arns.inference_component(name)
            raise InvalidRequestError(f'Could not find inference component "{arn}".')
        return component

    # What happens to components

    def set_status(self, component: Component, status: ComponentStatus, reason: str | None = None) -> None:
        """Tell the timeline, the traffic, and whoever sleeps until something changes."""
        component.status = status
        component.failure_reason = reason
        component.modified_at = self._twin.now
        self._twin.history.component_changed(component)
        counted = f"{component.current} of {component.desired} copies"
        self.tell(component, f"{status}, {counted}{f': {reason}' if reason else ''}")
        endpoint = self._twin.endpoints.get(component.endpoint)
        if endpoint is not None:
            self._twin.endpoints.changed(endpoint)
        self._twin.cloud.touched()

    def tell(self, component: Component, text: str) -> None:
        subject = f"inference-component/{component.name}"
        self._twin.journal.record("state", subject, text, status=component.status, endpoint=component.endpoint)

    def remove(self, component: Component) -> None:
        """The end of a deletion."""
        component.stop_deadline()
        if self._components.pop(component.name, None) is None:
            return
        self._twin.tags.forget(component.arn)
        self._twin.history.component_gone(component.name)
        self._twin.copy_counts.note(component.name, 0, self._twin.kernel.now_us)
        self.tell(component, "deleted")
        self._twin.cloud.traffic.endpoint_changed(component.endpoint)
        self._twin.cloud.touched()

    # Operations

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        name: str = request["InferenceComponentName"]
        arn = self._twin.arns.inference_component(name)
        if name in self._components:
            raise InvalidRequestError(f'Cannot create already existing inference component "{arn}".')
        endpoint = self._twin.endpoints.known(request["EndpointName"])
        variant = rules.variant_for(endpoint, request.get("VariantName"))
        spec = rules.specification_of(request)
        if spec is None:
            raise InvalidRequestError("Specification is required.")
        rules.check_specification(self._twin, spec, variant)
        copies: int = request.get("RuntimeConfig", {}).get("CopyCount", 1)
        rules.check_copies_at_creation(self._twin, copies)
        now = self._twin.now
        component = Component(name, arn, endpoint.name, variant.name, now, now, spec, 0)
        self._components[name] = component
        self._twin.tags.put(arn, request.get("Tags", []))
        self.set_status(component, "Creating")
        self._twin.hosting.scale(component, copies)
        return {"InferenceComponentArn": arn}

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        return views.described(self.known(request["InferenceComponentName"]), self._twin.arns)

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        keys = {"Name": "InferenceComponentName", "CreationTime": "CreationTime", "Status": "InferenceComponentStatus"}
        wanted = [each for each in chosen(self._components.values(), request) if _wanted(each, request)]
        rows = [views.summary(each, self._twin.arns) for each in wanted]
        key = keys[request.get("SortBy", "CreationTime")]
        found, token = page(ordered(rows, lambda row: row[key], request, default="Descending"), request)
        return with_token({"InferenceComponents": found}, token)

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        component = self.known(request["InferenceComponentName"])
        spec = rules.specification_of(request)
        if spec is None and "RuntimeConfig" not in request:
            raise InvalidRequestError("Give Specification, Specifications or RuntimeConfig.")
        rules.check_idle(component)
        copies: int = request.get("RuntimeConfig", {}).get("CopyCount", component.desired)
        deployment: dict[str, Any] = request.get("DeploymentConfig", {})
        if spec is None:
            return self._scaled(component, copies)
        endpoint = self._twin.endpoints.known(component.endpoint)
        spec = _updated(component.spec, spec)
        rules.check_specification(self._twin, spec, rules.variant_for(endpoint, component.variant))
        rules.check_deployment(deployment, copies)
        component.last_deployment = deployment or component.last_deployment
        component.desired = copies
        self.set_status(component, "Updating")
        self._twin.component_rollouts.begin(component, spec, deployment)
        return {"InferenceComponentArn": component.arn}

    def update_runtime_config(self, request: dict[str, Any]) -> dict[str, Any]:
        component = self.known(request["InferenceComponentName"])
        rules.check_idle(component)
        return self._scaled(component, request["DesiredRuntimeConfig"]["CopyCount"])

    def _scaled(self, component: Component, copies: int) -> dict[str, Any]:
        component.desired = copies
        self.set_status(component, "Updating")
        self._twin.hosting.scale(component, copies)
        self._twin.cloud.scaling.component_changed(component.name)
        return {"InferenceComponentArn": component.arn}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        component = self.known(request["InferenceComponentName"])
        if component.status == "Deleting":
            rules.check_idle(component)
        self.set_status(component, "Deleting")
        self._twin.hosting.delete(component)
        return {}


def _updated(present: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """What is left out stays as it was (assumption); a model takes the place of a container, and the reverse."""
    kept = {"ModelName", "Container"} & asked.keys()
    base = {key: value for key, value in present.items() if not (kept and key in ("ModelName", "Container"))}
    return {**base, **asked}


def _wanted(component: Component, request: dict[str, Any]) -> bool:
    after = request.get("LastModifiedTimeAfter")
    before = request.get("LastModifiedTimeBefore")
    return (
        request.get("EndpointNameEquals") in (None, component.endpoint)
        and request.get("VariantNameEquals") in (None, component.variant)
        and request.get("StatusEquals") in (None, component.status)
        and (after is None or component.modified_at > after)
        and (before is None or component.modified_at < before)
    )

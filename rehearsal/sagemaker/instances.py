"""Instances of endpoints for components: they come when copies need them, and go when they stand idle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from rehearsal.sagemaker.component import Component, Copy, Host
from rehearsal.sagemaker.launch_times import provision_minutes

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.fleets import Variant
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.timers import Timer


class Instances(ABC):
    """Managed instance scaling (aws-facts 3.2). What stands on the instances is `Hosting`'s."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    @abstractmethod
    def reconcile(self, endpoint: Endpoint) -> None:
        """Bring what is wanted and what there is together, as far as there is room."""

    @abstractmethod
    def _load(self, component: Component, copy: Copy) -> None:
        """The copy's instance is up: the model comes onto it."""

    def _grown(self, endpoint: Endpoint, component: Component) -> Host | None:
        variant = endpoint.live.variant(component.variant)
        if endpoint.lost or variant is None or variant.scaling is None or variant.count >= variant.scaling.maximum:
            return None
        before = endpoint.live
        endpoint.live = before.counted({variant.name: variant.count + 1})
        if not self._twin.capacity.try_hold(endpoint.name, endpoint.holds(None)):
            endpoint.live = before
            return None
        host = host_of(variant, next_number(endpoint), up=False)
        endpoint.hosts.append(host)
        seconds = provision_minutes(self._twin.timings, variant.instance_type) * 60
        host.launch_timer = self._twin.kernel.after(
            seconds, lambda: self._host_up(endpoint, host), f"instance of {endpoint.name}", reads_clock=False
        )
        self._tell_count(endpoint, f"provisions an instance for {component.name}")
        return host

    def _host_up(self, endpoint: Endpoint, host: Host) -> None:
        host.launch_timer = None
        host.up = True
        for component in self._all(endpoint):
            for copy in component.copies:
                if copy.host is host:
                    self._load(component, copy)
        self.reconcile(endpoint)

    def _watch_idle(self, endpoint: Endpoint) -> None:
        occupied = {copy.host for component in self._all(endpoint) for copy in component.copies}
        for host in endpoint.hosts:
            if host in occupied and host.idle_timer is not None:
                host.idle_timer.cancel()
                host.idle_timer = None
            elif host not in occupied and host.up and host.idle_timer is None and self._releasable(endpoint, host):
                host.idle_timer = self._idle_timer(endpoint, host)

    def _idle_timer(self, endpoint: Endpoint, host: Host) -> Timer:
        seconds = self._twin.timings.idle_release_minutes * 60
        label = f"idle instance of {endpoint.name}"
        return self._twin.kernel.after(seconds, lambda: self._idle(endpoint, host), label, reads_clock=False)

    def _releasable(self, endpoint: Endpoint, host: Host) -> bool:
        variant = endpoint.live.variant(host.variant)
        scaling = variant.scaling if variant is not None else None
        return variant is not None and scaling is not None and variant.count > scaling.minimum

    def _idle(self, endpoint: Endpoint, host: Host) -> None:
        """An idle instance goes; while the endpoint is being changed it waits for the change's end."""
        host.idle_timer = None
        if not self._at_rest(endpoint) or not self._releasable(endpoint, host):
            return
        count = sum(each.variant == host.variant for each in endpoint.hosts) - 1
        endpoint.live = endpoint.live.counted({host.variant: count})
        self._keep_reservation(endpoint)
        self._drop_host(endpoint, host)
        self._twin.capacity.try_hold(endpoint.name, endpoint.holds(None))
        self._tell_count(endpoint, "releases an idle instance")
        self.reconcile(endpoint)

    def _keep_reservation(self, endpoint: Endpoint) -> None:
        """Where released instances of a plan stay the endpoint's, nobody else can have them."""
        if self._twin.cloud.settings.released_instances == "kept" and endpoint.live.plan is not None:
            endpoint.kept = max(endpoint.kept, self._twin.capacity.used_by(endpoint.name, endpoint.live.plan))

    def _drop_host(self, endpoint: Endpoint, host: Host) -> None:
        host.stop_timers()
        endpoint.hosts.remove(host)
        for component in self._all(endpoint):
            for copy in [each for each in component.copies if each.host is host]:
                copy.stop_timer()
                component.copies.remove(copy)

    def _at_rest(self, endpoint: Endpoint) -> bool:
        """A lost endpoint finds no instances anyway; one that is being changed comes back here when that is over."""
        return endpoint.change is None and endpoint.status not in ("Creating", "Deleting", "Failed")

    def _all(self, endpoint: Endpoint) -> list[Component]:
        return self._twin.components.of_endpoint(endpoint.name)

    def _tell_count(self, endpoint: Endpoint, text: str) -> None:
        self._twin.journal.record(
            "state", f"endpoint/{endpoint.name}", f"{text}, {endpoint.live.count} in all", status=endpoint.status
        )
        self._twin.cloud.touched()


def host_of(variant: Variant, number: int, *, up: bool = True) -> Host:
    return Host(variant.name, variant.instance_type or "", number, up)


def numbers_of(variant: Variant) -> range:
    return range(variant.count if variant.for_components else 0)


def next_number(endpoint: Endpoint) -> int:
    return max((host.number for host in endpoint.hosts), default=-1) + 1

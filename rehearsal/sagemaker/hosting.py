"""Copies on instances, on the virtual clock: placing, loading, leaving; instances that come and go with them.

Sources: aws-facts 3.1 and 3.2. Managed instance scaling provisions when copies need it and releases what stands idle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import placement
from rehearsal.sagemaker.component import Component, Copy, Host, room_needed
from rehearsal.sagemaker.launch_times import copy_minutes, provision_minutes

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.fleets import Fleet, Variant
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.timers import Timer

NO_ROOM = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error: "
    "not every copy of the inference component found room on the endpoint's instances."
)
_NOT_HEALTHY = "The model container of the inference component did not pass the ping health check."
_SLOW_SECONDS = 1800.0


class Hosting:
    """The instances of endpoints for components, and the copies on them."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._looks_again = False

    # What endpoints do

    def sized(self, endpoint: Endpoint, target: Fleet) -> Fleet:
        """A new fleet with the instances that the copies need, within what managed instance scaling allows."""
        needed_only = self._twin.cloud.settings.component_update_fleet == "needed"
        counts = {}
        for variant in target.variants:
            if not variant.for_components:
                continue
            scaling = variant.scaling
            least = scaling.minimum if needed_only and scaling else variant.count
            most = scaling.maximum if scaling else variant.count
            needed = placement.hosts_needed(variant.instance_type, self._rooms(endpoint, variant.name))
            counts[variant.name] = max(least, min(most, needed))
        return target.counted(counts)

    def _rooms(self, endpoint: Endpoint, variant: str) -> list[Any]:
        components = [each for each in self._all(endpoint) if each.variant == variant and each.status != "Deleting"]
        return [room_needed(each.spec) for each in components for _ in range(each.desired)]

    def move(self, endpoint: Endpoint, fleet: Fleet) -> None:
        """Every copy onto the instances of another fleet, where its model was loaded before requests came."""
        self._clear(endpoint)
        endpoint.hosts = [_host(variant, number) for variant in fleet.variants for number in _numbers(variant)]
        for component in self._all(endpoint):
            if component.status in ("Deleting", "Failed"):
                continue
            if component.rollout is not None:
                self._twin.component_rollouts.finish(component)
            for _ in range(component.desired):
                host = self._room_for(endpoint, component, component.spec)
                if host is not None:
                    component.copies.append(Copy(component.spec, host, ready=True))

    def settle(self, endpoint: Endpoint) -> None:
        """The endpoint is at rest: its instances are as many as it has, and copies can come and go again."""
        for variant in endpoint.live.variants:
            if variant.for_components:
                self._match(endpoint, variant)
        self.reconcile(endpoint)

    def _match(self, endpoint: Endpoint, variant: Variant) -> None:
        hosts = [host for host in endpoint.hosts if host.variant == variant.name]
        for _ in range(variant.count - len(hosts)):
            endpoint.hosts.append(_host(variant, _next_number(endpoint)))
        emptiest = sorted(hosts, key=lambda host: placement.used(host, self._all(endpoint)).accelerators)
        for host in emptiest[: max(0, len(hosts) - variant.count)]:
            self._drop_host(endpoint, host)

    def lose(self, endpoint: Endpoint) -> None:
        """The instances are gone, and every copy with them."""
        self._clear(endpoint)
        for component in self._all(endpoint):
            if component.rollout is not None:
                self._twin.component_rollouts.abandon(component)
            self._conclude(endpoint, component)
        # What was under way runs out of time, as anything without room does.
        self.look_again()

    def forget(self, endpoint: Endpoint) -> None:
        """The endpoint is deleted, and what is left of its components with it."""
        self._clear(endpoint)
        for component in self._all(endpoint):
            self._twin.components.remove(component)

    def _clear(self, endpoint: Endpoint) -> None:
        for host in endpoint.hosts:
            host.stop_timers()
        endpoint.hosts = []
        for component in self._all(endpoint):
            for copy in component.copies:
                copy.stop_timer()
            component.copies.clear()

    # What components do

    def scale(self, component: Component, desired: int) -> None:
        """Towards so many copies: those that are too many stop serving now, others begin when they find room."""
        component.desired = desired
        self._let_go(component, len(component.staying) - desired)
        self._soon(component)

    def delete(self, component: Component) -> None:
        component.stop_deadline()
        if component.rollout is not None:
            self._twin.component_rollouts.abandon(component)
        self._let_go(component, len(component.staying))
        self._after(self._twin.timings.unload_minutes * 60, component, lambda: self._reconcile_of(component))

    def _let_go(self, component: Component, count: int) -> None:
        endpoint = self._twin.endpoints.get(component.endpoint)
        others = self._all(endpoint) if endpoint is not None else []
        for copy in placement.leaving_first(component.staying, others)[: max(0, count)]:
            self.leave(component, copy)
        if endpoint is not None:
            self._twin.endpoints.changed(endpoint)

    def leave(self, component: Component, copy: Copy) -> None:
        """It stops serving at once; its room comes free when the model is unloaded."""
        copy.stop_timer()
        copy.leaving = True
        if not copy.ready:
            component.copies.remove(copy)
            return
        copy.timer = self._after(self._twin.timings.unload_minutes * 60, component, lambda: self._gone(component, copy))

    def _gone(self, component: Component, copy: Copy) -> None:
        component.copies.remove(copy)
        self._reconcile_of(component)

    def place(self, endpoint: Endpoint, component: Component, spec: dict[str, Any]) -> Copy | None:
        """A new copy on an instance that has room, or on one that is provisioned for it. None if there is neither."""
        host = self._room_for(endpoint, component, spec) or self._grown(endpoint, component)
        if host is None or not placement.fits(host, room_needed(spec), self._all(endpoint)):
            return None
        copy = Copy(spec, host)
        component.copies.append(copy)
        if host.up:
            self._load(component, copy)
        return copy

    def _room_for(self, endpoint: Endpoint, component: Component, spec: dict[str, Any]) -> Host | None:
        binpack = placement.is_binpack(component)
        return placement.chosen(endpoint.hosts, component, room_needed(spec), binpack, self._all(endpoint))

    def _load(self, component: Component, copy: Copy) -> None:
        faults = self._twin.cloud.faults
        slow = faults.take("component", component.name, only=("slow",))
        failing = faults.take("component", component.name, only=("fail",))
        more_seconds = 0.0
        if slow is not None:
            more_seconds = _SLOW_SECONDS if slow.seconds is None else slow.seconds
            self._told(component, "fault", f"slow: {more_seconds:g} s more")
        if failing is not None:
            self._told(component, "fault", "fail")
        reason = None if failing is None else failing.message or _NOT_HEALTHY
        seconds = copy_minutes(self._twin.timings, copy.spec) * 60 + more_seconds
        copy.timer = self._after(seconds, component, lambda: self._loaded(component, copy, reason))

    def _loaded(self, component: Component, copy: Copy, reason: str | None) -> None:
        copy.timer = None
        if reason is None:
            copy.ready = True
        else:
            component.copies.remove(copy)
            self._give_up(component, reason)
        self._reconcile_of(component)

    # Instances

    def _grown(self, endpoint: Endpoint, component: Component) -> Host | None:
        variant = endpoint.live.variant(component.variant)
        if endpoint.lost or variant is None or variant.scaling is None or variant.count >= variant.scaling.maximum:
            return None
        before = endpoint.live
        endpoint.live = before.counted({variant.name: variant.count + 1})
        if not self._twin.capacity.try_hold(endpoint.name, endpoint.holds(None)):
            endpoint.live = before
            return None
        host = _host(variant, _next_number(endpoint), up=False)
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

    # Putting it all right

    def reconcile(self, endpoint: Endpoint) -> None:
        """Place what is missing, watch what is idle, and conclude what is done."""
        if not self._at_rest(endpoint):
            return
        for component in self._all(endpoint):
            if component.rollout is not None:
                self._twin.component_rollouts.go_on(endpoint, component)
            elif component.status not in ("Deleting", "Failed"):
                self._fill(endpoint, component)
        self._watch_idle(endpoint)
        self._twin.endpoints.changed(endpoint)
        for component in self._all(endpoint):
            self._conclude(endpoint, component)

    def _fill(self, endpoint: Endpoint, component: Component) -> None:
        missing = component.desired - len(component.staying)
        while missing > 0 and self.place(endpoint, component, component.spec) is not None:
            missing -= 1
        if missing <= 0:
            component.stop_deadline()
        elif component.busy and component.deadline is None:
            minutes = self._twin.timings.capacity_failure_minutes
            component.deadline = self._after(minutes * 60, component, lambda: self.out_of_room(component))

    def out_of_room(self, component: Component) -> None:
        component.deadline = None
        self._give_up(component, NO_ROOM)
        self._reconcile_of(component)

    def _give_up(self, component: Component, reason: str) -> None:
        """A new component fails; of one that was in service the setting says what becomes of it."""
        component.stop_deadline()
        if component.rollout is not None:
            self._twin.component_rollouts.roll_back(component, reason)
            return
        if not component.busy:
            return
        failed = component.status == "Creating" or self._twin.cloud.settings.copies_without_room == "Failed"
        if failed:
            for copy in component.staying:
                self.leave(component, copy)
        self._twin.components.set_status(component, "Failed" if failed else "InService", reason)

    def _conclude(self, endpoint: Endpoint, component: Component) -> None:
        if component.status == "Deleting" and not component.copies:
            self._twin.components.remove(component)
        elif component.status in ("Creating", "Updating") and component.rollout is None and component.complete:
            component.stop_deadline()
            self._twin.components.set_status(component, "InService")

    def look_again(self) -> None:
        """Instances came free somewhere: copies that wait for room may have it now."""
        if self._looks_again:
            return
        self._looks_again = True
        self._twin.kernel.after(0, self._look, "copies that wait for room", reads_clock=False)

    def _look(self) -> None:
        self._looks_again = False
        for endpoint in self._twin.endpoints.all():
            if any(len(each.staying) < each.desired for each in self._all(endpoint)):
                self.reconcile(endpoint)

    def _soon(self, component: Component) -> None:
        self._after(0, component, lambda: self._reconcile_of(component))

    def _reconcile_of(self, component: Component) -> None:
        endpoint = self._twin.endpoints.get(component.endpoint)
        if endpoint is not None and self._twin.components.get(component.name) is component:
            self.reconcile(endpoint)

    def _at_rest(self, endpoint: Endpoint) -> bool:
        """A lost endpoint finds no instances anyway; one that is being changed comes back here when that is over."""
        return endpoint.change is None and endpoint.status not in ("Creating", "Deleting", "Failed")

    def _all(self, endpoint: Endpoint) -> list[Component]:
        return self._twin.components.of_endpoint(endpoint.name)

    def _after(self, seconds: float, component: Component, fn: Callable[[], None]) -> Timer:
        return self._twin.kernel.after(seconds, fn, f"component {component.name}", reads_clock=False)

    def _told(self, component: Component, kind: str, text: str) -> None:
        self._twin.journal.record(kind, f"inference-component/{component.name}", text)

    def _tell_count(self, endpoint: Endpoint, text: str) -> None:
        self._twin.journal.record(
            "state", f"endpoint/{endpoint.name}", f"{text}, {endpoint.live.count} in all", status=endpoint.status
        )
        self._twin.cloud.touched()


def _host(variant: Variant, number: int, *, up: bool = True) -> Host:
    return Host(variant.name, variant.instance_type or "", number, up)


def _numbers(variant: Variant) -> range:
    return range(variant.count if variant.for_components else 0)


def _next_number(endpoint: Endpoint) -> int:
    return max((host.number for host in endpoint.hosts), default=-1) + 1

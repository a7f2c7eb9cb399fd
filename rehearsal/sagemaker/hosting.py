"""Copies on instances, on the virtual clock: placing, loading, leaving; instances that come and go with them.

Sources: aws-facts 3.1 and 3.2. Managed instance scaling provisions when copies need it and releases what stands idle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import placement
from rehearsal.sagemaker.component import Component, Copy, Host, room_needed
from rehearsal.sagemaker.instances import Instances, host_of, next_number, numbers_of
from rehearsal.sagemaker.launch_times import copy_minutes

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


class Hosting(Instances):
    """The instances of endpoints for components, and the copies on them."""

    def __init__(self, twin: Twin) -> None:
        super().__init__(twin)
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
        endpoint.hosts = [host_of(variant, number) for variant in fleet.variants for number in numbers_of(variant)]
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
            endpoint.hosts.append(host_of(variant, next_number(endpoint)))
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

    def _after(self, seconds: float, component: Component, fn: Callable[[], None]) -> Timer:
        return self._twin.kernel.after(seconds, fn, f"component {component.name}", reads_clock=False)

    def _told(self, component: Component, kind: str, text: str) -> None:
        self._twin.journal.record(kind, f"inference-component/{component.name}", text)

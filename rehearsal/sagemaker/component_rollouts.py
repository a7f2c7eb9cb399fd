"""UpdateInferenceComponent with a new specification: batch after batch, new copies beside the old (aws-facts 3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.component import Component, Copy
from rehearsal.sagemaker.rollout_rules import alarms_of

if TYPE_CHECKING:
    from rehearsal.sagemaker.endpoint import Endpoint
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.timers import Timer

_ALARMED = "The deployment was rolled back: CloudWatch alarm {} is in ALARM state."
_TOO_LONG = "The deployment did not complete within MaximumExecutionTimeoutInSeconds."


@dataclass(eq=False)
class Rollout:
    """From `old` to `new`, `batch` copies at a time with `wait_seconds` of baking. `back` says why it is undone."""

    old: dict[str, Any]
    new: dict[str, Any]
    batch: int
    wait_seconds: float
    in_place: bool = False
    back: str | None = None
    fresh: list[Copy] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    baking: bool = False
    waiting: bool = False
    alarms: tuple[str, ...] = ()

    @property
    def wanted(self) -> dict[str, Any]:
        return self.old if self.back is not None else self.new

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


def batch_of(size: dict[str, Any], copies: int) -> int:
    """Copies of one batch. A percentage is rounded down, but to no less than one (assumption)."""
    if size["Type"] == "COPY_COUNT":
        return int(size["Value"])
    return max(1, copies * int(size["Value"]) // 100)


class ComponentRollouts:
    """Each turn of `go_on` does what can be done now: launch a batch, or let a batch of the others go."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def begin(self, component: Component, spec: dict[str, Any], deployment: dict[str, Any]) -> None:
        policy = deployment.get("RollingUpdatePolicy", {})
        copies = max(1, component.desired)
        batch = batch_of(policy["MaximumBatchSize"], copies) if policy else copies
        rollout = Rollout(component.spec, spec, batch, policy.get("WaitIntervalInSeconds", 0))
        rollout.in_place = not policy and self._twin.cloud.settings.component_update_without_policy == "in_place"
        rollout.alarms = alarms_of(deployment)
        component.rollout = rollout
        limit = policy.get("MaximumExecutionTimeoutInSeconds")
        if limit is not None:
            self._after(component, rollout, limit, lambda: self.roll_back(component, _TOO_LONG))
        self._after(component, rollout, 0, lambda: self._turn(component))
        self._after(component, rollout, 0, lambda: self.alarm_changed(component))

    def alarm_changed(self, component: Component) -> None:
        """Go back if one of the rollout's alarms is firing."""
        rollout = component.rollout
        if rollout is None or rollout.back is not None:
            return
        firing = next((name for name in rollout.alarms if self._twin.cloud.alarms.is_firing(name)), None)
        if firing is not None:
            self.roll_back(component, _ALARMED.format(firing))

    def _after(self, component: Component, rollout: Rollout, seconds: float, fn: Any) -> None:
        label = f"rollout of component {component.name}"
        rollout.timers.append(self._twin.kernel.after(seconds, fn, label, reads_clock=False))

    def _turn(self, component: Component) -> None:
        endpoint = self._twin.endpoints.get(component.endpoint)
        if endpoint is not None:
            self._twin.hosting.reconcile(endpoint)

    def go_on(self, endpoint: Endpoint, component: Component) -> None:
        rollout = component.rollout
        if rollout is None or rollout.baking:
            return
        stale = [copy for copy in component.staying if copy.spec is not rollout.wanted]
        if any(not copy.ready for copy in rollout.fresh):
            return
        if rollout.fresh and not rollout.waiting:
            self._bake(component, rollout)
            return
        going = any(copy.leaving for copy in component.copies)
        if not stale and not going and len(component.staying) >= component.desired:
            self._finished(component, rollout)
        elif not going:
            self._launch(endpoint, component, rollout, stale)

    def _launch(self, endpoint: Endpoint, component: Component, rollout: Rollout, stale: list[Copy]) -> None:
        rollout.waiting = False
        if rollout.in_place and stale:
            self._release(component, stale)
            return
        fresh = component.desired - sum(copy.spec is rollout.wanted for copy in component.staying)
        for _ in range(min(rollout.batch, fresh) - len(rollout.fresh)):
            copy = self._twin.hosting.place(endpoint, component, rollout.wanted)
            if copy is None:
                self._wait_for_room(component, rollout)
                return
            rollout.fresh.append(copy)
        component.stop_deadline()
        if fresh <= 0 and stale:
            self._release(component, stale)

    def _wait_for_room(self, component: Component, rollout: Rollout) -> None:
        if component.deadline is None:
            minutes = self._twin.timings.capacity_failure_minutes
            out = self._twin.hosting.out_of_room
            component.deadline = self._twin.kernel.after(
                minutes * 60, lambda: out(component), f"component {component.name}", reads_clock=False
            )
        rollout.waiting = True

    def _bake(self, component: Component, rollout: Rollout) -> None:
        """AWS watches the alarms between batches; then as many of the others go."""
        rollout.baking = True
        wait_seconds = 0.0 if rollout.back is not None else rollout.wait_seconds
        self._after(component, rollout, wait_seconds, lambda: self._baked(component, rollout))

    def _baked(self, component: Component, rollout: Rollout) -> None:
        rollout.baking = False
        count = len(rollout.fresh)
        rollout.fresh.clear()
        stale = [copy for copy in component.staying if copy.spec is not rollout.wanted]
        self._release(component, stale[:count])
        self._turn(component)

    def _release(self, component: Component, copies: list[Copy]) -> None:
        for copy in copies:
            self._twin.hosting.leave(component, copy)

    def _finished(self, component: Component, rollout: Rollout) -> None:
        rollout.stop_timers()
        component.stop_deadline()
        component.rollout = None
        component.spec = rollout.wanted
        self._twin.components.set_status(component, "InService", rollout.back)

    def roll_back(self, component: Component, reason: str) -> None:
        """Back to the copies of before, all at once. There is no status for it (aws-facts 3.1)."""
        rollout = component.rollout
        if rollout is None:
            return
        component.stop_deadline()
        rollout.stop_timers()
        rollout.baking = rollout.waiting = False
        rollout.fresh.clear()
        if rollout.back is not None:
            # Not even the old copies find room: the component has what it has.
            rollout.in_place = False
            component.rollout = None
            component.spec = rollout.old
            self._twin.components.set_status(component, "InService", rollout.back)
            return
        rollout.back = reason
        rollout.in_place = False
        rollout.batch = max(1, component.desired)
        self._twin.components.tell(component, f"rolls back: {reason}")
        self._release(component, [copy for copy in component.staying if copy.spec is not rollout.old])
        self._after(component, rollout, 0, lambda: self._turn(component))

    def finish(self, component: Component) -> None:
        """The endpoint moved to other instances, and its components with their newest specification."""
        rollout = component.rollout
        if rollout is not None:
            rollout.stop_timers()
            component.stop_deadline()
            component.rollout = None
            component.spec = rollout.wanted

    def abandon(self, component: Component) -> None:
        """The component goes, or its instances did."""
        self.finish(component)

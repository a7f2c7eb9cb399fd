"""Changes of endpoints on the virtual clock: stage after stage, to the end or back (aws-facts 2.4 to 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.faults import Fault
from rehearsal.sagemaker import rollout, serverless
from rehearsal.sagemaker.endpoint import Change, Endpoint, Status
from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.launch_times import timings_of
from rehearsal.sagemaker.rollout import Stage

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin

NO_CAPACITY = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)
_TOO_LONG = "The deployment did not complete within MaximumExecutionTimeoutInSeconds."
_ALARMED = "The deployment was rolled back: CloudWatch alarm {} is in ALARM state."
_BAKING = ("ActivatingTraffic", "Baking")
_FAULT_REASON = "The model container did not pass the ping health check."


class Changes:
    """Runs the changes; it alone moves an endpoint's status once a change has begun."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    # Beginnings

    def create(self, endpoint: Endpoint) -> None:
        stages = rollout.creation(endpoint.live, timings_of(self._twin, endpoint.name, endpoint.live))
        change = Change(endpoint.live, stages, self._twin.now, new_config=True)
        self._plan_faults(endpoint, change, ("fail_update", "no_capacity"))
        reason = serverless.failure_of(self._twin, endpoint.live)
        if reason is not None:
            change.failing = Fault(on=f"endpoint:{endpoint.name}", do="fail_update", message=reason)
        self._begin(endpoint, change, "Creating")

    def update(
        self,
        endpoint: Endpoint,
        target: Fleet,
        policy: dict[str, Any],
        *,
        new_config: bool,
        alarms: tuple[str, ...] = (),
    ) -> None:
        """Towards the target, by one of DeploymentConfig's policies or none; without `new_config` counts change."""
        if new_config:
            target = self._twin.hosting.sized(endpoint, target)
        change = Change(target, self._stages(endpoint, target, policy, new_config), self._twin.now, policy, new_config)
        change.alarms = alarms
        self._plan_faults(endpoint, change, ("fail_update", "silent_rollback", "fail_rollback", "no_capacity"))
        self._begin(endpoint, change, "Updating")
        limit = policy.get("MaximumExecutionTimeoutInSeconds")
        if limit is not None:
            self._after(endpoint, change, limit, lambda: self._fail(endpoint, change, _TOO_LONG))

    def _stages(self, endpoint: Endpoint, target: Fleet, policy: dict[str, Any], new_config: bool) -> list[Stage]:
        timings = timings_of(self._twin, endpoint.name, target)
        settings = self._twin.cloud.settings
        reading = settings.new_config_same_model if new_config else settings.in_place_count
        if "MaximumBatchSize" in policy:
            return rollout.rolling(endpoint.live, target, policy, timings)
        in_place = not policy and not endpoint.lost and endpoint.live.differs_in_count_only(target)
        if in_place and reading == "difference":
            return rollout.in_place(endpoint.live, target, timings)
        return rollout.blue_green(endpoint.live, target, policy, timings)

    def delete(self, endpoint: Endpoint) -> None:
        change = Change(endpoint.live.empty(), [Stage(0, endpoint.live, None, "Deleting")], self._twin.now)
        self._plan_faults(endpoint, change, ())
        endpoint.change = change
        self.set_status(endpoint, "Deleting")
        seconds = self._twin.timings.delete_minutes * 60 + change.extra_seconds
        self._after(endpoint, change, seconds, lambda: self._twin.endpoints.remove(endpoint))

    def maintain(self, endpoint: Endpoint, seconds: float) -> None:
        """AWS's own maintenance: while it lasts the endpoint serves, and takes no change (aws-facts 2.4)."""
        self.set_status(endpoint, "SystemUpdating")
        label = f"endpoint {endpoint.name} SystemUpdating"
        self._twin.kernel.after(
            seconds, lambda: self.set_status(endpoint, self._resting_status(endpoint)), label, reads_clock=False
        )

    def _plan_faults(self, endpoint: Endpoint, change: Change, failures: tuple[str, ...]) -> None:
        slow = self._twin.cloud.faults.take("endpoint", endpoint.name, only=("slow",))
        if slow is not None:
            change.extra_seconds = 1800.0 if slow.seconds is None else slow.seconds
            self._record_fault(endpoint, f"slow: {change.extra_seconds:g} s more")
        failing = self._twin.cloud.faults.take("endpoint", endpoint.name, only=failures) if failures else None
        if failing is None:
            return
        change.no_capacity = failing.do == "no_capacity"
        change.failing = None if change.no_capacity else failing
        self._record_fault(endpoint, failing.do)

    def _record_fault(self, endpoint: Endpoint, text: str) -> None:
        self._twin.journal.record("fault", f"endpoint/{endpoint.name}", text)

    def _begin(self, endpoint: Endpoint, change: Change, status: Status) -> None:
        endpoint.change = change
        endpoint.failure_reason = None
        self.set_status(endpoint, status)
        self._enter(endpoint, change)

    # Stages

    def _enter(self, endpoint: Endpoint, change: Change) -> None:
        stage = change.stage
        change.stage_since = self._twin.now
        refused = stage.launches and change.no_capacity
        change.held = not refused and self._twin.capacity.try_hold(endpoint.name, endpoint.holds(stage))
        if change.held and stage.new_serves and not change.rolls_back and "MaximumBatchSize" not in change.policy:
            self._move(endpoint, change)
        self._twin.endpoints.changed(endpoint)
        if not change.held:
            minutes = self._twin.timings.capacity_failure_minutes
            self._after(endpoint, change, minutes * 60, lambda: self._fail(endpoint, change, NO_CAPACITY))
            return
        if change.new_config:
            self._twin.events.deployment_changed(endpoint)
        extra_seconds = change.extra_seconds if change.index == 0 else 0.0
        self._after(endpoint, change, stage.minutes * 60 + extra_seconds, lambda: self._leave(endpoint, change))
        if self._is_watched(change) and any(map(self._twin.cloud.alarms.is_firing, change.alarms)):
            # Not within the call that begins the update, which AWS accepts.
            self._after(endpoint, change, 0, lambda: self.alarm_changed(endpoint))

    def _is_watched(self, change: Change) -> bool:
        if not change.alarms or change.rolls_back:
            return False
        return self._twin.cloud.settings.rollback_alarms_watch == "update" or change.stage.status in _BAKING

    def alarm_changed(self, endpoint: Endpoint) -> None:
        """Roll back if an alarm of the present update is firing while it is watched (aws-facts 2.5)."""
        change = endpoint.change
        if change is None or not self._is_watched(change):
            return
        firing = next((name for name in change.alarms if self._twin.cloud.alarms.is_firing(name)), None)
        if firing is not None:
            self._fail(endpoint, change, _ALARMED.format(firing))

    def _after(self, endpoint: Endpoint, change: Change, seconds: float, fn: Any) -> None:
        label = f"endpoint {endpoint.name} {endpoint.status}"
        change.timers.append(self._twin.kernel.after(seconds, fn, label, reads_clock=False))

    def _leave(self, endpoint: Endpoint, change: Change) -> None:
        if change.failing is not None:
            silent = change.failing.do == "silent_rollback"
            self._fail(endpoint, change, None if silent else change.failing.message or _FAULT_REASON)
            if change.failing.do == "fail_rollback" and endpoint.change is not None:
                self._fail(endpoint, endpoint.change, None)
            return
        change.index += 1
        if change.index < len(change.stages):
            change.held = False
            self._enter(endpoint, change)
            return
        change.index -= 1
        self._finish(endpoint, change)

    def _finish(self, endpoint: Endpoint, change: Change) -> None:
        change.stop_timers()
        endpoint.change = None
        if not change.rolls_back:
            if change.new_config and endpoint.config != change.target.config and change.stage.status != "Updating":
                self._move(endpoint, change)
            endpoint.live = change.target
            endpoint.config = change.target.config
            endpoint.lost = False
            endpoint.stray = None
            endpoint.kept = 0
        elif change.moved:
            self._twin.hosting.move(endpoint, endpoint.live)
        self._settle(endpoint, change.reason)

    def _move(self, endpoint: Endpoint, change: Change) -> None:
        """The copies of inference components go to the new fleet with the first request that does."""
        if not change.moved and (endpoint.for_components or change.target.for_components):
            change.moved = True
            self._twin.hosting.move(endpoint, change.target)

    def _settle(self, endpoint: Endpoint, reason: str | None) -> None:
        self._twin.capacity.try_hold(endpoint.name, endpoint.holds(None))
        self.set_status(endpoint, self._resting_status(endpoint), reason)
        if endpoint.for_components and not endpoint.lost:
            self._twin.hosting.settle(endpoint)

    def _resting_status(self, endpoint: Endpoint) -> Status:
        if endpoint.stray is not None:
            return "UpdateRollbackFailed"
        return self._twin.cloud.settings.after_expiry_status if endpoint.lost else "InService"

    # Failures

    def _fail(self, endpoint: Endpoint, change: Change, reason: str | None) -> None:
        change.stop_timers()
        if endpoint.status == "Creating":
            endpoint.change = None
            self._twin.capacity.try_hold(endpoint.name, {})
            self.set_status(endpoint, "Failed", reason)
        elif change.rolls_back:
            self._fail_rollback(endpoint, change, reason)
        else:
            self._roll_back(endpoint, change, reason)

    def _roll_back(self, endpoint: Endpoint, change: Change, reason: str | None) -> None:
        present = change.remaining or endpoint.live
        incoming = change.incoming
        if present.count == endpoint.live.count and incoming is None:
            endpoint.change = None
            self._settle(endpoint, reason)
            return
        if endpoint.lost:
            present = endpoint.live
        stages = rollout.restoring(endpoint.live, present, incoming, change.policy, self._twin.timings)
        back = Change(endpoint.live, stages, self._twin.now, before=present, rolls_back=True, reason=reason)
        back.moved = change.moved
        endpoint.change = back
        self.set_status(endpoint, "RollingBack", reason)
        self._enter(endpoint, back)

    def _fail_rollback(self, endpoint: Endpoint, change: Change, reason: str | None) -> None:
        """Neither forth nor back: the endpoint serves with what it has of both configs."""
        endpoint.stray = change.stage.new
        endpoint.live = change.remaining or endpoint.live.empty()
        endpoint.change = None
        self.set_status(endpoint, "UpdateRollbackFailed", change.reason or reason)

    def lose(self, endpoint: Endpoint, plan: str) -> None:
        """The plan's instances under the endpoint are gone."""
        change = endpoint.change
        already_lost = endpoint.lost
        endpoint.lost = already_lost or (endpoint.live.plan == plan and endpoint.status not in ("Creating", "Failed"))
        if endpoint.stray is not None and endpoint.stray.plan == plan:
            endpoint.stray = None
        if endpoint.lost and not already_lost and (change is None or not change.moved):
            self._twin.hosting.lose(endpoint)
        if endpoint.status == "Deleting":
            return
        if change is not None and change.target.plan == plan and not change.rolls_back:
            change.incoming_lost = True
            self._fail(endpoint, change, NO_CAPACITY)
        elif change is None and endpoint.lost and not already_lost:
            self._settle_lost(endpoint)
        else:
            self._twin.endpoints.changed(endpoint)

    def _settle_lost(self, endpoint: Endpoint) -> None:
        status = self._resting_status(endpoint)
        text = "the reserved capacity was reclaimed: requests fail"
        self._twin.journal.record("state", f"endpoint/{endpoint.name}", text, status=status)
        if status != endpoint.status:
            self.set_status(endpoint, status)
        self._twin.endpoints.changed(endpoint)

    def set_status(self, endpoint: Endpoint, status: Status, reason: str | None = None) -> None:
        """Tell everyone: the timeline, the event bus, the traffic and whoever sleeps until something changes."""
        endpoint.status = status
        endpoint.failure_reason = reason
        endpoint.modified_at = self._twin.now
        text = f"{status} {_whither(endpoint, status)}"
        because = f": {reason}" if reason else ""
        subject = f"endpoint/{endpoint.name}"
        self._twin.journal.record("state", subject, text + because, status=status, config=endpoint.config)
        self._twin.events.endpoint_changed(endpoint)
        self._twin.endpoints.changed(endpoint)
        self._twin.cloud.touched()


def _whither(endpoint: Endpoint, status: Status) -> str:
    change = endpoint.change
    if status != "Updating" or change is None:
        return f"on config {endpoint.config}"
    return f"to config {change.target.config}" if change.new_config else f"to {change.target.count} instances"

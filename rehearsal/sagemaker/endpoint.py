"""One endpoint: what it was created with, what stands, and the change that is under way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.sagemaker.capacity import Pool, total
from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.rollout import Stage

if TYPE_CHECKING:
    from rehearsal.faults import Fault
    from rehearsal.sagemaker.component import Host
    from rehearsal.timers import Timer

Status = Literal[
    "OutOfService", "Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "Deleting", "Failed",
    "UpdateRollbackFailed",
]  # fmt: skip
BUSY: tuple[Status, ...] = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


@dataclass
class Change:
    """A change under way. `target` is what is live afterwards; `new_config` changes have a PendingDeploymentSummary.

    An ALARM of one of `alarms` rolls it back. `before` is what stood of the old fleet when the change began, where that
    is less than the first stage's. `moved` says that the copies of inference components stand on the new fleet already.
    """

    target: Fleet
    stages: list[Stage]
    started_at: datetime
    policy: dict[str, Any] = field(default_factory=dict)
    new_config: bool = False
    alarms: tuple[str, ...] = ()
    index: int = 0
    stage_since: datetime | None = None
    before: Fleet | None = None
    held: bool = False
    incoming_lost: bool = False
    moved: bool = False
    extra_seconds: float = 0.0
    no_capacity: bool = False
    failing: Fault | None = None
    rolls_back: bool = False
    reason: str | None = None
    timers: list[Timer] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        return self.stages[self.index]

    @property
    def standing(self) -> Stage | None:
        """The stage whose fleets really stand: the present one, unless its launch got no instances."""
        if self.held:
            return self.stage
        return self.stages[self.index - 1] if self.index else None

    @property
    def incoming(self) -> Fleet | None:
        """What stands of the new fleet now."""
        return self.standing.new if self.standing is not None and not self.incoming_lost else None

    @property
    def remaining(self) -> Fleet | None:
        """What stands of the old fleet now, unless its capacity was taken away."""
        if self.standing is not None:
            return self.standing.old
        return self.before if self.before is not None else self.stage.old

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


@dataclass
class Endpoint:
    """`live` is the fleet of `config`; it is `lost` once the reservation under it was reclaimed.

    `stray` is what a failed rollback left of another config. `hosts` are the instances for inference components. `kept`
    instances of the reservation stay its own although they were released, where the setting says so.
    """

    name: str
    arn: str
    created_at: datetime
    modified_at: datetime
    config: str
    live: Fleet
    status: Status = "Creating"
    lost: bool = False
    stray: Fleet | None = None
    failure_reason: str | None = None
    last_deployment: dict[str, Any] | None = None
    change: Change | None = None
    hosts: list[Host] = field(default_factory=list)
    kept: int = 0

    @property
    def busy(self) -> bool:
        return self.status in BUSY

    @property
    def for_components(self) -> bool:
        return self.live.for_components

    def plans(self) -> set[str | None]:
        """Plans that some fleet of it stands on or is coming up on."""
        fleets = [self.live, self.stray, self.change.target if self.change else None]
        return {fleet.plan for fleet in fleets if fleet is not None}

    def holds(self, stage: Stage | None) -> Counter[Pool]:
        """The instances it needs at a stage, or at rest: of nothing that was taken away."""
        old = self.live if stage is None else stage.old
        fleets = [None if self.lost else old, self.stray, stage.new if stage else None]
        needed = total(*(fleet.needs() for fleet in fleets if fleet is not None))
        for pool in (Pool(variant.instance_type or "", variant.plan) for variant in self.live.variants):
            if self.kept and pool.plan is not None and not self.lost and old is not None:
                needed[pool] = max(needed[pool], self.kept)
        return needed

    def serving(self) -> Fleet | None:
        """The fleet that answers requests now, if any does."""
        if self.status in ("Creating", "Failed", "Deleting", "OutOfService"):
            return None
        change = self.change
        if change is not None and change.stage.new_serves and _up(change.incoming):
            return change.incoming
        remaining = change.remaining if change is not None else self.live
        if not self.lost and _up(remaining):
            return remaining
        return self.stray if _up(self.stray) else None


def _up(fleet: Fleet | None) -> bool:
    return fleet is not None and any(variant.count or variant.serverless for variant in fleet.variants)

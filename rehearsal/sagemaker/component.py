"""One inference component: what it needs, how many copies it wants, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from rehearsal.sagemaker.instance_shapes import NOTHING, Room

if TYPE_CHECKING:
    from rehearsal.sagemaker.component_rollouts import Rollout
    from rehearsal.timers import Timer

ComponentStatus = Literal["Creating", "InService", "Updating", "Failed", "Deleting"]
BUSY: tuple[ComponentStatus, ...] = ("Creating", "Updating", "Deleting")


@dataclass(eq=False)
class Host:
    """An instance of a variant. It takes no copies' models before it is `up`."""

    variant: str
    instance_type: str
    number: int
    up: bool = True
    idle_timer: Timer | None = None
    launch_timer: Timer | None = None

    def stop_timers(self) -> None:
        for timer in (self.idle_timer, self.launch_timer):
            if timer is not None:
                timer.cancel()
        self.idle_timer = self.launch_timer = None


@dataclass(eq=False)
class Copy:
    """One copy of a model on a host. It serves once it is `ready` and until it is `leaving`."""

    spec: dict[str, Any]
    host: Host
    ready: bool = False
    leaving: bool = False
    timer: Timer | None = None

    @property
    def serves(self) -> bool:
        return self.ready and not self.leaving

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


@dataclass(eq=False)
class Component:
    """`spec` is the request's Specification. `deadline` runs while copies find no room."""

    name: str
    arn: str
    endpoint: str
    variant: str
    created_at: datetime
    modified_at: datetime
    spec: dict[str, Any]
    desired: int
    status: ComponentStatus = "Creating"
    failure_reason: str | None = None
    copies: list[Copy] = field(default_factory=list)
    deadline: Timer | None = None
    rollout: Rollout | None = None
    last_deployment: dict[str, Any] | None = None

    @property
    def busy(self) -> bool:
        return self.status in BUSY

    @property
    def current(self) -> int:
        """CurrentCopyCount: copies whose model is loaded."""
        return sum(copy.ready for copy in self.copies)

    @property
    def staying(self) -> list[Copy]:
        return [copy for copy in self.copies if not copy.leaving]

    @property
    def serving(self) -> int:
        return sum(copy.serves for copy in self.copies)

    @property
    def complete(self) -> bool:
        """It has what it wants, and nothing comes or goes."""
        return len(self.copies) == self.desired and all(copy.serves for copy in self.copies)

    def stop_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None


def room_needed(spec: dict[str, Any]) -> Room:
    """What one copy takes. Memory counts with its minimum (AWS's guide); an adapter takes nothing of its own."""
    asked = spec.get("ComputeResourceRequirements")
    if asked is None:
        return NOTHING
    return Room(asked.get("NumberOfAcceleratorDevicesRequired", 0), asked["MinMemoryRequiredInMb"])


def model_of(spec: dict[str, Any]) -> str | None:
    """The model's name, or the image of a component that brings its own container."""
    name: str | None = spec.get("ModelName") or spec.get("Container", {}).get("Image")
    return name

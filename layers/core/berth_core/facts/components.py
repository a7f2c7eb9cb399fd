"""Inference components, what scales them, and how long nobody has called them."""

from typing import Literal

from berth_core.model import Frozen, Time

# Endpoint states in which SageMaker takes neither an update nor a deletion (aws-facts 2.4, 2.6).
IN_TRANSITION = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


class ComponentSeen(Frozen):
    """An inference component on the endpoint. `ours` says that it carries our tags: what doesn't is never touched.

    InService proves nothing about its copies (aws-facts 3.1), so both counts are here.
    """

    name: str
    status: str
    desired_copies: int
    current_copies: int
    ours: bool
    failure_reason: str = ""
    model: str | None = None
    accelerators: float | None = None
    memory_mb: int | None = None

    @property
    def settled(self) -> bool:
        """Nothing is on its way: neither the component itself nor one of its copies."""
        return self.status not in IN_TRANSITION and self.current_copies == self.desired_copies


class ScalingSeen(Frozen):
    """How a component is scaled by itself. `suspended`: in neither direction."""

    component: str
    min_copies: int
    max_copies: int
    suspended: bool = False
    target_concurrency: float | None = None
    wakes: bool = False


class AlarmSeen(Frozen):
    """One of our alarms on a component: `idle` (nobody calls) or `wake` (a call was refused at zero copies).

    `minutes` is how long its metric has to be beyond the threshold, `since` when it took its present state. Without
    enough data, as after every change of the alarm itself, it says nothing.
    """

    kind: Literal["idle", "wake"]
    component: str
    minutes: float
    state: Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
    since: Time

    @property
    def firing(self) -> bool:
        return self.state == "ALARM"


class Gap(Frozen):
    """A time in which nobody called, as the idle alarms tell. `parked_at`: no copies were kept from then on."""

    started_at: Time
    ended_at: Time | None = None
    parked_at: Time | None = None

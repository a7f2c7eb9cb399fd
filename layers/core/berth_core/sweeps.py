"""A sweep in values: what is to be repaired, and what came of it."""

from typing import Literal

from pydantic import Field

from berth_core.model import Frozen, Time

type RepairKind = Literal[
    "reconcile", "resume_waiter", "clean_staging", "clean_configs", "drop_schedule", "remove_scaling"
]


class WaiterBrief(Frozen):
    """An execution that waits for an endpoint, as the ledger lists it."""

    endpoint: str
    holder: str
    stored_at: Time


class Repair(Frozen):
    """One thing to put right. `subject` is what it is about, where the deployment's name doesn't say it.

    `cause` is what a start is named after, so that two sweeps start one run. `news` is False for what the watch may be
    about to do by itself.
    """

    kind: RepairKind
    deployment: str
    subject: str = ""
    holder: str = Field(default="", description="of a waiter: the execution that waits")
    reason: str
    cause: str = ""
    news: bool = True


class Sweep(Frozen):
    """`quiet_until`: if nothing else changes, there is nothing to repair before then. `left_over`: for the next one."""

    started_at: Time
    quiet_until: Time
    repairs: tuple[Repair, ...]
    left_over: int = 0


class Repaired(Frozen):
    """What came of one repair. `would`: the stack only observes. `left`: there was nothing to do, or not now."""

    kind: Literal["repaired", "would", "left", "failed"]
    repair: Repair
    reason: str


class SweepOutcome(Frozen):
    """`code` is "" if nothing failed. `reason` has each repair in words."""

    kind: Literal["done", "failed"]
    code: str = ""
    reason: str
    started_at: Time
    repaired: tuple[str, ...] = ()
    would: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    left: int = 0
    left_over: int = 0
    news: bool

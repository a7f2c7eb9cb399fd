"""The end of a step, and what is to be remembered of it."""

from berth_core.announcements import Announcement
from berth_core.decisions import Decision, Hold, Refuse
from berth_core.facts import Gap, OnDemandUse, Override, Snapshot, Turn
from berth_core.model import Frozen, Time
from berth_core.outcomes import Outcome, Trouble


class Happened(Frozen):
    """The end of a step: a hold or refusal, an outcome, or a failure that stopped the machine."""

    deployment: str
    machine: str
    now: Time
    decision: Decision | None = None
    outcome: Outcome | None = None
    failure: Trouble | None = None
    seen: Snapshot | None = None
    last_hold: tuple[str, str] | None = None
    """Code and reason of the hold recorded last: a repeated one is no news."""


class Recording(Frozen):
    """Rows to write, in this order, and then what to tell."""

    outcome: Outcome | None = None
    held: Hold | Refuse | None = None
    is_new_hold: bool = False
    untold: bool = False
    """The lease holds what nobody could tell yet: it isn't given back, but lapses with it."""
    stay_begun: OnDemandUse | None = None
    stay_ended_at: Time | None = None
    fleet_beside: OnDemandUse | None = None
    due_at: Time | None = None
    endpoint_seen: str | None = None
    placed_on: str | None = None
    gap: Gap | None = None
    removed: bool = False
    wish: Override | None = None
    """What is laid over the manifest from now on."""
    turn_begun: Turn | None = None
    turn_ended_at: Time | None = None
    turn_failed: Turn | None = None
    waits_for: tuple[str, ...] = ()
    """The plans, by name, on which a place is waited for."""
    once: tuple[tuple[str, Announcement], ...] = ()
    """News that is told once, by what it is remembered under."""
    announcements: tuple[Announcement, ...] = ()
    summary: str

"""The end of a step, in the ledger and in words for the bus. The state machine tells; this only says what."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

from berth_aws.ledger import Ledger
from berth_aws.registrations import LastHold, Noted
from berth_core.decisions import Decision, Hold, Refuse
from berth_core.facts import Rival, Snapshot
from berth_core.model import Frozen
from berth_core.naming import wanted_count
from berth_core.outcomes import Outcome, Trouble
from berth_core.recording import Happened, Recording, record

GRACE = timedelta(minutes=30)
"""How long a place in a queue outlasts the look that was asked for."""
WAITS = timedelta(days=1)


def _none_if_empty(given: Any) -> Any:
    return given or None


class Ended(Frozen):
    """What a machine says of its end. It fails before it has a decision, too: then `decision` is absent or empty."""

    deployment: str
    holder: str
    machine: str
    release: bool
    decision: Annotated[Decision | None, BeforeValidator(_none_if_empty)] = None
    outcome: Outcome | None = None
    failure: Trouble | None = None
    seen: Snapshot | None = None

    @property
    def by(self) -> str:
        return f"{self.machine} {self.holder}"


class Recorded(Frozen):
    """`entries` are PutEvents entries, to be put as they are."""

    entries: tuple[dict[str, str], ...]
    summary: str


def record_outcome(ended: Ended, bus: str, ledger: Ledger, now: datetime) -> Recorded:
    """Idempotent: recorded again by the same run, it writes the same rows and tells the same."""
    recording = record(_happened(ended, ledger, now))
    _write_history(ended, recording, ledger, ended.seen.now if ended.seen else now)
    ledger.registrations.reconciled(ended.deployment, _noted(ended, recording))
    if recording.wish is not None:
        ledger.registrations.override(ended.deployment, recording.wish)
    if recording.removed:
        ledger.registrations.forget(ended.deployment)
    if ended.release and recording.untold:
        ledger.leases.lapse(ended.deployment, ended.holder, now)
    elif ended.release:
        ledger.leases.release(ended.deployment, ended.holder)
    _wait_in_queues(ended, recording, ledger, now)
    once = [told for what, told in recording.once if ledger.history.tell_once(ended.deployment, what, ended.by)]
    entries = tuple(announcement.as_entry(bus) for announcement in (*recording.announcements, *once))
    return Recorded(entries=entries, summary=recording.summary)


def _wait_in_queues(ended: Ended, recording: Recording, ledger: Ledger, now: datetime) -> None:
    """Until a little after it has asked to be looked at again."""
    if ended.seen is None or not recording.waits_for:
        return  # who waits for nothing may ask to be back on the last day of all time, to which nothing can be added
    deployed = ended.seen.deployment
    until = (recording.due_at or now + WAITS) + GRACE
    for plan in recording.waits_for:
        rival = Rival(
            name=deployed.name,
            plan=plan,
            priority=deployed.manifest.reservation.priority,
            instance_count=wanted_count(deployed),
        )
        ledger.queues.wait(rival, until)


def _happened(ended: Ended, ledger: Ledger, now: datetime) -> Happened:
    holds = ended.outcome is None and ended.failure is None and isinstance(ended.decision, Hold | Refuse)
    last = ledger.registrations.last_hold(ended.deployment) if holds else None
    # What this very run recorded is a retry's own work: it has to be told, since the first answer was lost.
    known = (last.code, last.reason) if last is not None and last.by != ended.by else None
    return Happened(
        deployment=ended.deployment,
        machine=ended.machine,
        now=now,
        decision=ended.decision,
        outcome=ended.outcome,
        failure=ended.failure,
        seen=ended.seen,
        last_hold=known,
    )


def _write_history(ended: Ended, recording: Recording, ledger: Ledger, at: datetime) -> None:
    if recording.outcome is not None:
        ledger.history.keep_outcome(ended.deployment, recording.outcome)
    if recording.held is not None and recording.is_new_hold:
        ledger.history.keep_hold(ended.deployment, recording.held, at)
    if recording.gap is not None:
        ledger.components.keep_gap(ended.deployment, recording.gap)
    if recording.fleet_beside is not None:
        ledger.history.keep_fleet_beside(ended.deployment, recording.fleet_beside)
    if recording.stay_begun is not None:
        ledger.history.begin_stay(ended.deployment, recording.stay_begun)
    if recording.stay_ended_at is not None and ended.seen is not None:
        running = [stay for stay in ended.seen.on_demand if stay.ended_at is None]
        for stay in running:
            ledger.history.end_stay(ended.deployment, stay.started_at, recording.stay_ended_at)
    _write_turns(ended, recording, ledger)


def _write_turns(ended: Ended, recording: Recording, ledger: Ledger) -> None:
    if recording.turn_ended_at is not None and ended.seen is not None:
        for turn in (each for each in ended.seen.turns if each.ended_at is None):
            ledger.history.end_turn(ended.deployment, turn, recording.turn_ended_at)
    for begun in (recording.turn_failed, recording.turn_begun):
        if begun is not None:
            ledger.history.begin_turn(ended.deployment, begun)


def _noted(ended: Ended, recording: Recording) -> Noted:
    noted: dict[str, Any] = {"due_at": recording.due_at}
    if ended.seen is not None:
        noted["endpoint_seen"] = recording.endpoint_seen
        noted["placed_on"] = recording.placed_on
    if recording.held is not None and recording.held.code != "BackingOff":
        by = ended.by if recording.is_new_hold else ""
        noted["last_hold"] = LastHold(code=recording.held.code, reason=recording.held.reason, by=by)
    # A rest between two tries, or one more failed try, doesn't make the same trouble news again.
    # What came late is told beside the hold that found it.
    if recording.held is None and recording.outcome is not None and recording.outcome.kind == "done":
        noted["last_hold"] = None
    return Noted(**noted)

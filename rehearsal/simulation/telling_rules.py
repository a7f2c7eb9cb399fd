"""Rules about what is announced: each yields what broke it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.sagemaker.endpoint import BUSY
from rehearsal.sagemaker.history import ComponentSpan
from rehearsal.simulation.record import Record, config_at
from rehearsal.simulation.violations import Violation
from rehearsal.timeline import Entry

OUTCOMES = (
    "Endpoint Deployed",
    "Endpoint Rotated",
    "Handover Completed",
    "Handover Failed",
    "Rollback Detected",
    "Deployment Failed",
    "Components Scaled",
)
_CHANGES = ("CreateEndpoint", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities", "DeleteEndpoint")
_SUCCESSES = ("Endpoint Deployed", "Endpoint Rotated", "Handover Completed")
_FAILURES = ("Deployment Failed", "Rollback Detected")
_RUN_FAILURES = ("FAILED", "TIMED_OUT", "ABORTED")
_NO_ROOM = (
    "copies and is InService (Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity"
)
_LIVE = re.compile(r"(\S+) is live with ")
_SAME = timedelta(minutes=5)
_AFTER_CUT = timedelta(minutes=30)
"""Where nobody looks any more, a change may be under way, or wait for the lease of a run that was stopped."""
_SOON = timedelta(minutes=2)
_A_MOMENT = timedelta(microseconds=1)
_BETWEEN_HALVES = timedelta(minutes=1)


def every_change_is_announced(record: Record) -> Iterator[Violation]:
    """Between one change of an endpoint and the next there is news of how the first ended.

    Of two calls in one hand a single outcome is told: a Failed endpoint is deleted to be made anew.
    """
    for name in record.world.deployments:
        calls = [call for call in record.changes if call.operation in _CHANGES and call.name == name]
        told = [entry.at for entry in record.events(name) if entry.more.get("detail_type") in OUTCOMES]
        for call, following in itertools.zip_longest(calls, calls[1:]):
            until: datetime = following.at if following else record.run.until
            if following is None and not record.world.is_whole and until - call.at < record.world.slowest + _AFTER_CUT:
                continue
            same_hand = following is not None and following.holder == call.holder
            if not same_hand and not any(call.at <= at <= until for at in told):
                text = f"{call.operation} of {name}: nothing was told of its end until {until:%d %b %H:%M}"
                yield Violation("every change is announced", call.at, text)


def told_in_time(record: Record) -> Iterator[Violation]:
    """Without trouble, what a change came to is told soon after its end, and not only when the next watch comes by."""
    if record.world.troubles:
        return
    for name in record.world.deployments:
        told = [entry.at for entry in record.events(name) if entry.more.get("detail_type") in OUTCOMES]
        for ends in _changes_ended(record, name):
            ended = ends[-1]
            in_time = any(end <= at <= end + _SOON for at in told for end in ends)
            if ended < record.run.until - _SOON and not in_time:
                yield Violation("told in time", ended, f"{name} has changed, and nobody is told within two minutes")


def _changes_ended(record: Record, name: str) -> Iterator[tuple[datetime, ...]]:
    """When a change was over that is followed by no other one at once: it may be told after any of these moments.

    Deleted to be made anew is one change, with a moment between its two halves; so is an endpoint and then its
    components, with which auto scaling may go on at once.
    """
    components = [span for span in record.run.component_spans if span.endpoint == name and span.status in BUSY]
    spans = [span for span in record.run.endpoint_spans if span.endpoint == name and span.status in BUSY]
    for span, following in itertools.zip_longest(spans, spans[1:]):
        if span.end is None:
            continue
        ends = _with_components(span.end, components)
        if following is None or following.start - ends[-1] > _BETWEEN_HALVES:
            yield ends


def _with_components(ended: datetime, busy: list[ComponentSpan]) -> tuple[datetime, ...]:
    """And when those are done that were under way by then, or soon after, one after the other."""
    ends = [ended]
    for span in sorted(busy, key=lambda each: each.start):
        if span.end is not None and span.start - ends[-1] <= _BETWEEN_HALVES and span.end > ends[-1]:
            ends.append(span.end)
    return tuple(ends)


def nothing_is_announced_twice(record: Record) -> Iterator[Violation]:
    """The same news of the same moment is told once; repeated news has another moment or another reason."""
    for name in record.world.deployments:
        told = [entry for entry in record.events(name) if entry.more.get("detail_type") in OUTCOMES]
        for before, entry in itertools.pairwise(told):
            if entry.text == before.text and entry.at - before.at <= _SAME:
                yield Violation("nothing is announced twice", entry.at, entry.text)


def what_is_told_is_true(record: Record) -> Iterator[Violation]:
    """A config that is told to be live is, and an endpoint that is told to be gone is."""
    for name in record.world.deployments:
        for entry in record.events(name):
            if entry.more.get("detail_type") not in _SUCCESSES:
                continue
            live = config_at(record.run, name, entry.at)
            told = _LIVE.search(entry.text)
            if told is not None and live != told[1]:
                yield Violation("what is told is true", entry.at, f"{entry.text}; live is {live or 'nothing'}")
            # In the moment of the news the next one may have begun.
            was_live = config_at(record.run, name, entry.at - _A_MOMENT)
            if entry.text.endswith("the endpoint is gone") and live is not None and was_live is not None:
                yield Violation("what is told is true", entry.at, f"{entry.text}; live is {live}")


def nothing_fails_without_cause(record: Record) -> Iterator[Violation]:
    """Where nothing goes wrong, no failure is told, but for a way off without a rung that is left, and no run fails.

    A purchase fails by saying no, so does a release where there is no endpoint or no room, and a ladder at its end; and
    a component doesn't come up while another deployment has the instances that it parked on. Those are not counted.
    """
    if record.world.troubles or record.world.short_notice:
        return
    for entry in record.run.entries:
        if _NO_ROOM in entry.text:
            continue
        is_failure = entry.more.get("detail_type") in _FAILURES or "RunDied" in entry.text
        if entry.kind == "event" and is_failure:
            yield Violation("nothing fails without cause", entry.at, f"{entry.subject}: {entry.text}")
        if entry.kind == "state" and entry.more.get("status") in _RUN_FAILURES and not _says_no(entry):
            yield Violation("nothing fails without cause", entry.at, f"{entry.subject}: {entry.text}")


def _says_no(entry: Entry) -> bool:
    codes = ("NoEndpoint", "NoRoom", "LadderExhausted")
    return entry.subject.startswith("berth-plan-purchase/") or any(code in entry.text for code in codes)


def everything_has_its_reason(record: Record) -> Iterator[Violation]:
    """Decisions and news say why."""
    for entry in record.run.entries:
        if entry.kind == "decision" and not str(entry.more.get("reason", "")).strip():
            yield Violation("everything has its reason", entry.at, f"{entry.subject}: {entry.text}")
        if entry.kind == "event" and not entry.text.partition(":")[2].strip():
            yield Violation("everything has its reason", entry.at, f"{entry.subject}: {entry.text}")


def counted(record: Record) -> Counter[str]:
    """How often each kind of news was told, for the page of figures."""
    return Counter(str(entry.more.get("detail_type")) for entry in record.run.entries if entry.kind == "event")

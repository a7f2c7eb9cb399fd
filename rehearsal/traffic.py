"""Steady streams of requests, counted by arithmetic: nothing happens per request, only where an endpoint changes.

Request k of a stream is made at `from` + k * 60 / requests_per_minute seconds, as long as that is before `until`. A
request at the very moment of a change meets the endpoint as it is after the change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.containers import container_refusal
from rehearsal.streams import EPOCH, AskedStream, Span, Stream, microseconds

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud

_HOUR_US = 3_600_000_000
_FAILURES_LISTED = 10_000


@dataclass(frozen=True)
class HourOfTraffic:
    """Requests of one endpoint in one hour of the clock."""

    endpoint: str
    at: datetime
    served: int
    failed: int


class Traffic:
    """All streams, and what became of their requests."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._streams: list[Stream] = []

    def add(self, body: dict[str, Any]) -> None:
        """Begin a stream. Raises ValueError naming the field if the body is wrong or the stream's end has passed."""
        asked = AskedStream.model_validate(body)
        now = self._cloud.kernel.now
        if asked.until <= now:
            raise ValueError(f"until: {asked.until.isoformat()} has passed, it is {now.isoformat()}: give a later time")
        stream = Stream(
            endpoint=asked.endpoint,
            component=asked.component,
            per_minute=Fraction(str(asked.requests_per_minute)),
            start_us=microseconds(max(asked.start, now)),
            until_us=microseconds(asked.until),
            error=self._error(asked.endpoint, asked.component),
        )
        self._streams.append(stream)
        self._watch(stream)
        self._cloud.alarms.traffic_changed()

    @property
    def streams(self) -> list[Stream]:
        return self._streams

    def _error(self, endpoint: str, component: str | None) -> str | None:
        twin = self._cloud.sagemaker
        refusal = twin.runtime.refusal(endpoint, component) or container_refusal(twin, endpoint)
        return None if refusal is None else str(refusal)

    def endpoint_changed(self, endpoint: str) -> None:
        """Count what was made until now under the old outcome; from here on there may be another."""
        for stream in self._streams:
            if stream.endpoint != endpoint:
                continue
            error = self._error(stream.endpoint, stream.component)
            if error == stream.error:
                continue
            stream.count(self._cloud.kernel.now_us)
            stream.error = error
            self._watch(stream)
        self._cloud.alarms.traffic_changed()

    # The timeline: the first failure of a row, and the recovery

    def _watch(self, stream: Stream) -> None:
        """Come back at the stream's next request if that will be news."""
        if stream.timer is not None:
            stream.timer.cancel()
            stream.timer = None
        if stream.error == stream.told:
            return
        now_us = self._cloud.kernel.now_us
        due_us = stream.time_us(stream.made_before(now_us))
        if due_us < stream.until_us:
            self._set_timer(stream, due_us, self._tell)

    def _set_timer(self, stream: Stream, due_us: int, tell: Any) -> None:
        due = EPOCH + timedelta(microseconds=due_us)
        label = f"traffic of {stream.endpoint}"
        stream.timer = self._cloud.kernel.at(due, lambda: tell(stream), label, reads_clock=False)

    def _tell(self, stream: Stream) -> None:
        before, stream.told = stream.told, stream.error
        subject = f"endpoint/{stream.endpoint}"
        requests = "requests" if stream.component is None else f"requests for {stream.component}"
        if stream.error is not None:
            text = f"{requests} fail{'' if before is None else ' otherwise'}: {stream.error}"
            self._cloud.timeline.record("request", subject, text, error=stream.error)
            self._set_timer(stream, stream.until_us, self._tell_end)
        else:
            failed = stream.failed_lately()
            self._cloud.timeline.record(
                "request", subject, f"{requests} are served again, {failed} failed", failed=failed
            )

    def _tell_end(self, stream: Stream) -> None:
        stream.count(self._cloud.kernel.now_us)
        failed = stream.failed_lately()
        text = f"the stream has ended, its last {failed} requests failed"
        self._cloud.timeline.record("request", f"endpoint/{stream.endpoint}", text, failed=failed)

    # What became of it

    def report(self) -> dict[str, dict[str, Any]]:
        """Requests made until now. Every failure is counted; the first 10,000 of each endpoint are listed."""
        found: dict[str, dict[str, Any]] = {}
        for stream in self._counted():
            entry = found.setdefault(stream.endpoint, {"served": 0, "failed": 0, "failures": []})
            for span in stream.spans:
                entry["served" if span.error is None else "failed"] += span.last - span.first
                if span.error is not None:
                    room = _FAILURES_LISTED - len(entry["failures"])
                    entry["failures"] += _listed(stream, span, room)
        for entry in found.values():
            entry["failures"].sort(key=lambda failure: failure["at"])
        return found

    def first_failures(self) -> dict[str, dict[str, str]]:
        """Of each endpoint that has any, the first failure of `report`, which writes them all."""
        firsts: dict[str, list[dict[str, str]]] = {}
        listed: defaultdict[str, int] = defaultdict(int)
        for stream in self._counted():
            found = firsts.setdefault(stream.endpoint, [])
            for span in stream.spans:
                if span.error is not None and listed[stream.endpoint] < _FAILURES_LISTED:
                    listed[stream.endpoint] += span.last - span.first
                    found += _listed(stream, span, 1)
        return {name: min(found, key=lambda failure: failure["at"]) for name, found in firsts.items() if found}

    def hours(self) -> list[HourOfTraffic]:
        """Served and failed requests of every endpoint, hour by hour, for the report's lanes."""
        counts: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        for stream in self._counted():
            for span in stream.spans:
                for hour_us, requests in _by_hour(stream, span):
                    counts[stream.endpoint, hour_us][span.error is not None] += requests
        return [
            HourOfTraffic(endpoint, EPOCH + timedelta(microseconds=hour_us), served, failed)
            for (endpoint, hour_us), (served, failed) in sorted(counts.items())
        ]

    def _counted(self) -> list[Stream]:
        for stream in self._streams:
            stream.count(self._cloud.kernel.now_us)
        return self._streams


def _listed(stream: Stream, span: Span, room: int) -> list[dict[str, str]]:
    requests = range(span.first, min(span.last, span.first + max(0, room)))
    return [{"at": _iso(stream.time_us(request)), "error": span.error or ""} for request in requests]


def _by_hour(stream: Stream, span: Span) -> list[tuple[int, int]]:
    """Requests of a span by the hour (its start in microseconds since 1970)."""
    found = []
    request = span.first
    while request < span.last:
        hour_us = stream.time_us(request) // _HOUR_US * _HOUR_US
        after = min(span.last, stream.made_before(hour_us + _HOUR_US))
        after = max(after, request + 1)
        found.append((hour_us, after - request))
        request = after
    return found


def _iso(microseconds: int) -> str:
    moment = EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

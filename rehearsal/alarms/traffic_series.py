"""AWS/SageMaker's metrics as they follow from the streams of requests. Which outcome counts where: docs/fidelity.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.alarms.datapoints import Datapoint, joined
from rehearsal.streams import Stream

NAMESPACE = "AWS/SageMaker"
NO_CAPACITY = "has no capacity to process this request"
_POINT_US = 10_000_000
_MINUTE_US = 60_000_000
Steps = Sequence[tuple[int, int]]


def _is_served(error: str | None) -> bool:
    return error is None


def _is_model_error(error: str | None) -> bool:
    return error is not None and error.startswith("ModelError")


def _is_without_capacity(error: str | None) -> bool:
    return error is not None and NO_CAPACITY in error


def _reaches_the_endpoint(error: str | None) -> bool:
    return _is_served(error) or _is_model_error(error)


@dataclass(frozen=True)
class Counting:
    """Each request with an outcome that `samples` lets through is a sample: 1 if `counts` does too, else 0."""

    samples: Callable[[str | None], bool]
    counts: Callable[[str | None], bool]


COUNTED = {
    "Invocations": Counting(_reaches_the_endpoint, _reaches_the_endpoint),
    "InvocationModelErrors": Counting(_reaches_the_endpoint, _is_model_error),
    "Invocation5XXErrors": Counting(_reaches_the_endpoint, _is_model_error),
    "Invocation4XXErrors": Counting(_reaches_the_endpoint, lambda _: False),
    "NoCapacityInvocationFailures": Counting(_is_without_capacity, _is_without_capacity),
}
PER_COPY = ("ConcurrentRequestsPerCopy", "InvocationsPerCopy")
DIMENSIONS = {"EndpointName", "VariantName", "InferenceComponentName"}


def wanted(stream: Stream, dimensions: dict[str, str]) -> bool:
    """Variants aren't told apart: an endpoint's requests are those of its one variant."""
    return (
        dimensions.get("EndpointName", stream.endpoint) == stream.endpoint
        and dimensions.get("InferenceComponentName", stream.component) == stream.component
    )


class TrafficSeries:
    """One of COUNTED, over the streams that fit an alarm's dimensions."""

    def __init__(self, streams: Sequence[Stream], counting: Counting) -> None:
        self._streams = streams
        self._counting = counting

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None:
        return joined(*(_counted(stream, self._counting, start_us, end_us) for stream in self._streams))

    def turns(self, after_us: int) -> list[int]:
        return sorted({moment for stream in self._streams for moment in _turns(stream, after_us)})

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        rates = [(stream, stream.per_minute * period_us / _MINUTE_US) for stream in self._active(start_us)]
        least = joined(*(_samples(stream, math.floor(rate), self._counting, start_us) for stream, rate in rates))
        most = joined(*(_samples(stream, math.ceil(rate), self._counting, start_us) for stream, rate in rates))
        return (least,) if least == most else (least, most)

    def _active(self, at_us: int) -> list[Stream]:
        return [stream for stream in self._streams if stream.start_us <= at_us < stream.until_us]


class ConcurrencySeries:
    """ConcurrentRequestsPerCopy, or InvocationsPerCopy: a value each ten seconds for as long as there are copies.

    Requests take `request_seconds` each, so their rate says how many are there at once (Little's law).
    """

    def __init__(self, streams: Sequence[Stream], copies: Steps, request_seconds: float | None) -> None:
        self._streams = streams
        self._copies = copies
        self._request_seconds = request_seconds

    def datapoint(self, start_us: int, end_us: int) -> Datapoint | None:
        points = range(start_us, end_us, min(_POINT_US, end_us - start_us))
        return joined(*(self._point(point, min(point + _POINT_US, end_us)) for point in points))

    def _point(self, start_us: int, end_us: int) -> Datapoint | None:
        copies = copies_at(self._copies, end_us - 1)
        if not copies:
            return None
        counted = Counting(_is_served, _is_served)
        found = joined(*(_counted(stream, counted, start_us, end_us) for stream in self._streams))
        return self._of_requests(found.total if found else 0.0, end_us - start_us, copies)

    def _of_requests(self, requests: float, window_us: int, copies: int) -> Datapoint:
        value = requests / copies
        if self._request_seconds is not None:
            value *= self._request_seconds * 1_000_000 / window_us
        return Datapoint(value, 1, value, value)

    def turns(self, after_us: int) -> list[int]:
        moments = {moment for stream in self._streams for moment in _turns(stream, after_us)}
        for moment, _ in reversed(self._copies):
            if moment <= after_us:
                break
            moments.add(moment)
        return sorted(moments)

    def alike(self, start_us: int, period_us: int) -> tuple[Datapoint | None, ...]:
        copies = copies_at(self._copies, start_us)
        if not copies:
            return (None,)
        window_us = min(_POINT_US, period_us)
        rates = [
            stream.per_minute * window_us / _MINUTE_US
            for stream in self._streams
            if stream.start_us <= start_us < stream.until_us and _outcome_at(stream, start_us) is None
        ]
        several = period_us // window_us
        least = _times(self._of_requests(sum(map(math.floor, rates)), window_us, copies), several)
        most = _times(self._of_requests(sum(map(math.ceil, rates)), window_us, copies), several)
        return (least,) if least == most else (least, most)


def copies_at(copies: Steps, at_us: int) -> int:
    """How many copies served then, of a component's steps."""
    return next((count for moment, count in reversed(copies) if moment <= at_us), 0)


def _times(point: Datapoint, several: int) -> Datapoint:
    return Datapoint(point.total * several, point.samples * several, point.least, point.most)


def _samples(stream: Stream, requests: int, counting: Counting, at_us: int) -> Datapoint | None:
    return _of_outcome(_outcome_at(stream, at_us), requests, counting)


def _of_outcome(error: str | None, requests: float, counting: Counting) -> Datapoint | None:
    if not requests or not counting.samples(error):
        return None
    value = 1.0 if counting.counts(error) else 0.0
    return Datapoint(value * requests, requests, value, value)


def _counted(stream: Stream, counting: Counting, start_us: int, end_us: int) -> Datapoint | None:
    if end_us <= stream.start_us or start_us >= stream.until_us:
        return None
    first, last = stream.made_before(start_us), stream.made_before(end_us)
    found: Datapoint | None = None
    for begin, end, error in _outcomes(stream):
        requests = min(last, end) - max(first, begin)
        if requests > 0:
            found = joined(found, _of_outcome(error, requests, counting))
        if end <= first:
            break
    return found


def _outcomes(stream: Stream) -> Iterator[tuple[int, float, str | None]]:
    """From the newest on: what the next requests will meet, then what became of those that were counted."""
    yield stream.counted, math.inf, stream.error
    for span in reversed(stream.spans):
        yield span.first, span.last, span.error


def _outcome_at(stream: Stream, at_us: int) -> str | None:
    request = stream.made_before(at_us)
    return next((error for begin, _, error in _outcomes(stream) if begin <= request), stream.error)


def _turns(stream: Stream, after_us: int) -> Iterator[int]:
    if stream.until_us <= after_us:
        return
    yield stream.until_us
    if stream.start_us > after_us:
        yield stream.start_us
    for span in reversed(stream.spans):
        moment_us = stream.time_us(span.last)
        if moment_us <= after_us:
            break
        yield moment_us


def series_of(name: str, dimensions: dict[str, str], streams: Sequence[Stream], cloud: Any) -> Any:
    """The series for a metric of AWS/SageMaker, or None if no such metric follows from the traffic."""
    if not dimensions or not dimensions.keys() <= DIMENSIONS:
        return None
    chosen = [stream for stream in streams if wanted(stream, dimensions)]
    if name in COUNTED:
        return TrafficSeries(chosen, COUNTED[name])
    component = dimensions.get("InferenceComponentName")
    if name not in PER_COPY or component is None:
        return None
    seconds = cloud.settings.timings.request_seconds if name == "ConcurrentRequestsPerCopy" else None
    return ConcurrencySeries(chosen, cloud.sagemaker.copy_counts.steps(component), seconds)

"""Rules about reservations and the requests on them: each yields what broke it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rehearsal.sagemaker.history import EndpointSpan
from rehearsal.sagemaker.plans import Plan
from rehearsal.simulation.record import FailedRequests, Record
from rehearsal.simulation.violations import Violation
from rehearsal.simulation.worlds import in_force
from rehearsal.timeline import Entry

_SERVING_RUNGS = ("next_plan", "on_demand", "extend")
_LONGEST_HAND_OVER = timedelta(hours=2)
_MINUTE = timedelta(minutes=1)
_TELLS_WITHIN = timedelta(minutes=30)


def nothing_past_its_end(record: Record) -> Iterator[Violation]:
    """Nothing of ours is bound to a block after its end, unless somebody was told that the way off had failed."""
    if record.world.short_notice:
        return
    for plan in record.run.plans:
        for start, end in _after_blocks(plan, record.run.until):
            for span in record.run.endpoint_spans:
                until = span.end or record.run.until
                overlap = min(until, end) - max(span.start, start)
                if span.plan != plan.name or overlap <= timedelta(0) or span.status in ("Failed",):
                    continue
                if not _told_of_failure(record, span.endpoint, start):
                    text = f"{span.endpoint} is {span.status} on plan {plan.name}, whose block ended at {start:%H:%M}"
                    yield Violation("nothing past its end", max(span.start, start), text)


def gone_as_promised(record: Record) -> Iterator[Violation]:
    """Without trouble, everything is done so many minutes before the end as the manifest says."""
    if record.world.troubles or record.world.short_notice:
        return
    for plan in record.run.plans:
        for block in plan.blocks:
            for span in record.run.endpoint_spans:
                if span.plan == plan.name and span.start < block.end and span.status != "Failed":
                    yield from _still_there(record, span, block.end)


def _still_there(record: Record, span: EndpointSpan, end: datetime) -> Iterator[Violation]:
    while_there = [span.start, *(each.at for each in record.world.declared if span.start < each.at < end)]
    manifests = [each for at in while_there if (each := in_force(record.world, span.endpoint, at)) is not None]
    if not manifests:
        return
    # Whoever changes it asks for another time; the latest of them counts.
    finish = min(int(each["end_of_window"]["finish_before_minutes"]) for each in manifests)
    promised = end - timedelta(minutes=finish)
    left_at = span.end or record.run.until
    if left_at > promised + _MINUTE and span.start < promised and not _told_of_failure(record, span.endpoint, end):
        text = f"{span.endpoint} is {span.status} on it until {left_at:%H:%M}, and had to be gone at {promised:%H:%M}"
        yield Violation("gone as promised", promised, text)


def no_failed_request_in_a_hand_over(record: Record) -> Iterator[Violation]:
    """From the decision to hand over to a rung that serves until it is told how that ended, every request is served.

    Time was there if the plan's end did not move at short notice, capacity if no trouble took it away: see `excuses`.
    """
    if record.world.short_notice or record.world.excuses & {"capacity", "updates"}:
        return
    for name in record.world.deployments:
        for begun, ended in _hand_overs(record, name):
            for failed in _failures_between(record, name, begun, ended):
                text = f"{failed.count} requests to {name} failed from {failed.first_at:%H:%M:%S}: {failed.error}"
                yield Violation("no failed request in a hand-over", max(begun, failed.first_at), text)


def nobody_is_cut_off(record: Record) -> Iterator[Violation]:
    """No request meets a reservation that was taken away, unless somebody was told that the way off had failed."""
    if record.world.short_notice:
        return
    for failed in record.failures:
        if "capacity reservation has expired" not in failed.error:
            continue
        if failed.first_at > record.run.until - _TELLS_WITHIN:
            continue
        if not _told_of_failure(record, failed.endpoint, failed.first_at):
            text = f"{failed.count} requests to {failed.endpoint} failed: {failed.error}"
            yield Violation("nobody is cut off", failed.first_at, text)


def _hand_overs(record: Record, name: str) -> Iterator[tuple[datetime, datetime]]:
    """From each decision for a rung that serves, while it serves now, to the news of its end."""
    for decision in record.decisions(name):
        if decision.more.get("rung") not in _SERVING_RUNGS:
            continue
        ended = next((told.at for told in record.events(name) if _ends_hand_over(told, decision.at)), None)
        yield decision.at, min(ended or record.run.until, decision.at + _LONGEST_HAND_OVER)


def _ends_hand_over(told: Entry, begun: datetime) -> bool:
    return told.at > begun and told.more.get("detail_type") in ("Handover Completed", "Handover Failed")


def _failures_between(record: Record, name: str, begun: datetime, ended: datetime) -> Iterator[FailedRequests]:
    for failed in record.failures:
        if failed.endpoint == name and begun < failed.first_at < ended and _is_managed(record, name, failed.first_at):
            yield failed


def _is_managed(record: Record, name: str, at: datetime) -> bool:
    """Nobody has asked for the endpoint's end meanwhile."""
    return in_force(record.world, name, at) is not None


def _told_of_failure(record: Record, name: str, at: datetime) -> bool:
    """In the hours before, or soon after."""
    first, last = at - timedelta(hours=6), at + _TELLS_WITHIN
    return any(
        first <= told.at <= last and told.more.get("detail_type") in ("Handover Failed", "Deployment Failed")
        for told in record.events(name)
    )


def _after_blocks(plan: Plan, until: datetime) -> list[tuple[datetime, datetime]]:
    """The gaps, and what comes after the last block, as far as there was time to tell of a failure."""
    until -= _TELLS_WITHIN
    starts = [block.start for block in plan.blocks[1:]]
    return [(block.end, start) for block, start in zip(plan.blocks, [*starts, until], strict=True) if block.end < until]

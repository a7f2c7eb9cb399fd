"""A run that was never replayed: the walkthrough as it should look, for tests of what reads runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from rehearsal.run import Run, Sent, Verdict
from rehearsal.sagemaker.capacity import Holding, Pool
from rehearsal.sagemaker.history import EndpointSpan, PlanSpan
from rehearsal.sagemaker.plans import Block, Plan
from rehearsal.scenario import Scenario
from rehearsal.timeline import Entry
from rehearsal.traffic import HourOfTraffic

P5 = "ml.p5.48xlarge"
START = datetime(2026, 3, 1, tzinfo=UTC)
OPENS = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=168)
UNTIL = CLOSES + timedelta(days=2)
NAME = "llama-eval"
PLAN = "p5-for-eval"


def minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


def scenario(**other: Any) -> Scenario:
    given = {
        "name": "made-up",
        "title": "One week on reserved p5 capacity",
        "shows": "The endpoint comes up when the window opens, changes its model and its size, and leaves in time.",
        "start": START,
        "until": UNTIL,
        "steps": [{"at": "+0h", "create_model": {"name": "my-model"}}],
        "expect": [{"failed_requests": 0}],
    }
    return Scenario.model_validate({**given, **other})


def run(**other: Any) -> Run:
    """The week: one instance, then two, then two on demand for a day, with a request a second."""
    up = OPENS + minutes(6)
    rotated = OPENS + timedelta(days=3)
    grown = OPENS + timedelta(days=4)
    left = CLOSES - minutes(110)
    gone = left + timedelta(hours=23)
    pool = Pool(P5, PLAN)
    given: dict[str, Any] = {
        "scenario": scenario(),
        "until": UNTIL,
        "entries": _entries(up, rotated, grown, left, gone),
        "plans": (plan(),),
        "plan_spans": (
            PlanSpan(PLAN, "Scheduled", START + minutes(5), OPENS + minutes(2)),
            PlanSpan(PLAN, "Active", OPENS + minutes(2), CLOSES),
            PlanSpan(PLAN, "Expired", CLOSES),
        ),
        "endpoint_spans": _spans(up, rotated, grown, left, gone),
        "holdings": (
            Holding(NAME, pool, 1, OPENS + minutes(2), rotated),
            Holding(NAME, pool, 2, rotated, rotated + minutes(4)),
            Holding(NAME, pool, 1, rotated + minutes(4), grown),
            Holding(NAME, pool, 2, grown, left + minutes(4)),
            Holding(NAME, Pool(P5), 2, left, gone),
        ),
        "traffic": _traffic(up, gone),
        "sent": (Sent(NAME, up + minutes(10), gone - minutes(30), 60.0),),
        "prices_usd_per_hour": ((P5, "50.00"),),
        "verdicts": (Verdict(UNTIL, "no request failed", True),),
        "processor_seconds": 0.42,
    }
    return replace(Run(**given), **other)


def plan(**other: Any) -> Plan:
    block = Block(OPENS, CLOSES, "us-east-1a")
    given: dict[str, Any] = {
        "name": PLAN,
        "shown_name": PLAN,
        "arn": f"arn:aws:sagemaker:us-east-1:111122223333:training-plan/{PLAN}",
        "offering_id": "tpo-1",
        "instance_type": P5,
        "instance_count": 2,
        "target": "endpoint",
        "upfront_fee": Decimal(9000),
        "bought_at": START,
        "blocks": (block,),
    }
    return Plan(**{**given, **other})


def span(start: datetime, end: datetime | None, status: str, **other: Any) -> EndpointSpan:
    given: dict[str, Any] = {
        "endpoint": NAME,
        "config": f"{NAME}-aaaa1111-x1",
        "model": "my-model",
        "instance_type": P5,
        "instance_count": 1,
        "plan": PLAN,
        "reserved_count": 1,
        "serving": status not in {"Creating", "Deleting"},
    }
    return EndpointSpan(start=start, end=end, status=status, **{**given, **other})


def _spans(
    up: datetime, rotated: datetime, grown: datetime, left: datetime, gone: datetime
) -> tuple[EndpointSpan, ...]:
    second = {"config": f"{NAME}-bbbb2222-x1", "model": "my-model-v2"}
    bought = {"config": f"{NAME}-cccc3333-x2", "model": "my-model-v2", "plan": None, "instance_count": 2}
    return (
        span(OPENS + minutes(2), up, "Creating"),
        span(up, rotated, "InService"),
        span(rotated, rotated + minutes(4), "Updating"),
        span(rotated + minutes(4), grown, "InService", **second),
        span(grown, grown + minutes(4), "Updating", **second),
        span(grown + minutes(4), left, "InService", **second, instance_count=2),
        span(left, left + minutes(4), "Updating", **second, instance_count=2),
        span(left + minutes(4), gone, "InService", **bought),
        span(gone, gone + minutes(2), "Deleting", **bought),
    )


def _entries(up: datetime, rotated: datetime, grown: datetime, left: datetime, gone: datetime) -> tuple[Entry, ...]:
    def decided(at: datetime, kind: str, text: str) -> Entry:
        return Entry(at, "decision", NAME, text, {"decision": kind, "deployment": NAME})

    return (
        Entry(
            START, "purchase", "training-plan/p5-for-eval", "bought 2 x ml.p5.48xlarge for 168 hours, $9,000.00 upfront"
        ),
        decided(START + minutes(5), "hold", "plan p5-for-eval opens at 2026-03-03 11:30 UTC"),
        decided(OPENS + minutes(2), "deploy", "plan p5-for-eval is Active with 2 of 2 instances free"),
        Entry(up, "event", NAME, "Endpoint Deployed: InService on p5-for-eval after 4 minutes"),
        decided(rotated, "rotate", "the manifest wants my-model-v2; all_at_once (1 free, 1 needed)"),
        Entry(rotated + minutes(4), "event", NAME, "Endpoint Rotated: my-model-v2 is live"),
        decided(grown, "resize", "2 instances wanted, 1 running, 1 free"),
        decided(grown + minutes(60), "refuse", "instances asked: 3; plan p5-for-eval reserves 2 (2 in use, 0 free)"),
        decided(left, "hand_over", "the window of p5-for-eval closes at 11:30 UTC; on_demand"),
        Entry(left + minutes(4), "event", NAME, "Handover Completed: on demand, 110 minutes before the end"),
        decided(gone, "hand_over", "on demand has run 23 of 24 hours; delete"),
    )


def _traffic(first: datetime, last: datetime) -> tuple[HourOfTraffic, ...]:
    hour = first.replace(minute=0) + timedelta(hours=1)
    counted = []
    while hour + timedelta(hours=1) < last:
        counted.append(HourOfTraffic(NAME, hour, 60 * (40 + 25 * (hour.hour // 8)), 0))
        hour += timedelta(hours=1)
    return tuple(counted)

"""Records of a played world, made up for the rules of the simulation."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rehearsal.run import Run
from rehearsal.simulation.calls import SeenCall
from rehearsal.simulation.record import Due, FailedRequests, Record
from rehearsal.simulation.worlds import Declared, Trouble, World
from rehearsal.timeline import Entry
from tests.unit.made_up_run import NAME, OPENS, P5, PLAN, START, UNTIL, minutes, plan, scenario

HOLDER = "arn:aws:states:us-east-1:111122223333:execution:berth-deployment-reconcile:one"
OTHER = "arn:aws:states:us-east-1:111122223333:execution:berth-deployment-reconcile:two"
TAGS = (("berth:deployment", NAME), ("berth:stack", "berth"))
MANIFEST = {
    "reservation": {"plans": [PLAN], "purchase": {"max_price_usd": "100.00"}},
    "end_of_window": {"on_demand": {"max_hours": 4, "max_usd": "400.00"}},
}
CONFIG = f"{NAME}-aaaa1111-x1"
CALM = OPENS + timedelta(hours=2)


def world(**other: Any) -> World:
    given: dict[str, Any] = {
        "number": 1,
        "base": {},
        "declared": (Declared(START, NAME, MANIFEST),),
        "slowest": minutes(10),
        "budget_usd": Decimal(150),
        "calms": (CALM,),
    }
    return World(**{**given, **other})


def trouble(*excuses: str) -> Trouble:
    return Trouble("crash_after function:X", CALM - minutes(20), CALM, (), frozenset(excuses))


def record(*entries: Entry, calls: tuple[SeenCall, ...] = (), **other: Any) -> Record:
    failures = other.pop("failures", ())
    about = other.pop("world", world())
    dues = other.pop("dues", ())
    given: dict[str, Any] = {
        "scenario": scenario(),
        "until": UNTIL,
        "entries": entries,
        "plans": (plan(),),
        "prices_usd_per_hour": ((P5, "50.00"),),
    }
    return Record(about, Run(**{**given, **other}), calls, failures, dues)


def call(operation: str, after: timedelta = timedelta(), **other: Any) -> SeenCall:
    given: dict[str, Any] = {
        "at": OPENS + after,
        "operation": operation,
        "subject": f"endpoint/{NAME}",
        "by": "berth",
        "request": {},
        "holder": HOLDER,
        "deployment": NAME,
        "lease_holder": HOLDER,
        "tags": TAGS,
    }
    return SeenCall(**{**given, **other})


def told(detail_type: str, after: timedelta, text: str = "because") -> Entry:
    more = {"detail_type": detail_type, "deployment": NAME}
    return Entry(OPENS + after, "event", NAME, f"{detail_type}: {text}", more)


def ran_aground(subject: str, error: str) -> Entry:
    return Entry(OPENS + timedelta(hours=1), "state", subject, f"failed: {error}: no", {"status": "FAILED"})


def decided(after: timedelta, **more: Any) -> Entry:
    return Entry(OPENS + after, "decision", NAME, "it is so", {"reason": "it is so", **more})


def due(after: timedelta, next_at: datetime | None) -> Due:
    return Due(OPENS + after, NAME, next_at)


def bought(usd: str, by: str = "berth") -> Entry:
    more = {"upfront_fee_usd": usd, "by": by}
    return Entry(START, "purchase", f"training-plan/{PLAN}", "bought", more)


def purchase(after: timedelta = timedelta(), **other: Any) -> SeenCall:
    request = {"TrainingPlanName": PLAN}
    return call("CreateTrainingPlan", after, subject=f"training-plan/{PLAN}", request=request, **other)


def failed(after: timedelta, error: str = "Endpoint not found") -> FailedRequests:
    return FailedRequests(NAME, OPENS + after, OPENS + after + minutes(1), 6, error)


def left(*leaks: str, **other: Any) -> Record:
    return record(leaks=leaks, **other)

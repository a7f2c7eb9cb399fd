"""Whatever is held, refused or waited for, no way off is slept through."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decisions import Hold, Refuse
from berth_core.facts import Policy
from tests.builders import END, ON_DEMAND, P4D, P5, START, attempt, decide, endpoint, registration, snapshot

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NEW_MODEL = registration(model="my-model-v2")
WANTED = "llama-eval-" + endpoint(NEW_MODEL).config_name.split("-")[2] + "-x1"
FAILED = attempt(target=WANTED, done=False, code="RolledBack", ended_at=START + HOUR)


@pytest.mark.parametrize(
    ("code", "over"),
    [
        ("GaveUp", {"deployment": NEW_MODEL, "endpoint": endpoint(), "attempts": (FAILED,) * 3}),
        ("Drift", {"deployment": registration(on_drift="hold"), "endpoint": endpoint(config_name="by-hand")}),
        ("DriftAccepted", {
            "deployment": registration(on_drift="accept"), "endpoint": endpoint(config_name="by-hand")
        }),
        ("OverReserved", {
            "deployment": registration(
                reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 3}
            ),
            "endpoint": endpoint(),
        }),
        ("WrongType", {
            "deployment": registration(reservation={"plans": ["p5-for-eval"], "instance_type": P4D}),
            "endpoint": endpoint(),
        }),
        ("HoldUntil", {"deployment": registration(hold_until=END + 24 * HOUR), "endpoint": endpoint()}),
        ("NoEndpoint", {"endpoint": endpoint(status="OutOfService")}),
        ("AsWanted", {"endpoint": endpoint()}),
    ],
)  # fmt: skip
def test_whatever_is_held_the_way_off_is_never_slept_through(code: str, over: dict[str, Any]) -> None:
    decision = decide(snapshot(now=START + 4 * HOUR, **over))
    assert isinstance(decision, Hold | Refuse)
    assert (decision.code, decision.next_at) == (code, END - 150 * MINUTE)


def test_a_rest_after_a_failure_ends_when_the_way_off_begins() -> None:
    failures = tuple(
        attempt(target=WANTED, done=False, code="NoCapacity", ended_at=END - 156 * MINUTE) for _ in range(2)
    )
    quick = tuple(attempt() for _ in range(5))
    seen = snapshot(now=END - 155 * MINUTE, deployment=NEW_MODEL, endpoint=endpoint(), attempts=(*failures, *quick))
    decision = decide(seen)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("BackingOff", END - 150 * MINUTE)


def test_an_observing_stack_looks_again_soon_since_nothing_tells_that_it_may_act() -> None:
    decision = decide(snapshot(policy=Policy(stack="berth", observe_only=True)))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("ObserveOnly", START + 65 * MINUTE)


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
def test_a_rest_between_two_rungs_ends_when_the_next_one_has_to_begin(failures: int) -> None:
    delete_by = END - 70 * MINUTE
    last = delete_by - 2 * MINUTE
    failed = attempt(kind="hand_over", rung="on_demand", done=False, code="NoCapacity", ended_at=last)
    away = registration(end_of_window={"on_demand": {**ON_DEMAND, "instance_types": [P5]}})
    quick = tuple(
        attempt(kind="hand_over", rung="on_demand", started_at=START, ended_at=START + 3 * MINUTE) for _ in range(5)
    )
    history = (*(failed,) * failures, *quick)
    seen = snapshot(now=last + MINUTE, deployment=away, endpoint=endpoint(), attempts=history)
    decision = decide(seen)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("BackingOff", delete_by)

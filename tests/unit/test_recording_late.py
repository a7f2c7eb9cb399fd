"""Changes that ended well after their run had: they are told and remembered as what they came to."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Hold
from berth_core.facts import ConfigSeen
from berth_core.outcomes import Trouble
from berth_core.recording import Happened, Recording, record
from tests.builders import END, PLAN_ARN, START, attempt, endpoint, lease, registration, snapshot

NOW = START + timedelta(hours=5)
V2 = registration(model="my-model-v2")
LIVE = endpoint(V2, changed_at=NOW - timedelta(minutes=7))
BEFORE = attempt(kind="deploy", target=endpoint().config_name, config=endpoint().config)
AS_WANTED = Hold(code="AsWanted", reason="as wanted")


def late(**over: Any) -> Any:
    given = {
        "target": LIVE.config_name,
        "config": LIVE.config,
        "done": False,
        "code": "TimedOut",
        "decision_id": "llama-eval-rotate-1",
        "started_at": NOW - timedelta(hours=3),
        "ended_at": NOW - timedelta(hours=1),
        **over,
    }
    return attempt(**given)


def held(attempts: Any, endpoint_seen: Any = LIVE, decision: Hold = AS_WANTED) -> Recording:
    seen = snapshot(now=NOW, deployment=V2, endpoint=endpoint_seen, attempts=attempts)
    return record(
        Happened(deployment="llama-eval", machine="deployment_reconcile", now=NOW, decision=decision, seen=seen)
    )


def test_a_rotation_that_came_in_the_end_is_told_and_its_row_says_so() -> None:
    recording = held((late(), BEFORE))
    (told,) = recording.announcements
    assert (told.detail_type, told.detail["config_name"]) == ("Endpoint Rotated", LIVE.config_name)
    assert told.detail["plan"] == "p5-for-eval"
    assert told.detail["reason"] == f"{LIVE.config_name} is live after all: it took 173 minutes (TimedOut before)"
    outcome = recording.outcome
    assert outcome is not None
    assert (outcome.kind, outcome.code, outcome.decision_id) == ("done", "TimedOut", "llama-eval-rotate-1")
    assert (outcome.started_at, outcome.ended_at) == (NOW - timedelta(hours=3), NOW - timedelta(minutes=7))
    assert (outcome.config and outcome.config.model) == "my-model-v2"
    assert recording.held == AS_WANTED


@pytest.mark.parametrize(
    ("kind", "rung", "news"),
    [
        ("deploy", None, "Endpoint Deployed"),
        ("rotate", None, "Endpoint Rotated"),
        ("hand_over", "next_plan", "Handover Completed"),
    ],
)
def test_each_kind_has_its_news(kind: str, rung: str | None, news: str) -> None:
    assert [each.detail_type for each in held((late(kind=kind, rung=rung), BEFORE)).announcements] == [news]


def test_a_resize_is_known_by_its_count() -> None:
    resized = late(kind="resize", target=f"{LIVE.config_name} to 1", config=None)
    assert [each.detail_type for each in held((resized, BEFORE)).announcements] == ["Endpoint Rotated"]
    other = late(kind="resize", target=f"{LIVE.config_name} to 2", config=None)
    assert held((other, BEFORE)).outcome is None


def test_a_deletion_that_was_slow_is_told_when_it_is_gone() -> None:
    slow = late(kind="hand_over", rung="delete", target="delete", config=None, code="StillThere")
    nothing = Hold(code="NoEndpoint", reason="there is no endpoint")
    told, _ = held((slow, BEFORE), None, nothing).announcements
    assert (told.detail_type, told.detail["target"]) == ("Handover Completed", "absent")


@pytest.mark.parametrize(
    ("attempts", "seen_now"),
    [
        ((BEFORE,), LIVE),
        ((), LIVE),
        ((attempt(target=LIVE.config_name), late()), LIVE),
        ((late(code="SmokeTestFailed"), BEFORE), LIVE),
        ((late(code="Unfinished"), BEFORE), LIVE),
        ((late(target="another"), BEFORE), LIVE),
        ((late(decision_id=""), BEFORE), LIVE),
        ((late(), BEFORE), endpoint(V2, status="Updating")),
        ((late(), BEFORE), endpoint(V2, status="Failed")),
        ((late(), BEFORE), None),
    ],
    ids=[
        "nothing failed", "nothing is known", "told before", "it came up and doesn't answer", "deleted to be made anew",
        "something else is live", "a row of an older stack", "it is on its way", "it Failed", "it is gone",
    ],
)  # fmt: skip
def test_nothing_else_is_made_a_success_of(attempts: Any, seen_now: Any) -> None:
    recording = held(attempts, seen_now)
    assert (recording.outcome, recording.announcements) == (None, ())


@pytest.mark.parametrize(("holder", "minutes", "tells"), [("other", 5, False), ("other", -5, True), ("me", 5, True)])
def test_while_another_run_is_at_it_that_one_tells(holder: str, minutes: int, tells: bool) -> None:
    running = lease(holder, NOW + timedelta(minutes=minutes))
    seen = snapshot(now=NOW, deployment=V2, endpoint=LIVE, attempts=(late(), BEFORE), lease=running)
    busy = Hold(code="Busy", reason="another run is at it")
    recording = record(Happened(deployment="llama-eval", machine="m", now=NOW, decision=busy, seen=seen))
    assert (recording.outcome is not None) == tells


def test_other_attempts_do_not_hide_it() -> None:
    scaled = attempt(kind="scale", target="the manifest's copies, version v1")
    assert held((scaled, late(), BEFORE)).outcome is not None


def test_a_hand_over_that_takes_a_new_model_along_tells_that_too() -> None:
    seen = snapshot(now=END - timedelta(hours=2), deployment=V2, endpoint=LIVE, attempts=(BEFORE,))
    decision: Any = decide_deployment(seen, Intent(kind="hand_over"))
    away = endpoint(V2, plan_arn=None, changed_at=END)
    after = snapshot(now=END - timedelta(hours=1), deployment=V2, endpoint=away, attempts=(BEFORE,))
    outcome = decide_outcome(after, decision, SmokeTested(), Trouble())
    recording = record(
        Happened(
            deployment="llama-eval", machine="window_handover", now=END, decision=decision, outcome=outcome, seen=after
        )
    )
    assert [each.detail_type for each in recording.announcements] == ["Endpoint Rotated", "Handover Completed"]
    assert recording.announcements[0].detail["reason"] == "my-model-v2 serves now, my-model did when it was told last"


@pytest.mark.parametrize("known", [(), (attempt(kind="deploy", target="x", config=LIVE.config),)])
def test_and_with_the_same_model_it_does_not(known: Any) -> None:
    seen = snapshot(now=END - timedelta(hours=2), deployment=V2, endpoint=LIVE, attempts=known)
    decision: Any = decide_deployment(seen, Intent(kind="hand_over"))
    after = seen.model_copy(update={"endpoint": endpoint(V2, plan_arn=None)})
    outcome = decide_outcome(after, decision, SmokeTested(), Trouble())
    happened = Happened(deployment="llama-eval", machine="m", now=END, decision=decision, outcome=outcome, seen=after)
    assert [each.detail_type for each in record(happened).announcements] == ["Handover Completed"]


def test_the_config_is_remembered_as_it_was_made() -> None:
    made = ConfigSeen(
        name=LIVE.config_name, model=None, instance_type="ml.p5.48xlarge", instance_count=1, plan_arn=PLAN_ARN
    )
    outcome = held((late(config=made), BEFORE)).outcome
    assert outcome is not None
    assert outcome.config is not None
    assert outcome.config.serves == "components"

"""The end of a step: rows first, then words for the bus, the same however often it is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from berth_aws.ledger import Ledger
from berth_aws.steps.record_outcome import Ended, Recorded, record_outcome
from berth_core.decisions import HandOver, Hold
from berth_core.facts import Override, Snapshot, Turn
from berth_core.naming import config_spec
from berth_core.outcomes import Outcome
from tests.builders import END, P5, START, attempt, endpoint, manifest, registration, snapshot, stay
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)
HOLD = Hold(code="WaitingForPlan", reason="plan p5-for-eval is Scheduled", next_at=START)
ON_DEMAND = config_spec(registration(), instance_type=P5, count=1, plan_arn=None)
HAND_OVER = HandOver(
    id="0a1b2c3d",
    reason="the window closes",
    started_at=END - timedelta(hours=2),
    rung="on_demand",
    action="update",
    config=ON_DEMAND,
    finish_by=END - timedelta(hours=1),
    give_up_at=END - timedelta(hours=1),
)


@pytest.fixture(params=["fake", "moto"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    ledger: Ledger = FakeLedger() if request.param == "fake" else request.getfixturevalue("moto_ledger")
    ledger.registrations.register(manifest(), "v1", START)
    ledger.leases.claim(NAME, "me", "deployment_reconcile", NOW)
    return ledger


def ended(holder: str = "me", *, release: bool = True, **over: Any) -> Ended:
    given = {"deployment": NAME, "holder": holder, "machine": "deployment_reconcile", "release": release, **over}
    return Ended.model_validate(given)


def recorded(ledger: Ledger, what: Ended, now: Any = NOW) -> Recorded:
    return record_outcome(what, "berth", ledger, now)


def outcome(seen: Snapshot, **over: Any) -> Outcome:
    given = {
        "kind": "done",
        "reason": "in service",
        "decision_id": HAND_OVER.id,
        "asked": "hand_over",
        "rung": "on_demand",
        "target": ON_DEMAND.name,
        "started_at": HAND_OVER.started_at,
        "ended_at": seen.now,
        "took_seconds": 600.0,
        **over,
    }
    return Outcome.model_validate(given)


def news(of: Recorded) -> list[str]:
    return [entry["DetailType"] for entry in of.entries]


def test_a_hold_is_told_and_says_when_to_look_again(ledger: Ledger) -> None:
    answer = recorded(ledger, ended(decision=HOLD, seen=snapshot()))
    assert news(answer) == ["Decision Held"]
    assert answer.entries[0]["EventBusName"] == "berth"
    [brief] = ledger.overview().deployments
    assert (brief.due_at, brief.reconciled, brief.endpoint_seen) == (START, True, None)


def test_who_waits_for_nothing_may_ask_to_be_back_on_the_last_day_of_all_time(ledger: Ledger) -> None:
    last = datetime.max.replace(tzinfo=UTC)
    hold = Hold(code="HoldUntil", reason="hands off", next_at=last)
    recorded(ledger, ended(decision=hold, seen=snapshot()))
    assert [brief.due_at for brief in ledger.overview().deployments] == [last]


def test_the_same_hold_of_a_later_run_is_no_news(ledger: Ledger) -> None:
    recorded(ledger, ended(decision=HOLD, seen=snapshot()))
    for later in ("another", "a third"):
        assert news(recorded(ledger, ended(later, decision=HOLD, seen=snapshot()))) == []


def test_a_retry_of_the_same_run_tells_it_again_since_its_first_answer_was_lost(ledger: Ledger) -> None:
    recorded(ledger, ended(decision=HOLD, seen=snapshot()))
    assert news(recorded(ledger, ended(decision=HOLD, seen=snapshot()))) == ["Decision Held"]


def test_what_a_stopped_machine_had_begun_stays_with_the_lease_until_it_is_told(ledger: Ledger) -> None:
    begun = attempt(kind="deploy", decision_id="d-1", done=False)
    ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW, begun=begun)
    under_way = snapshot(endpoint=endpoint(status="Creating"), holder="me", lease=ledger.standing(NAME).lease)
    recorded(ledger, ended(decision=HOLD, seen=under_way))
    left = ledger.standing(NAME).lease
    assert left is not None
    assert (left.begun, left.expires_at) == (begun, NOW)


def test_the_lease_is_released_only_if_it_is_asked(ledger: Ledger) -> None:
    recorded(ledger, ended(release=False, decision=HOLD, seen=snapshot()))
    assert ledger.standing(NAME).lease is not None
    recorded(ledger, ended())
    assert ledger.standing(NAME).lease is None


def test_releasing_alone_leaves_what_was_seen_and_held(ledger: Ledger) -> None:
    seen = snapshot(endpoint=endpoint())
    recorded(ledger, ended(decision=HOLD, seen=seen))
    before = ledger.overview().deployments[0].endpoint_seen
    assert before is not None
    assert news(recorded(ledger, ended())) == []
    assert ledger.overview().deployments[0].endpoint_seen == before
    assert ledger.registrations.last_hold(NAME) is not None


def test_an_outcome_becomes_an_attempt_and_a_later_hold_is_news_again(ledger: Ledger) -> None:
    recorded(ledger, ended(decision=HOLD, seen=snapshot()))
    seen = snapshot(now=END - timedelta(hours=1, minutes=50), endpoint=endpoint(plan_arn=None))
    answer = recorded(ledger, ended(decision=HAND_OVER, outcome=outcome(seen), seen=seen))
    assert news(answer) == ["Handover Completed"]
    [attempt] = ledger.standing(NAME).attempts
    assert (attempt.kind, attempt.rung, attempt.done) == ("hand_over", "on_demand", True)
    assert news(recorded(ledger, ended("later", decision=HOLD, seen=snapshot()))) == ["Decision Held"]


def test_a_stay_on_demand_is_found_even_if_nobody_wrote_down_its_beginning(ledger: Ledger) -> None:
    seen = snapshot(now=END - timedelta(hours=1), endpoint=endpoint(plan_arn=None))
    recorded(ledger, ended(decision=HAND_OVER, outcome=outcome(seen), seen=seen))
    assert ledger.standing(NAME).stays == (stay(HAND_OVER.started_at),)


def test_a_stay_ends_when_the_endpoint_is_seen_elsewhere(ledger: Ledger) -> None:
    ledger.history.begin_stay(NAME, stay(START))
    seen = snapshot(now=END, endpoint=endpoint(), on_demand=(stay(START),))
    recorded(ledger, ended(decision=HOLD, seen=seen))
    assert ledger.standing(NAME).stays == (stay(START, END),)


def test_a_failure_before_any_decision_is_told_in_the_words_of_its_cause(ledger: Ledger) -> None:
    failure = {"Error": "RefusedError", "Cause": '{"errorMessage": "no such deployment", "errorType": "RefusedError"}'}
    answer = recorded(ledger, ended(decision={}, failure=failure))
    assert answer.summary == "no such deployment"
    assert news(answer) == ["Deployment Failed"]


def test_a_failure_of_what_is_not_registered_is_told_too(ledger: Ledger) -> None:
    failure = {"Error": "RefusedError", "Cause": "not registered"}
    answer = recorded(ledger, ended(deployment="unknown", failure=failure))
    assert news(answer) == ["Deployment Failed"]
    assert ledger.registrations.get("unknown") is None


def test_a_removed_deployment_is_forgotten_once_nothing_is_left_to_do(ledger: Ledger) -> None:
    ledger.registrations.remove(NAME, NOW)
    recorded(ledger, ended(decision=Hold(code="Removed", reason="the manifest was removed"), seen=snapshot()))
    assert ledger.registrations.get(NAME) is None


def test_what_was_adopted_is_wished_from_then_on(ledger: Ledger) -> None:
    found = Override(model="theirs", instance_count=2, config_name="by-hand")
    accepted = Hold(code="DriftAccepted", reason="found", adopt=found)
    recorded(ledger, ended(decision=accepted, seen=snapshot(endpoint=endpoint())))
    known = ledger.registrations.get(NAME)
    assert known is not None
    assert known.override == found


def test_turns_begin_and_end_with_what_is_seen(ledger: Ledger) -> None:
    turns = registration(evaluate=[{"model": "ft-a", "hours": 4}])
    running = snapshot(now=NOW, deployment=turns, endpoint=endpoint(registration(model="ft-a")))
    recorded(ledger, ended(decision=HOLD, seen=running))
    begun = ledger.standing(NAME).turns
    assert begun == (Turn(model="ft-a", started_at=START),)
    gone = snapshot(now=END, deployment=turns, turns=begun)
    recorded(ledger, ended(decision=HOLD, seen=gone))
    assert ledger.standing(NAME).turns == (Turn(model="ft-a", started_at=START, ended_at=END),)

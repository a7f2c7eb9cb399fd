"""What is remembered and told of a step that is over."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Hold, Refuse, Scale
from berth_core.outcomes import Trouble
from berth_core.recording import Happened, Recording, record
from tests.builders import END, P5, START, attempt, endpoint, plan, reconcile, registration, snapshot, stay
from tests.unit import component_facts

NOW = START + timedelta(hours=1)
MOMENT = timedelta(seconds=1)
V2 = registration(model="my-model-v2")


def happened(**over: Any) -> Recording:
    return record(Happened(**{"deployment": "llama-eval", "machine": "deployment_reconcile", "now": NOW, **over}))


def told(recording: Recording) -> list[str]:
    return [each.detail_type for each in recording.announcements]


def test_a_hold_is_remembered_and_told_with_its_reason_and_when_to_look_again() -> None:
    hold = Hold(code="HoldUntil", reason="hands off", next_at=END)
    recording = happened(decision=hold, seen=snapshot())
    assert (recording.held, recording.is_new_hold, recording.due_at) == (hold, True, END)
    assert recording.announcements[0].detail["reason"] == "hands off"


def test_a_repeated_hold_is_no_news_and_a_passing_one_is_never_told() -> None:
    hold = Hold(code="HoldUntil", reason="hands off", next_at=END)
    repeated = happened(decision=hold, last_hold=("HoldUntil", "hands off"))
    assert (repeated.is_new_hold, told(repeated), repeated.due_at) == (False, [], END)
    assert told(happened(decision=hold, last_hold=("HoldUntil", "another reason"))) == ["Decision Held"]
    assert told(happened(decision=Hold(code="Busy", reason="another run"))) == []


def test_what_would_be_done_while_only_observing_is_no_news_again_because_its_hours_run_on() -> None:
    def would(hours: str, code: str = "ObserveOnly") -> list[str]:
        hold = Hold(code=code, reason=f"observing only; would hand_over: on-demand has run {hours} hours; delete")
        before = (code, "observing only; would hand_over: on-demand has run 3.8 hours; delete")
        return told(happened(decision=hold, last_hold=before))

    assert would("11.9") == []
    assert would("11.9 or more") == ["Decision Held"]
    assert would("11.9", "HoldUntil") == ["Decision Held"]


def test_what_is_held_by_hand_leaves_it_to_reconcile_when_to_look_again() -> None:
    refusal = Refuse(code="OverReserved", reason="3 of 2", next_at=END)
    assert happened(decision=refusal, machine="endpoint_rotate").due_at == NOW


def test_a_ladder_without_a_rung_left_is_a_failed_hand_over() -> None:
    refusal = Refuse(code="LadderExhausted", reason="nothing worked")
    assert told(happened(decision=refusal, seen=snapshot())) == ["Handover Failed"]


@pytest.mark.parametrize(
    ("before", "after", "intent", "news"),
    [
        (None, endpoint(V2), reconcile(), "Endpoint Deployed"),
        (endpoint(), endpoint(V2), reconcile(), "Endpoint Rotated"),
        (endpoint(), endpoint(), reconcile(), "Rollback Detected"),
        (None, endpoint(V2, status="Failed", failure_reason="it crashed"), reconcile(), "Deployment Failed"),
        (None, endpoint(V2, status="Failed", failure_reason="no capacity"), reconcile(), "Deployment Failed"),
        (endpoint(), None, Intent(kind="hand_over", ladder=("delete",)), "Handover Completed"),
    ],
)
def test_each_outcome_has_its_news(before: Any, after: Any, intent: Intent, news: str) -> None:
    decision = decide_deployment(snapshot(deployment=V2, endpoint=before), intent)
    seen_after = snapshot(deployment=V2, endpoint=after)
    outcome = decide_outcome(seen_after, decision, SmokeTested(), Trouble())  # type: ignore[arg-type]
    recording = happened(decision=decision, outcome=outcome, seen=seen_after)
    assert told(recording) == [news]
    assert recording.outcome == outcome
    assert recording.due_at == NOW


def test_a_failure_of_a_change_counts_as_an_attempt_at_it() -> None:
    decision = decide_deployment(snapshot(), reconcile())
    failure = Trouble(Error="RefusedError", Cause='{"errorMessage": "quota", "errorType": "RefusedError"}')
    recording = happened(decision=decision, failure=failure, seen=snapshot())
    assert recording.outcome is not None
    outcome = recording.outcome
    assert (outcome.kind, outcome.code, outcome.reason) == ("failed", "RefusedError", "quota")
    assert told(recording) == ["Deployment Failed"]


def test_a_failure_before_any_decision_is_told_and_looked_at_again_soon() -> None:
    recording = happened(failure=Trouble(Error="SettingsError", Cause="BERTH_STACK is not set"))
    assert (recording.outcome, recording.due_at) == (None, NOW + timedelta(minutes=5))
    assert recording.summary == "BERTH_STACK is not set"


def test_a_stay_on_on_demand_begins_with_the_request_and_ends_when_the_endpoint_is_seen_elsewhere() -> None:
    decision = decide_deployment(snapshot(now=END - timedelta(hours=2), endpoint=endpoint()), Intent(kind="hand_over"))
    away = snapshot(now=END - timedelta(hours=1), endpoint=endpoint(plan_arn=None))
    begun = happened(decision=decision, outcome=_done(away, decision), seen=away).stay_begun
    assert begun is not None
    assert (begun.instance_type, begun.instance_count, begun.started_at) == (P5, 1, END - timedelta(hours=2))
    gone = snapshot(now=END, on_demand=(stay(END - timedelta(hours=2)),))
    assert happened(decision=Hold(code="AsWanted", reason=""), seen=gone).stay_ended_at == END


def test_a_stay_that_a_crash_forgot_is_opened_by_whoever_looks_next() -> None:
    away = snapshot(endpoint=endpoint(plan_arn=None, changed_at=START), plans=(plan(status="Expired"),))
    begun = happened(decision=Hold(code="AsWanted", reason=""), seen=away).stay_begun
    assert begun is not None
    assert begun.started_at == START
    known = away.model_copy(update={"on_demand": (stay(START),)})
    assert happened(decision=Hold(code="AsWanted", reason=""), seen=known).stay_begun is None


def test_whoever_finds_a_stay_looks_at_its_caps_at_once() -> None:
    away = snapshot(endpoint=endpoint(plan_arn=None, changed_at=START), plans=(plan(status="Expired"),))
    later = away.now + timedelta(hours=9)
    for next_at in (None, later):
        held = Hold(code="AsWanted", reason="", next_at=next_at)
        assert happened(decision=held, seen=away).due_at == NOW
        known = away.model_copy(update={"on_demand": (stay(START),)})
        assert happened(decision=held, seen=known).due_at == next_at


def test_an_endpoint_of_ours_that_was_let_go_costs_nothing_before_its_manifest_came_again() -> None:
    old = endpoint(plan_arn=None, changed_at=START - timedelta(days=30))
    begun = happened(decision=Hold(code="AsWanted", reason=""), seen=snapshot(endpoint=old)).stay_begun
    assert begun is not None
    assert begun.started_at == snapshot().deployment.registered_at


def test_a_removed_deployment_is_forgotten_once_there_is_nothing_left_to_do() -> None:
    assert happened(decision=Hold(code="Removed", reason="gone")).removed


def _done(seen: Any, decision: Any) -> Any:
    return decide_outcome(seen, decision, SmokeTested(), Trouble())


def test_another_fleet_on_on_demand_is_another_stay() -> None:
    bigger = endpoint(plan_arn=None, count=2)
    seen = snapshot(now=END, endpoint=bigger, plans=(plan(status="Expired"),), on_demand=(stay(START),))
    recording = happened(decision=Hold(code="AsWanted", reason=""), seen=seen)
    assert recording.stay_ended_at == END
    assert recording.stay_begun is not None
    assert (recording.stay_begun.instance_count, recording.stay_begun.started_at) == (2, END)


def _woken(**over: Any) -> Any:
    """One copy, which a call brought back on on-demand instances at NOW - 4 minutes."""
    looked = component_facts.seen(component_facts.SCALING, reserved=False, plans=(), **over)
    refused_at = component_facts.NOW - timedelta(minutes=4)
    return looked.model_copy(update={"alarms": component_facts.alarms(looked, refused_at=refused_at)})


def test_what_stood_empty_costs_from_the_call_that_woke_it() -> None:
    ended = stay(START, ended_at=START + timedelta(minutes=30))
    seen = _woken(on_demand=(ended,))
    begun = happened(decision=Hold(code="AsWanted", reason=""), seen=seen).stay_begun
    assert begun is not None
    assert begun.started_at == seen.now - timedelta(minutes=4)


def test_what_left_its_window_without_instances_costs_from_the_call_that_woke_it() -> None:
    off = attempt(kind="hand_over", rung="scale_to_zero", ended_at=component_facts.NOW - timedelta(hours=1))
    seen = _woken(attempts=(off, component_facts.carried_out()))
    recording = happened(decision=Hold(code="AsWanted", reason=""), seen=seen)
    assert recording.stay_begun is not None
    assert recording.stay_begun.started_at == seen.now - timedelta(minutes=4)
    [(remembered, woken)] = recording.once
    assert woken.detail_type == "Components Scaled"
    paid = "a call has woken it: 1 x ml.p5.48xlarge on on-demand, paid for since 2026-03-03 14:26 UTC"
    assert woken.detail["reason"] == paid
    beside = happened(
        decision=Hold(code="AsWanted", reason=""), seen=seen.model_copy(update={"now": seen.now + MOMENT})
    )
    assert [what for what, _ in beside.once] == [remembered], "told once by two runs that look in the same seconds"
    known = seen.model_copy(update={"on_demand": (recording.stay_begun,)})
    assert happened(decision=Hold(code="AsWanted", reason=""), seen=known).once == ()


def test_what_we_wake_costs_from_the_request_on() -> None:
    seen = _woken(on_demand=(stay(START, ended_at=START + timedelta(minutes=30)),), attempts=(), components=())
    decision = decide_deployment(seen, Intent(kind="scale"))
    assert isinstance(decision, Scale)
    after = seen.model_copy(update={"now": seen.now + timedelta(minutes=5)})
    begun = happened(decision=decision, outcome=_done(after, decision), seen=after).stay_begun
    assert begun is not None
    assert begun.started_at == decision.started_at


def test_parked_with_instances_is_looked_at_until_they_are_gone() -> None:
    none = (component_facts.component(desired_copies=0, current_copies=0),)
    parked = (component_facts.carried_out("parked as nobody called"), component_facts.carried_out())
    seen = _woken(components=none, attempts=parked)
    held = decide_deployment(seen, Intent(kind="reconcile"))
    assert isinstance(held, Hold)
    assert held.next_at == seen.now + timedelta(minutes=5)

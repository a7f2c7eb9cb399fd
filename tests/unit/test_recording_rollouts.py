"""What is remembered of rollouts: hops, gaps, what was asked by hand and failed, adopted changes, turns of a model."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Hold, Rotate, Tidy
from berth_core.facts import Override, Turn
from berth_core.outcomes import Trouble
from berth_core.recording import Happened, Recording, record
from tests.builders import START, attempt, endpoint, plan, reconcile, registration, snapshot, stay

NOW = START + timedelta(hours=1)
FULL = plan(total_count=1, available_count=0, in_use_count=1)
V2 = registration(model="my-model-v2")
GAP = registration(model="my-model-v2", rollout={"allow_downtime": True}, end_of_window={"ladder": ["delete"]})
SETTLED = Hold(code="AsWanted", reason="as wanted")


def happened(**over: Any) -> Recording:
    return record(Happened(**{"deployment": "llama-eval", "machine": "endpoint_rotate", "now": NOW, **over}))


def rotation(deployed: Any = V2, intent: Intent | None = None, **over: Any) -> Any:
    seen = snapshot(**{"deployment": deployed, "endpoint": endpoint(), "plans": (FULL,), **over})
    decision = decide_deployment(seen, intent or reconcile())
    assert isinstance(decision, Rotate)
    return decision


def ended(decision: Any, after: Any, tested: SmokeTested | None = None) -> Recording:
    outcome = decide_outcome(after, decision, tested or SmokeTested(), Trouble())
    return happened(decision=decision, outcome=outcome, seen=after)


def test_a_hop_is_a_stay_that_leads_home() -> None:
    out = rotation()
    after = snapshot(now=NOW, deployment=V2, endpoint=endpoint(V2, plan_arn=None))
    recording = ended(out, after)
    assert recording.stay_begun is not None
    assert (recording.stay_begun.hop, recording.stay_begun.started_at) == (True, out.started_at)
    assert recording.outcome is not None
    assert (recording.outcome.rung, recording.outcome.config) == ("hop", out.config)


@pytest.mark.parametrize("change", [{"status": "Updating"}, {"pending": True}])
def test_a_stay_goes_on_while_the_endpoint_is_on_its_way(change: dict[str, Any]) -> None:
    on_its_way = snapshot(now=NOW, deployment=V2, endpoint=endpoint(**change), on_demand=(stay(START),))
    busy = Hold(code="Busy", reason="another run is at it")
    assert happened(decision=busy, seen=on_its_way).stay_ended_at is None


def test_a_hop_that_could_not_be_had_costs_nothing() -> None:
    out = rotation()
    refused = endpoint(failure_reason="no capacity")
    after = snapshot(now=NOW, deployment=V2, endpoint=refused, on_demand=(stay(START),))
    assert ended(out, after).stay_ended_at == START


def test_a_gap_is_told_and_noted_before_it_begins() -> None:
    anew = rotation(GAP)
    recording = happened(decision=anew)
    assert [each.detail_type for each in recording.announcements] == ["Downtime Begins"]
    assert recording.outcome is not None
    assert (recording.outcome.code, recording.outcome.replaced) == ("Unfinished", "my-model")
    assert recording.outcome.rung == "recreate"
    assert recording.due_at == NOW


@pytest.mark.parametrize(
    ("asked", "after", "kept"),
    [
        (Override(model="bad"), endpoint(), Override()),
        (Override(model="bad", instance_count=1), endpoint(), Override(instance_count=1)),
        (Override(model="my-model", instance_count=2), endpoint(), Override(model="my-model")),
        (Override(model="bad"), None, Override()),
    ],
)
def test_what_was_asked_by_hand_and_failed_is_dropped(asked: Override, after: Any, kept: Override) -> None:
    by_hand = registration({"override": asked})
    decision = rotation(intent=Intent(kind="rotate", model="bad"), plans=(plan(),))
    assert ended(decision, snapshot(now=NOW, deployment=by_hand, endpoint=after)).wish == kept


NEVER = registration().registered_at - timedelta(hours=1)
BY_HAND = endpoint(registration(model="v8"))
CAME = attempt(kind="rotate", target=BY_HAND.config_name, config=BY_HAND.config)
RESIZED = attempt(kind="resize", target=f"{endpoint().config_name} to 2")


@pytest.mark.parametrize(
    ("asked", "after", "attempts", "kept"),
    [
        (Override(model="v9-typo"), BY_HAND, (CAME,), Override(model="v8")),
        (Override(model="v9-typo"), BY_HAND, (CAME.model_copy(update={"ended_at": NEVER}),), Override()),
        (Override(model="v9-typo"), BY_HAND, (CAME.model_copy(update={"done": False}),), Override()),
        (Override(instance_count=9), endpoint(count=2), (RESIZED,), Override(instance_count=2)),
        (Override(instance_count=9), endpoint(count=2), (), Override()),
        (Override(instance_count=9), endpoint(), (attempt(target="a to 1"),), Override()),
    ],
    ids=["a model", "of an earlier manifest", "that never came", "a count", "of nobody's", "the manifest's own"],
)
def test_what_was_asked_by_hand_before_a_wish_that_failed_is_wished_again(
    asked: Override, after: Any, attempts: Any, kept: Override
) -> None:
    by_hand = registration({"override": asked})
    decision = rotation(intent=Intent(kind="rotate", model="bad"), plans=(plan(),))
    seen = snapshot(now=NOW, deployment=by_hand, endpoint=after, attempts=attempts)
    assert ended(decision, seen).wish == kept


def test_an_evaluations_model_is_nobodys_wish() -> None:
    turns = registration({"override": Override(model="v9-typo")}, evaluate=[{"model": "v8", "hours": 4}])
    decision = rotation(intent=Intent(kind="rotate", model="bad"), plans=(plan(),))
    seen = snapshot(now=NOW, deployment=turns, endpoint=BY_HAND, attempts=(CAME,))
    assert ended(decision, seen).wish == Override()


def test_what_was_asked_by_hand_and_runs_stays() -> None:
    by_hand = registration({"override": Override(model="my-model-v2")})
    decision = rotation(plans=(plan(),))
    assert ended(decision, snapshot(deployment=by_hand, endpoint=endpoint(V2))).wish is None
    broken = ended(decision, snapshot(deployment=by_hand, endpoint=endpoint(V2)), SmokeTested(failed=True))
    assert broken.wish is None


def test_what_was_adopted_is_wished_from_then_on() -> None:
    found = Override(model="theirs", instance_count=2)
    assert happened(decision=Hold(code="DriftAccepted", reason="found", adopt=found), seen=snapshot()).wish == found


def test_tidying_up_is_remembered_and_no_news() -> None:
    decision = Tidy(id="1", reason="left behind", started_at=NOW)
    recording = ended(decision, snapshot(now=NOW))
    assert (recording.announcements, recording.outcome and recording.outcome.kind) == ((), "done")
    failed = decide_outcome(snapshot(), decision, SmokeTested(), Trouble(Error="RefusedError", Cause="denied"))
    assert (failed.code, failed.reason) == ("RefusedError", "denied; configs of ours are left")


def test_a_role_that_may_not_look_at_alarms_is_told_with_the_way_out() -> None:
    denied = endpoint(failure_reason="User is not authorized to perform: cloudwatch:DescribeAlarms")
    outcome = decide_outcome(snapshot(endpoint=denied), rotation(plans=(plan(),)), SmokeTested(), Trouble())
    assert outcome.code == "AlarmsUnreadable"
    assert "allow it cloudwatch:DescribeAlarms on them" in outcome.reason
    refused = Trouble(Error="RefusedError", Cause="UpdateEndpoint: not authorized: cloudwatch:DescribeAlarms")
    assert decide_outcome(snapshot(endpoint=endpoint()), rotation(plans=(plan(),)), SmokeTested(), refused).code == (
        "AlarmsUnreadable"
    )


# --- turns ----------------------------------------------------------------------------------------------------------

TURNS = registration(evaluate=[{"model": "ft-a", "hours": 4}, {"model": "ft-b", "hours": 4}])
FT_A = registration(model="ft-a")
RUNNING = Turn(model="ft-a", started_at=START)


def looked(**over: Any) -> Recording:
    return happened(decision=SETTLED, seen=snapshot(**{"now": NOW, "deployment": TURNS, **over}))


def test_a_turn_begins_when_its_model_is_seen_in_service_and_ends_when_it_is_not() -> None:
    begun = looked(endpoint=endpoint(FT_A))
    assert begun.turn_begun == Turn(model="ft-a", started_at=START)
    assert looked(endpoint=endpoint(FT_A), turns=(RUNNING,)).turn_begun is None
    over = looked(turns=(RUNNING,))
    assert (over.turn_ended_at, over.turn_begun) == (NOW, None)
    other = looked(endpoint=endpoint(registration(model="ft-b")), turns=(RUNNING,))
    assert other.turn_ended_at == NOW
    assert other.turn_begun is not None
    assert other.turn_begun.model == "ft-b"


@pytest.mark.parametrize("status", ["Updating", "SystemUpdating", "RollingBack"])
def test_a_turn_goes_on_while_its_model_serves(status: str) -> None:
    recording = looked(endpoint=endpoint(FT_A, status=status), turns=(RUNNING,))
    assert (recording.turn_ended_at, recording.turn_begun) == (None, None)


@pytest.mark.parametrize(
    "there",
    [
        endpoint(FT_A, status="Creating"),
        endpoint(FT_A, status="Failed"),
        endpoint(FT_A, tags={}),
        endpoint(registration(model="my-model")),
        endpoint(FT_A, config=None),
    ],
)
def test_no_turn_begins_that_serves_nobody_or_is_not_in_the_list(there: Any) -> None:
    assert looked(endpoint=there).turn_begun is None


@pytest.mark.parametrize(
    ("reason", "code"), [("it crashed", "RolledBack"), ("no capacity", None)], ids=["crashed", "no capacity"]
)
def test_a_model_that_does_not_start_is_noted_and_missing_instances_are_not_its_fault(
    reason: str, code: str | None
) -> None:
    decision = rotation(registration(model="ft-b"), plans=(plan(),))
    after = snapshot(now=NOW, deployment=TURNS, endpoint=endpoint(FT_A, failure_reason=reason), turns=(RUNNING,))
    failed = ended(decision, after).turn_failed
    assert (failed and failed.code) == code
    assert failed is None or (failed.model, failed.started_at, failed.ended_at) == ("ft-b", NOW, NOW)


def test_a_model_that_does_not_answer_has_no_turn() -> None:
    decision = rotation(FT_A, plans=(plan(),))
    after = snapshot(now=NOW, deployment=TURNS, endpoint=endpoint(FT_A))
    recording = ended(decision, after, SmokeTested(failed=True, reason="500"))
    assert recording.turn_begun is None
    assert recording.turn_failed is not None
    assert recording.turn_failed.code == "SmokeTestFailed"


def test_a_failure_of_another_model_is_no_turn() -> None:
    decision = rotation(plans=(plan(),))
    assert ended(decision, snapshot(deployment=TURNS, endpoint=endpoint())).turn_failed is None

"""What the ledger is told of each kind of change, whole: later decisions are taken from it."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.forbidding import target_of
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decisions import Tidy
from berth_core.facts import Left
from berth_core.outcomes import Outcome, Trouble
from tests.builders import END, PLAN_ARN, START, decide, endpoint, plan, registration, snapshot
from tests.unit import component_facts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = START + HOUR
NEW = registration(model="my-model-v2")
FULL = plan(total_count=1, available_count=0, in_use_count=1)
GAP = registration(model="my-model-v2", rollout={"allow_downtime": True}, end_of_window={"ladder": ["delete"]})
BROKEN = Trouble.model_validate({"Error": "States.Timeout", "Cause": ""})


def told(decision: Any, after: Any, trouble: Trouble | None = None) -> Any:
    return decide_outcome(after, decision, SmokeTested(), trouble or Trouble())


def afterwards(seen: Any, after_minutes: int = 90, **over: Any) -> Any:
    return seen.model_copy(update={"now": seen.now + after_minutes * MINUTE, **over})


CHANGES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "a deployment": (snapshot(), endpoint(), {"plan_arn": PLAN_ARN}),
    "a rotation": (snapshot(deployment=NEW, endpoint=endpoint()), endpoint(NEW), {"plan_arn": PLAN_ARN}),
    "a rotation with a gap": (
        snapshot(deployment=GAP, endpoint=endpoint(), plans=(FULL,)),
        endpoint(GAP),
        {"rung": "recreate", "replaced": "my-model", "plan_arn": PLAN_ARN},
    ),
    "a hand-over": (
        snapshot(now=END - 2 * HOUR, endpoint=endpoint()),
        endpoint(plan_arn=None),
        {"rung": "on_demand", "left": Left(plan_arn=PLAN_ARN, ends_at=END)},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_done_is_remembered_with_its_config_and_where_it_was(name: str) -> None:
    seen, after, over = CHANGES[name]
    decision = decide(seen)
    outcome = told(decision, afterwards(seen, endpoint=after))
    assert outcome == Outcome(
        **{
            "kind": "done",
            "code": "",
            "reason": f"{after.config_name} is live with 1 in service",
            "decision_id": decision.id,
            "asked": decision.kind,
            "target": target_of(decision),
            "started_at": seen.now,
            "ended_at": seen.now + 90 * MINUTE,
            "took_seconds": 5400,
            "config": decision.config,
            **over,
        }
    )


def test_of_scaled_components_is_remembered_whether_their_copies_are_there() -> None:
    seen = component_facts.seen(components=(component_facts.component(desired_copies=1, current_copies=1),))
    decision = decide(seen, component_facts.by_hand(copies=2))
    there = told(decision, afterwards(seen, components=(component_facts.component(),)))
    assert (there.kind, there.asked, there.target) == ("done", "scale", decision.target)
    assert told(decision, afterwards(seen)).kind == "failed"


def test_what_was_left_behind_is_gone_unless_the_machine_was_stopped() -> None:
    decision = Tidy(id="1", reason="", started_at=NOW)
    done = told(decision, snapshot())
    assert (done.kind, done.code, done.reason) == ("done", "", "configs of ours that nothing uses are gone")
    assert (done.target, done.config) == ("configs", None)
    failed = told(decision, snapshot(), BROKEN)
    assert (failed.kind, failed.code) == ("failed", "States.Timeout")
    assert failed.reason.endswith("configs of ours are left")


def rotated(after: Any, **trouble: str) -> Any:
    decision = decide(snapshot(deployment=NEW, endpoint=endpoint()))
    seen = snapshot(now=NOW + 90 * MINUTE, deployment=NEW, endpoint=after)
    return told(decision, seen, Trouble.model_validate(trouble))


def test_a_failure_is_told_with_aws_words_if_it_has_any() -> None:
    old, new = endpoint().config_name, endpoint(NEW).config_name
    rolled_back = f"rolled back: {old} is live, {new} was asked"
    assert rotated(endpoint()).reason == rolled_back
    assert rotated(endpoint(failure_reason="no ping")).reason == f"{rolled_back} (no ping)"
    assert rotated(endpoint(NEW, status="Updating")).reason == (
        "the endpoint is still Updating, 90 minutes after it was asked"
    )


def test_alarms_that_the_role_may_not_look_at_are_told_with_the_way_out() -> None:
    told_so = "User: x is not authorized to perform: cloudwatch:DescribeAlarms"
    for outcome in (rotated(endpoint(failure_reason=told_so)), rotated(endpoint(), Error="Refused", Cause=told_so)):
        assert outcome.code == "AlarmsUnreadable"
        assert outcome.reason.startswith("the endpoint's execution role may not look at the alarms of rollout.alarms")
        assert told_so in outcome.reason


def test_a_deletion_is_remembered_as_one() -> None:
    seen = snapshot(endpoint=endpoint())
    decision = decide(seen, Intent(kind="hand_over", ladder=("delete",)))
    outcome = told(decision, afterwards(seen, endpoint=None))
    assert (outcome.kind, outcome.target, outcome.config, outcome.rung) == ("done", "delete", None, "delete")
    still = told(decision, afterwards(seen))
    assert (still.code, still.reason) == ("StillThere", "the endpoint is InService")

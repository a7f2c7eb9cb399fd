"""One look at everything: whom to wake, what to tell, when to come back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.watch import (
    DeploymentBrief,
    EndpointBrief,
    Look,
    PlanRow,
    WatchPlan,
    decide_watch,
    endpoint_mark,
)
from tests.builders import END, START, block, plan

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LEADS = (1440, 360, 60)


def brief(**over: Any) -> DeploymentBrief:
    mark = endpoint_mark("InService", START)
    given = {
        "name": "llama-eval",
        "plans": ("p5-for-eval",),
        "endpoint_seen": mark,
        "placed_on": "p5-for-eval",
        "reconciled": True,
        **over,
    }
    return DeploymentBrief(**given)


def serving(**over: Any) -> EndpointBrief:
    return EndpointBrief(**{"name": "llama-eval", "status": "InService", "changed_at": START, **over})


def watch(now: datetime = START + HOUR, **over: Any) -> WatchPlan:
    given: dict[str, Any] = {
        "now": now,
        "lead_minutes": LEADS,
        "plans": (plan(),),
        "rows": (PlanRow(name="p5-for-eval", seen=plan()),),
        "endpoints": (serving(),),
        "deployments": (brief(),),
        **over,
    }
    return decide_watch(Look(**given))


def test_wakes_and_tells_nobody_when_all_is_as_it_was() -> None:
    quiet = watch()
    assert (quiet.wakes, quiet.changes, quiet.closings, quiet.rows) == ((), (), (), ())
    assert quiet.quiet_until == END - 24 * HOUR


def test_a_plan_seen_first_is_told_unless_it_is_history() -> None:
    assert [change.previous_status for change in watch(rows=()).changes] == [None]
    assert watch(rows=(), plans=(plan(status="Expired"),)).changes == ()


def test_a_change_of_status_is_told_and_wakes_the_deployments_on_it() -> None:
    before = PlanRow(name="p5-for-eval", seen=plan(status="Scheduled"))
    other = brief(name="other", plans=("another",), placed_on="another")
    changed = watch(rows=(before,), deployments=(brief(), other), endpoints=(serving(), serving(name="other")))
    assert [change.what for change in changed.changes] == ["Scheduled to Active"]
    assert [wake.deployment for wake in changed.wakes] == ["llama-eval"]
    assert [row.name for row in changed.rows] == ["p5-for-eval"]


def test_a_status_that_nobody_documented_is_told_once_in_words() -> None:
    strange = plan(status="Suspended")
    changed = watch(plans=(strange,))
    assert [change.what for change in changed.changes] == [
        "Active to 'Suspended', a status that AWS doesn't document: nothing is put on the plan while it has it"
    ]
    after = watch(plans=(strange,), rows=changed.rows)
    assert (after.changes, after.rows) == ((), ())
    assert [change.what for change in watch(rows=changed.rows).changes] == ["Suspended to Active"]
    assert "found: 'Suspended', a status that" in watch(plans=(strange,), rows=()).changes[0].what


def test_a_status_that_nobody_documented_survives_the_ledger() -> None:
    row = PlanRow(name="p5-for-eval", seen=plan(status="Suspended"))
    assert PlanRow.model_validate(row.model_dump(mode="json")) == row
    active = PlanRow(name="p5-for-eval", seen=plan())
    assert PlanRow.model_validate(active.model_dump(mode="json")).seen.is_understood


def test_a_change_of_a_plan_wakes_who_stands_on_it_even_if_its_manifest_no_longer_names_it() -> None:
    before = PlanRow(name="p5-for-eval", seen=plan(status="Scheduled"))
    renamed = brief(plans=("another",), placed_on="p5-for-eval")
    changed = watch(rows=(before,), deployments=(renamed,), endpoints=(serving(),))
    assert [wake.deployment for wake in changed.wakes] == ["llama-eval"]


def test_a_moved_end_is_told_wakes_and_moves_the_schedules() -> None:
    moved = watch(plans=(plan(blocks=(block(START, END - 24 * HOUR),)),))
    assert "times moved from" in moved.changes[0].what
    assert moved.wakes
    assert {moment.at for moment in moved.moments if moment.name.endswith("-end")} == {END - 24 * HOUR}


def test_counts_of_free_instances_are_no_news_and_are_remembered() -> None:
    less = watch(plans=(plan(available_count=0, in_use_count=2),))
    assert (less.changes, less.wakes) == ((), ())
    assert [row.seen.available_count for row in less.rows] == [0]


@pytest.mark.parametrize(
    ("before", "free", "placed_on", "woken"),
    [
        (0, 1, None, True),
        (1, 2, "p5-other", True),
        (0, 1, "p5-for-eval", False),
        (2, 2, None, False),
        (2, 1, None, False),
    ],
    ids=["first", "one more", "by itself", "as before", "fewer"],
)
def test_instances_that_come_free_wake_who_waits_for_them(
    before: int, free: int, placed_on: str | None, woken: bool
) -> None:
    """No event tells of them, and whoever waits asks to be looked at only now and then."""
    found = watch(
        plans=(plan(available_count=free),),
        rows=(PlanRow(name="p5-for-eval", seen=plan(available_count=before)),),
        deployments=(brief(placed_on=placed_on),),
    )
    reasons = [f"plan p5-for-eval: {free} of 2 free, {before} before"] if woken else []
    assert [wake.reason for wake in found.wakes] == reasons


def test_instances_of_a_plan_that_it_does_not_name_wake_nobody() -> None:
    other = {"name": "p5-other", "arn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5-other"}
    rows = (PlanRow(name="p5-other", seen=plan(**other, available_count=0)), PlanRow(name="p5-for-eval", seen=plan()))
    assert watch(plans=(plan(), plan(**other)), rows=rows, deployments=(brief(placed_on=None),)).wakes == ()


def test_each_block_has_its_moments_and_past_ones_have_none() -> None:
    second = block(END + 24 * HOUR, END + 48 * HOUR)
    two = watch(plans=(plan(blocks=(block(), second)),))
    names = [moment.name.split("-", 4)[-1] for moment in two.moments]
    first = ["b0-lead-1440", "b0-lead-360", "b0-lead-60", "b0-end"]
    assert names == [*first, "b1-start", "b1-lead-1440", "b1-lead-360", "b1-lead-60", "b1-end"]
    assert all(len(moment.name) <= 64 for moment in two.moments)


def test_a_plan_that_should_be_open_is_looked_at_again_soon() -> None:
    late = watch(now=START, plans=(plan(status="Scheduled"),), rows=(PlanRow(name="p5-for-eval", seen=plan()),))
    assert START + 2 * MINUTE in {moment.at for moment in late.moments if moment.name.endswith("-late")}
    assert not [moment for moment in watch(now=START).moments if moment.name.endswith("-late")]


def test_what_is_too_near_for_a_schedule_gets_one_a_little_later_and_is_not_left_to_the_next_watch() -> None:
    near, far = START + HOUR + timedelta(seconds=9), START + HOUR + timedelta(seconds=61)
    for due_at, at in ((near, START + HOUR + 2 * MINUTE), (far, far)):
        due = watch(deployments=(brief(due_at=due_at),))
        assert [moment.at for moment in due.moments if moment.name.endswith("-due")] == [at]


def test_a_deployment_asks_for_its_own_moment() -> None:
    due = watch(deployments=(brief(due_at=START + 5 * HOUR),))
    assert [(moment.name, moment.at) for moment in due.moments][-1] == ("llama-eval-due", START + 5 * HOUR)
    assert due.quiet_until == START + 5 * HOUR


def test_wakes_what_is_due_new_or_changed() -> None:
    assert watch(deployments=(brief(due_at=START),)).wakes[0].reason == "due since 2026-03-03 11:30 UTC"
    assert watch(deployments=(brief(reconciled=False),)).wakes[0].reason == "never reconciled"
    assert watch(endpoints=()).wakes[0].reason == "the endpoint changed"
    assert watch(endpoints=(serving(changed_at=START + HOUR),)).wakes[0].reason == "the endpoint changed"
    assert watch(endpoints=(serving(status="Updating", changed_at=START + HOUR),)).wakes == ()


def test_each_lead_time_is_told_once_and_only_the_shortest_of_several() -> None:
    late = watch(now=END - 5 * HOUR)
    assert [(closing.deployment, closing.minutes_left) for closing in late.closings] == [("llama-eval", 300)]
    told = watch(now=END - 5 * HOUR, rows=late.rows)
    assert told.closings == ()
    later = watch(now=END - HOUR, rows=late.rows)
    assert [closing.minutes_left for closing in later.closings] == [60]


def test_plans_for_other_targets_are_left_alone() -> None:
    foreign = watch(plans=(plan(targets=("training-job",)),), rows=())
    assert (foreign.changes, foreign.moments, foreign.rows) == ((), (), ())

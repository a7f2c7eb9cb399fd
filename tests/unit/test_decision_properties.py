"""Whatever is seen, no decision goes beyond the reservation or the budget, and what was decided leads to a hold."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.budget import spent
from berth_core.decide.deployment import decide_deployment
from berth_core.decide.forbidding import target_of
from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold, Refuse, Resize, Rotate
from berth_core.facts import Attempt, OnDemandUse, PlanSeen, PlanStatus, Snapshot
from tests.builders import END, ON_DEMAND, P4D, P5, PLAN_ARN, START, block, endpoint, plan, registration, snapshot, stay

HOUR = timedelta(hours=1)
ASKS = Deploy | Rotate | Resize | HandOver
"""What is decided for one model on one endpoint, with no other run about."""
INTENTS = (
    Intent(kind="reconcile"),
    Intent(kind="deploy"),
    Intent(kind="rotate", instance_count=2),
    Intent(kind="rotate", model="by-hand"),
    Intent(kind="hand_over"),
)


@st.composite
def plans(draw: Any) -> tuple[PlanSeen, ...]:
    total = draw(st.integers(1, 4))
    used = draw(st.integers(0, total))
    end = END + timedelta(minutes=draw(st.integers(-9000, 300)))
    seen = plan(
        status=draw(st.sampled_from((*PlanStatus, "Suspended"))),
        total_count=total,
        available_count=total - used,
        in_use_count=used,
        blocks=(block(START, end, total),),
    )
    there: tuple[PlanSeen, ...] = draw(st.sampled_from([(), (seen,)]))
    return there


@st.composite
def snapshots(draw: Any) -> Snapshot:
    wanted = registration(
        model=draw(st.sampled_from(["my-model", "my-model-v2"])),
        reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": draw(st.integers(1, 5))},
        end_of_window={
            "ladder": draw(st.sampled_from([["on_demand", "delete"], ["delete"], ["on_demand"]])),
            "on_demand": {**ON_DEMAND, "max_hours": draw(st.integers(1, 30)), "max_usd": "900"},
        },
    )
    there = draw(st.booleans())
    seen = endpoint(
        count=draw(st.integers(1, 3)),
        plan_arn=draw(st.sampled_from([PLAN_ARN, None])),
        status=draw(st.sampled_from(["InService", "Failed", "Updating", "UpdateRollbackFailed"])),
    )
    stays: tuple[OnDemandUse, ...] = draw(st.sampled_from([(), (stay(START, instance_type=P4D),)]))
    now = START + timedelta(minutes=draw(st.integers(-600, 11_000)))
    return snapshot(now=now, deployment=wanted, plans=draw(plans()), endpoint=seen if there else None, on_demand=stays)


@given(snapshots(), st.sampled_from(INTENTS))
def test_there_is_always_an_answer_and_always_the_same_one(seen: Snapshot, intent: Intent) -> None:
    assert decide_deployment(seen, intent) == decide_deployment(seen, intent)


@given(snapshots(), st.sampled_from(INTENTS))
def test_no_decision_asks_for_more_than_is_reserved_and_free(seen: Snapshot, intent: Intent) -> None:
    decision = decide_deployment(seen, intent)
    if not isinstance(decision, ASKS):
        return
    here = seen.plan_of(seen.endpoint.plan_arn if seen.endpoint else None)
    if isinstance(decision, Resize):
        more = decision.instance_count - (seen.endpoint.instance_count if seen.endpoint else 0)
        assert here is None or more <= here.available_count
        return
    reserved = seen.plan_of(decision.config.plan_arn) if decision.config else None
    if reserved is None or decision.config is None:
        return
    assert decision.config.instance_count <= reserved.total_count
    if isinstance(decision, Deploy):
        assert reserved.status is PlanStatus.ACTIVE
        assert decision.config.instance_count <= reserved.available_count
    if isinstance(decision, Rotate):
        assert reserved.available_count >= 1 or decision.rung == "recreate"


@given(snapshots(), st.sampled_from(INTENTS))
def test_on_demand_is_never_begun_without_hours_and_usd_left(seen: Snapshot, intent: Intent) -> None:
    decision = decide_deployment(seen, intent)
    if not isinstance(decision, HandOver) or decision.rung != "on_demand":
        return
    allowed = seen.deployment.manifest.end_of_window.on_demand
    assert allowed is not None
    used = spent(seen)
    assert used.hours < Decimal(allowed.max_hours)
    assert used.usd < allowed.max_usd


@given(snapshots())
def test_what_reconcile_decides_leads_to_a_hold_once_it_is_done(seen: Snapshot) -> None:
    for _round in range(4):
        decision = decide_deployment(seen, Intent(kind="reconcile"))
        if isinstance(decision, Hold | Refuse):
            return
        assert isinstance(decision, ASKS)
        seen = _after(seen, decision)
    raise AssertionError(f"still deciding after four changes: {decision}")


def _after(seen: Snapshot, decision: Deploy | Rotate | Resize | HandOver) -> Snapshot:
    """The world if AWS does just what is asked."""
    done = Attempt(
        kind=decision.kind,
        target=target_of(decision),
        started_at=seen.now,
        ended_at=seen.now + timedelta(minutes=4),
        done=True,
    )
    before = {"now": seen.now + timedelta(minutes=4), "attempts": (done, *seen.attempts)}
    if decision.action in ("delete", "clean"):
        return seen.model_copy(update={**before, "endpoint": None, "plans": _used(seen, None, 0), "on_demand": ()})
    if isinstance(decision, Resize):
        where = seen.endpoint.plan_arn if seen.endpoint else None
        resized = endpoint(seen.deployment, count=decision.instance_count, plan_arn=where)
        return seen.model_copy(
            update={**before, "endpoint": resized, "plans": _used(seen, where, decision.instance_count)}
        )
    assert decision.config is not None
    spec = decision.config
    moved = endpoint(
        seen.deployment, count=spec.instance_count, plan_arn=spec.plan_arn, instance_type=spec.instance_type
    )
    used = _used(seen, spec.plan_arn, spec.instance_count)
    stays = () if spec.plan_arn else seen.on_demand
    return seen.model_copy(update={**before, "endpoint": moved, "plans": used, "on_demand": stays})


def _used(seen: Snapshot, plan_arn: str | None, count: int) -> tuple[PlanSeen, ...]:
    return tuple(
        each.model_copy(
            update={
                "available_count": each.total_count - (count if each.arn == plan_arn else 0),
                "in_use_count": count if each.arn == plan_arn else 0,
            }
        )
        for each in seen.plans
    )

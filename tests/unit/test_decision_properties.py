"""Whatever is seen, no decision goes beyond the reservation, the budget or the deadline, and what was decided leads to
a hold."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from berth_core.decide.budget import hours_left, spent
from berth_core.decide.deployment import decide_deployment
from berth_core.decide.holding import hands_off
from berth_core.decide.intent import Intent
from berth_core.decide.ladder import closings
from berth_core.decide.leaving import leaves_at
from berth_core.decide.making_room import is_hopping, recreation
from berth_core.decide.standing_on import block_under
from berth_core.decide.window import finish_by
from berth_core.decisions import BeginPurchase, Deploy, HandOver, Hold, Refuse, Resize, Rotate, Scale, TakeOver, Tidy
from berth_core.facts import PlanStatus, Snapshot
from tests.builders import STACK_TAGS, lease
from tests.unit.asked_of_sagemaker import done
from tests.unit.drawn_snapshots import INTENTS, hindered, snapshots

RECONCILE = Intent(kind="reconcile")
MOST_CHANGES = 6
"""Until all is as wanted: a way off, its parking, a way home, components, another model, and what was left."""
DRAWN = settings(max_examples=60)


@DRAWN
@given(snapshots())
def test_whatever_is_seen_no_decision_breaks_a_rule(seen: Snapshot) -> None:
    for intent in INTENTS:
        decision = decide_deployment(seen, intent)
        assert decision == decide_deployment(seen, intent)
        keeps_to_the_reservation(seen, decision)
        keeps_to_the_budget(seen, decision)
        keeps_to_the_deadline(seen, decision)
        is_back_in_time(seen, decision)


def keeps_to_the_reservation(seen: Snapshot, decision: Any) -> None:
    """No more than is reserved of a plan, and nothing new on what isn't open, free, or for endpoints."""
    if isinstance(decision, Resize):
        here = seen.plan_of(seen.endpoint.plan_arn if seen.endpoint else None)
        more = decision.instance_count - (seen.endpoint.instance_count if seen.endpoint else 0)
        assert here is None or more <= here.available_count
        return
    config: Any = getattr(decision, "config", None)
    plan = seen.plan_of(config.plan_arn) if config else None
    if plan is None:
        assert config is None or config.plan_arn is None
        return
    assert config.instance_count <= plan.total_count
    assert config.instance_type in plan.instance_types
    if isinstance(decision, Deploy) or getattr(decision, "rung", None) == "next_plan":
        failed = seen.endpoint is not None and seen.endpoint.status == "Failed"
        own = seen.endpoint.instance_count if failed and seen.endpoint and seen.endpoint.plan_arn == plan.arn else 0
        assert plan.status is PlanStatus.ACTIVE
        assert plan.block_at(seen.now) is not None or all(each.starts_at > seen.now for each in plan.blocks)
        assert "endpoint" in (plan.targets or ("endpoint",))
        assert config.instance_count <= plan.available_count + own
    if isinstance(decision, Rotate):
        assert plan.available_count >= 1 or decision.rung == "recreate"


def keeps_to_the_budget(seen: Snapshot, decision: Any) -> None:
    """On-demand is begun only within what is left of hours and USD, and of a type that has a price."""
    allowed = seen.deployment.manifest.end_of_window.on_demand
    config: Any = getattr(decision, "config", None)
    begins = getattr(decision, "rung", None) in ("on_demand", "hop")
    if begins:
        assert allowed is not None
        assert config.instance_type in allowed.instance_types
        assert config.instance_type in seen.policy.prices_usd_per_hour
        assert hours_left(seen, allowed, config.instance_type, config.instance_count) > 0
        assert spent(seen).hours < Decimal(str(allowed.max_hours))
        assert spent(seen).usd < allowed.max_usd
    elif config is not None and config.plan_arn is None:
        on_it = seen.endpoint is not None and seen.endpoint.plan_arn is None
        assert decision.rung == "scale_to_zero" or (on_it and decision.kind == "rotate")
    away = seen.endpoint is not None and seen.endpoint.plan_arn is None
    moved = next((each for each in seen.attempts if each.done and each.kind in ("hand_over", "deploy")), None)
    if isinstance(decision, Scale) and away and decision.rung == "wake" and moved is not None:
        assert allowed is not None or moved.rung != "scale_to_zero"


def keeps_to_the_deadline(seen: Snapshot, decision: Any) -> None:
    """A way off is done before the block ends, a deployment before the way off begins, a rollout too."""
    if isinstance(decision, HandOver):
        block = block_under(seen)
        assert block is None or decision.finish_by == finish_by(seen, block)
        assert decision.give_up_at <= decision.finish_by
    if isinstance(decision, Deploy):
        plan = next(each for each in seen.plans if each.name == decision.plan)
        assert plan.name not in closings(seen) or seen.now < closings(seen)[plan.name]
    if isinstance(decision, Rotate) and decision.rollout is not None:
        at = leaves_at(seen)
        allowed = next(_values(decision.rollout, "MaximumExecutionTimeoutInSeconds"))
        assert at is None or allowed <= max(600, (at - seen.now).total_seconds())


def _values(config: Any, key: str) -> Any:
    if isinstance(config, dict):
        for name, each in config.items():
            if name == key:
                yield each
            yield from _values(each, key)


def is_back_in_time(seen: Snapshot, decision: Any) -> None:
    """Nothing is looked at again at once, over and over, and no way off is slept through."""
    at = leaves_at(seen)
    if not isinstance(decision, Hold | Refuse):
        return
    assert decision.reason
    assert decision.next_at is None or decision.next_at > seen.now
    if at is not None and at > seen.now:
        assert decision.next_at is not None
        assert decision.next_at <= at


@DRAWN
@given(snapshots())
def test_what_is_not_ours_is_never_changed_nor_is_anything_while_the_stack_observes(seen: Snapshot) -> None:
    for intent in INTENTS:
        for why, other in hindered(seen).items():
            decision = decide_deployment(other, intent)
            assert isinstance(decision, Hold | Refuse), why


@DRAWN
@given(snapshots())
def test_while_another_run_is_at_it_nothing_is_begun(seen: Snapshot) -> None:
    busy = seen.model_copy(update={"lease": lease("you", seen.now + timedelta(hours=1))})
    for intent in INTENTS:
        decision = decide_deployment(busy, intent)
        gone = busy.endpoint is None and busy.deployment.removed_at is not None
        assert isinstance(decision, Hold | Refuse | TakeOver) or (gone and isinstance(decision, Tidy))


@DRAWN
@given(snapshots())
def test_within_a_hold_nothing_is_changed_but_to_get_off_a_window_or_to_end_what_was_begun(seen: Snapshot) -> None:
    if seen.endpoint is not None:
        held = seen.endpoint.model_copy(update={"tags": {**STACK_TAGS, "berth:hold": "until I say so"}})
        seen = seen.model_copy(update={"endpoint": held})
    if hands_off(seen) is None:
        return
    decision = decide_deployment(seen, RECONCILE)
    if is_hopping(seen) or recreation(seen) is not None:
        assert isinstance(decision, Deploy | HandOver | Hold | Refuse | BeginPurchase | Tidy)
    else:
        gone = seen.endpoint is None and seen.deployment.removed_at is not None
        assert isinstance(decision, HandOver | Hold | Refuse | BeginPurchase) or (gone and isinstance(decision, Tidy))
    if isinstance(decision, HandOver) and decision.config is not None:
        live = seen.endpoint.config if seen.endpoint else None
        assert live is None or live.model is None or decision.config.model == live.model


@settings(DRAWN, max_examples=100)
@given(snapshots())
def test_what_reconcile_decides_leads_to_a_hold_once_it_is_done(seen: Snapshot) -> None:
    begun: tuple[str, ...] = ()
    made: list[str] = []
    for _round in range(MOST_CHANGES + 1):
        decision = decide_deployment(seen, Intent(kind="reconcile", begun=begun))
        if isinstance(decision, Hold | Refuse):
            return
        made.append(f"{decision.kind}: {decision.reason}")
        keeps_to_the_reservation(seen, decision)
        keeps_to_the_budget(seen, decision)
        if isinstance(decision, BeginPurchase):
            begun = (*begun, decision.id)
        seen = done(seen, decision)
    assert len(made) <= MOST_CHANGES, "still deciding:\n" + "\n".join(made)

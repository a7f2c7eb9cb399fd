"""Each rule of the simulation holds for a good world, and is broken by the one thing that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from rehearsal.sagemaker.capacity import Holding, Pool
from rehearsal.sagemaker.history import ComponentSpan
from rehearsal.simulation import money_rules, ownership_rules, telling_rules, waking_rules, window_rules
from rehearsal.simulation.ending_rules import nothing_leaks
from rehearsal.simulation.record import Record
from rehearsal.simulation.rules import RULES, broken
from rehearsal.simulation.violations import Violation
from rehearsal.simulation.worlds import Declared
from rehearsal.timeline import Entry
from tests.unit.made_up_record import (
    CONFIG,
    OTHER,
    bought,
    call,
    decided,
    due,
    failed,
    left,
    purchase,
    ran_aground,
    record,
    told,
    trouble,
    world,
)
from tests.unit.made_up_run import CLOSES, NAME, OPENS, P5, START, minutes, run, span

HOUR = timedelta(hours=1)
PAST = CLOSES - OPENS + HOUR
ON_PLAN = span(OPENS + minutes(5), CLOSES + HOUR, "InService")
OFF_PLAN = span(OPENS + minutes(5), CLOSES - HOUR, "InService")
ON_DEMAND_RUNG = decided(HOUR, decision="hand_over", rung="on_demand")
COMPLETED = told("Handover Completed", HOUR + minutes(5))
EXPIRED = "Endpoint capacity reservation has expired."
DELETED_CONFIG = call("DeleteEndpointConfig", subject=f"endpoint-config/{CONFIG}")
STAGED = call("CreateEndpointConfig", subject=f"endpoint-config/{NAME}-staging-0a1b2c3d")
SLOW = Entry(OPENS + 3 * HOUR, "fault", f"endpoint/{NAME}", "slow: 900 s more", {})
PROMISED = world(declared=(Declared(START, NAME, {"end_of_window": {"finish_before_minutes": 30}}),))
UPDATED = (
    span(OPENS + HOUR, OPENS + HOUR + minutes(9), "Updating"),
    span(OPENS + HOUR + minutes(9), CLOSES - HOUR, "InService"),
)

CREATED = span(OPENS, OPENS + minutes(5), "Creating")
LIVE = span(OPENS + minutes(5), None, "InService")
COMES_UP = ComponentSpan("chat", NAME, "Creating", "my-model", 1, OPENS + minutes(5), OPENS + minutes(12))
SCALES = replace(COMES_UP, status="Updating", copies=2, start=OPENS + minutes(12), end=OPENS + minutes(20))
PARKED = replace(LIVE, plan=None, instance_count=0)
COPIES_GONE = replace(COMES_UP, status="InService", copies=0, end=None)
RESTS = told("Handover Completed", HOUR, "the window closes; scale_to_zero with 1 x ml.p5.48xlarge")

CASES: list[tuple[Callable[[Record], Iterator[Violation]], Record, Record]] = [
    (
        money_rules.one_purchase_per_intent,
        record(calls=(purchase(refused="the offer is gone"), purchase(HOUR))),
        record(calls=(purchase(), purchase(HOUR, refused="the name exists"))),
    ),
    (money_rules.spend_within_caps, record(bought("100.00"), bought("900.00", "person")), record(bought("100.01"))),
    (money_rules.spend_within_caps, record(bought("75.00"), bought("75.00")), record(bought("75.00"), bought("76.00"))),
    (
        money_rules.on_demand_within_limits,
        record(holdings=(Holding(NAME, Pool(P5), 1, OPENS, OPENS + 4 * HOUR),), endpoint_spans=(OFF_PLAN,)),
        record(
            holdings=(Holding(NAME, Pool(P5), 1, OPENS, OPENS + 4 * HOUR + minutes(1)),), endpoint_spans=(OFF_PLAN,)
        ),
    ),
    (
        money_rules.on_demand_within_limits,
        record(holdings=(Holding(NAME, Pool(P5), 2, OPENS, OPENS + 3 * HOUR),), endpoint_spans=(OFF_PLAN,)),
        record(holdings=(Holding(NAME, Pool(P5), 3, OPENS, OPENS + 3 * HOUR),), endpoint_spans=(OFF_PLAN,)),
    ),
    (
        # What SageMaker takes longer than ever, and no more than that.
        money_rules.on_demand_within_limits,
        record(
            SLOW,
            holdings=(Holding(NAME, Pool(P5), 1, OPENS, OPENS + 4 * HOUR + minutes(14)),),
            endpoint_spans=(OFF_PLAN,),
        ),
        record(
            SLOW,
            holdings=(Holding(NAME, Pool(P5), 1, OPENS, OPENS + 4 * HOUR + minutes(16)),),
            endpoint_spans=(OFF_PLAN,),
        ),
    ),
    (
        money_rules.on_demand_within_limits,
        record(SLOW, holdings=(Holding(NAME, Pool(P5), 2, OPENS, OPENS + 4 * HOUR),), endpoint_spans=(OFF_PLAN,)),
        record(SLOW, holdings=(Holding(NAME, Pool(P5), 3, OPENS, OPENS + 3 * HOUR),), endpoint_spans=(OFF_PLAN,)),
    ),
    (
        ownership_rules.only_what_is_ours,
        record(calls=(call("DeleteEndpoint"), call("UpdateEndpoint", by="person", tags=()))),
        record(calls=(call("DeleteEndpoint", tags=(("team", "nlp"),)),)),
    ),
    (
        ownership_rules.no_config_in_use_is_deleted,
        record(calls=(replace(DELETED_CONFIG, in_use=frozenset({"another"})),)),
        record(calls=(replace(DELETED_CONFIG, in_use=frozenset({CONFIG})),)),
    ),
    (
        ownership_rules.one_at_a_time,
        record(calls=(call("UpdateEndpoint"), DELETED_CONFIG)),
        record(calls=(replace(DELETED_CONFIG, lease_holder=OTHER),)),
    ),
    (
        ownership_rules.one_at_a_time,
        record(calls=(replace(STAGED, lease_holder=OTHER), call("DeleteInferenceComponent", subject="component/chat"))),
        record(calls=(call("DeleteInferenceComponent", subject="inference-component/chat", lease_holder=OTHER),)),
    ),
    (
        ownership_rules.one_at_a_time,
        record(calls=(call("CreateEndpoint"), call("UpdateEndpoint", HOUR, holder=OTHER, lease_holder=OTHER))),
        record(
            calls=(
                call("CreateEndpoint"),
                call("UpdateEndpoint", HOUR, holder=OTHER, lease_holder=OTHER),
                call("UpdateEndpoint", 2 * HOUR),
            )
        ),
    ),
    (
        ownership_rules.one_at_a_time,
        record(calls=(call("UpdateEndpoint", status="InService", refused="no"),)),
        record(calls=(call("UpdateEndpoint", status="Updating", refused="in progress"),)),
    ),
    (
        ownership_rules.nothing_beyond_the_reservation,
        record(calls=(call("UpdateEndpoint", refused="no such config"),)),
        record(calls=(call("UpdateEndpoint", refused="count (3) exceeds reserved capacity (2)"),)),
    ),
    (window_rules.nothing_past_its_end, record(endpoint_spans=(OFF_PLAN,)), record(endpoint_spans=(ON_PLAN,))),
    (
        window_rules.nothing_past_its_end,
        record(told("Handover Failed", PAST - 2 * HOUR), endpoint_spans=(ON_PLAN,)),
        record(told("Handover Completed", PAST - 2 * HOUR), endpoint_spans=(ON_PLAN,)),
    ),
    (
        window_rules.gone_as_promised,
        record(world=PROMISED, endpoint_spans=(OFF_PLAN,)),
        record(world=PROMISED, endpoint_spans=(replace(OFF_PLAN, end=CLOSES - minutes(10)),)),
    ),
    (
        window_rules.no_failed_request_in_a_hand_over,
        record(ON_DEMAND_RUNG, COMPLETED, failures=(failed(HOUR - minutes(1)), failed(HOUR + minutes(6)))),
        record(ON_DEMAND_RUNG, COMPLETED, failures=(failed(HOUR + minutes(3)),)),
    ),
    (
        window_rules.nobody_is_cut_off,
        record(told("Handover Failed", PAST), failures=(failed(PAST, EXPIRED), failed(HOUR))),
        record(failures=(failed(PAST, EXPIRED),)),
    ),
    (
        telling_rules.every_change_is_announced,
        record(told("Endpoint Deployed", minutes(5)), calls=(call("CreateEndpoint"),)),
        record(told("Decision Held", minutes(5)), calls=(call("CreateEndpoint"),)),
    ),
    (
        telling_rules.told_in_time,
        record(told("Endpoint Rotated", HOUR + minutes(10)), endpoint_spans=UPDATED),
        record(told("Endpoint Rotated", HOUR + minutes(14)), endpoint_spans=UPDATED),
    ),
    (
        # An endpoint is told with its components, whatever auto scaling goes on to do with them.
        telling_rules.told_in_time,
        record(
            told("Endpoint Deployed", minutes(13)), endpoint_spans=(CREATED, LIVE), component_spans=(COMES_UP, SCALES)
        ),
        record(
            told("Endpoint Deployed", minutes(15)), endpoint_spans=(CREATED, LIVE), component_spans=(COMES_UP, SCALES)
        ),
    ),
    (
        telling_rules.nothing_is_announced_twice,
        record(told("Endpoint Rotated", minutes(5)), told("Endpoint Rotated", minutes(50))),
        record(told("Endpoint Rotated", minutes(5)), told("Endpoint Rotated", minutes(6))),
    ),
    (
        telling_rules.what_is_told_is_true,
        record(
            told("Endpoint Deployed", minutes(9), f"{CONFIG} is live with 1 in service"), endpoint_spans=(OFF_PLAN,)
        ),
        record(told("Endpoint Rotated", minutes(9), "llama-x2 is live with 1 in service"), endpoint_spans=(OFF_PLAN,)),
    ),
    (
        telling_rules.what_is_told_is_true,
        record(told("Handover Completed", minutes(9), "the endpoint is gone")),
        record(told("Handover Completed", minutes(9), "the endpoint is gone"), endpoint_spans=(OFF_PLAN,)),
    ),
    (
        telling_rules.nothing_fails_without_cause,
        record(told("Rollback Detected", HOUR), world=world(troubles=(trouble(),))),
        record(told("Rollback Detected", HOUR)),
    ),
    (
        telling_rules.nothing_fails_without_cause,
        record(told("Endpoint Deployed", HOUR, "it is live")),
        record(told("Endpoint Deployed", HOUR, "it is live after all (RunDied before)")),
    ),
    (
        telling_rules.nothing_fails_without_cause,
        record(ran_aground("berth-plan-purchase/1", "PriceMoved"), ran_aground("berth-reconcile/1", "LadderExhausted")),
        record(ran_aground("berth-reconcile/1", "TimedOut")),
    ),
    (
        telling_rules.everything_has_its_reason,
        record(decided(HOUR), told("Endpoint Deployed", HOUR)),
        record(decided(HOUR, reason=" ")),
    ),
    (
        waking_rules.woken_when_due,
        record(dues=(due(timedelta(), OPENS + HOUR), due(HOUR + minutes(1), None))),
        record(dues=(due(timedelta(), OPENS + HOUR), due(HOUR + minutes(5), None))),
    ),
    (
        waking_rules.woken_when_due,
        record(dues=(due(timedelta(), OPENS + 5 * HOUR), due(timedelta(milliseconds=4), OPENS + HOUR))),
        record(dues=(due(timedelta(), OPENS + 5 * HOUR), due(timedelta(seconds=4), OPENS + HOUR))),
    ),
    (nothing_leaks, left("endpoint config llama-eval-0badcafe-x1"), left(f"endpoint config {CONFIG}")),
    (
        nothing_leaks,
        left("lease of deployment#llama-eval", world=world(troubles=(trouble("runs"),))),
        left("lease of deployment#llama-eval"),
    ),
    (
        nothing_leaks,
        left("3 messages in FunctionDeadLetters", world=world(troubles=(trouble(),))),
        left("3 messages in FunctionDeadLetters"),
    ),
    (
        nothing_leaks,
        record(
            told("Handover Failed", PAST),
            leaks=(f"endpoint {NAME}, InService",),
            endpoint_spans=(span(OPENS, None, "InService"),),
        ),
        left(f"endpoint {NAME}, InService", endpoint_spans=(span(OPENS, None, "InService"),)),
    ),
    (
        nothing_leaks,
        record(RESTS, leaks=(f"scalable target of inference-component/{NAME}-chat",), endpoint_spans=(LIVE,)),
        record(
            RESTS,
            told("Endpoint Deployed", 2 * HOUR),
            leaks=(f"scalable target of inference-component/{NAME}-chat",),
            endpoint_spans=(LIVE,),
        ),
    ),
    (
        nothing_leaks,
        left(f"endpoint {NAME}, InService", endpoint_spans=(PARKED,), component_spans=(COPIES_GONE,)),
        left(
            f"endpoint {NAME}, InService",
            endpoint_spans=(replace(PARKED, instance_count=1),),
            component_spans=(COPIES_GONE,),
        ),
    ),
    (nothing_leaks, left(), left("running execution berth-x", world=world(troubles=(trouble("runs"),)))),
]


@pytest.mark.parametrize(("rule", "good", "bad"), CASES)
def test_a_rule_holds_for_what_is_right_and_is_broken_by_what_is_not(
    rule: Callable[[Record], Iterator[Violation]], good: Record, bad: Record
) -> None:
    assert list(rule(good)) == []
    assert list(rule(bad))


def test_every_rule_has_a_case() -> None:
    assert {rule for rule, _, _ in CASES} == set(RULES)


def test_all_that_is_broken_is_found_at_once() -> None:
    bad = record(decided(HOUR, reason=""), leaks=("waiter for llama-eval",))
    assert {violation.rule for violation in broken(bad)} == {"everything has its reason", "nothing leaks"}


def test_the_walkthrough_breaks_no_rule_about_windows() -> None:
    rules = (window_rules.nothing_past_its_end, window_rules.nobody_is_cut_off)
    assert [violation for rule in rules for violation in rule(Record(world(), run()))] == []

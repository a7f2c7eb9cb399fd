"""Manifests that change under the endpoint: what the old one began, the new one may not want."""

from datetime import timedelta

from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy, HandOver, Hold, Refuse
from tests.builders import END, ON_DEMAND, START, attempt, decide, endpoint, plan, registration, snapshot, stay

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
COMPONENTS = [{"name": "llama-8b", "model": "my-model"}]
ROLE = "arn:aws:iam::111122223333:role/inference"


def test_an_endpoint_with_components_leaves_its_window_like_any_other() -> None:
    deployed = registration(model=None, components=COMPONENTS, execution_role_arn=ROLE)
    decision = decide(snapshot(now=END - 65 * MINUTE, deployment=deployed, endpoint=endpoint(deployed)))
    assert isinstance(decision, HandOver)
    assert decision.rung == "on_demand"


def test_an_endpoint_for_a_model_is_not_moved_to_a_config_for_components() -> None:
    deployed = registration(model=None, components=COMPONENTS, execution_role_arn=ROLE)
    decision = decide(snapshot(now=END - 65 * MINUTE, deployment=deployed, endpoint=endpoint()))
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "on_demand: the endpoint is for a model, the manifest names components" in decision.reason


def test_on_demand_that_the_manifest_no_longer_allows_ends_at_once() -> None:
    now = END + HOUR
    away = snapshot(
        now=now,
        deployment=registration(end_of_window={}),
        plans=(plan(status="Expired"),),
        endpoint=endpoint(plan_arn=None),
        on_demand=(stay(END - HOUR),),
        attempts=(attempt(kind="hand_over", rung="on_demand"),),
    )
    decision = decide(away)
    assert isinstance(decision, HandOver)
    assert decision.rung == "delete"
    assert "the manifest no longer allows any" in decision.reason


def test_an_endpoint_taken_over_on_on_demand_waits_there_for_its_plan() -> None:
    taken_over = snapshot(
        now=START - HOUR,
        deployment=registration(end_of_window={}),
        plans=(plan(status="Scheduled"),),
        endpoint=endpoint(plan_arn=None),
        on_demand=(stay(START - 2 * HOUR),),
    )
    decision = decide(taken_over)
    assert isinstance(decision, Hold)
    assert (decision.code, decision.next_at) == ("AsWanted", START)


def test_by_hand_it_comes_home_even_if_it_does_not_by_itself() -> None:
    stays = registration(end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False})
    seen = snapshot(deployment=stays, endpoint=endpoint(plan_arn=None), on_demand=(stay(START),))
    assert isinstance(decide(seen), Hold)
    assert isinstance(decide(seen, Intent(kind="deploy")), Deploy)


def test_a_plan_asked_for_by_hand_has_to_be_in_the_manifest() -> None:
    decision = decide(snapshot(), Intent(kind="deploy", plan="p5-other"))
    assert isinstance(decision, Refuse)
    assert "the manifest doesn't name plan p5-other" in decision.reason

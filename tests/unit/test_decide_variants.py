"""An endpoint that others made keeps its variant's name, wherever it goes: components and alarms are bound to it."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decide.standing_on import variant_under
from berth_core.decisions import ConfigSpec, HandOver
from berth_core.facts import ConfigSeen, EndpointSeen, VariantSeen
from tests.builders import END, ON_DEMAND, PLAN_ARN, START, block, decide, endpoint, plan, registration, snapshot, stay
from tests.unit import component_facts

THEIRS = "AllTraffic"
SECOND_ARN = PLAN_ARN.replace("p5-for-eval", "p5-second")
SECOND = plan(name="p5-second", arn=SECOND_ARN, blocks=(block(ends_at=END + timedelta(days=1)),))
BOTH = {"plans": ["p5-for-eval", "p5-second"], "instance_type": "ml.p5.48xlarge"}
CLOSING = END - timedelta(minutes=100)
FULL = plan(total_count=1, available_count=0, in_use_count=1)


def theirs(*args: Any, **over: Any) -> EndpointSeen:
    there = endpoint(*args, **over)
    variants = tuple(each.model_copy(update={"name": THEIRS}) for each in there.variants)
    return there.model_copy(update={"variants": variants})


def leaving(rung: str, **over: Any) -> Any:
    deployment = registration(reservation=BOTH, end_of_window={"ladder": [rung, "delete"], "on_demand": ON_DEMAND})
    return snapshot(**{"now": CLOSING, "deployment": deployment, "endpoint": theirs(deployment), **over})


@pytest.mark.parametrize(
    ("name", "seen", "intent"),
    [
        ("another model", snapshot(deployment=registration(model="my-model-v2"), endpoint=theirs()), None),
        (
            "another model on on-demand",
            snapshot(
                deployment=registration(
                    model="my-model-v2", end_of_window={"on_demand": ON_DEMAND, "return_to_reserved": False}
                ),
                endpoint=theirs(plan_arn=None),
                on_demand=(stay(START),),
            ),
            None,
        ),
        ("onto the plan", snapshot(endpoint=theirs(plan_arn=None)), None),
        ("on_demand", leaving("on_demand"), Intent(kind="hand_over", ladder=("on_demand",))),
        ("next_plan", leaving("next_plan", plans=(plan(), SECOND)), Intent(kind="hand_over", ladder=("next_plan",))),
        (
            "a hop",
            snapshot(
                deployment=registration(
                    model="my-model-v2", rollout={"strategy": "hop"}, end_of_window={"on_demand": ON_DEMAND}
                ),
                endpoint=theirs(),
                plans=(FULL,),
            ),
            None,
        ),
    ],
)
def test_each_move_keeps_the_variants_name(name: str, seen: Any, intent: Intent | None) -> None:
    config: ConfigSpec = decide(seen, intent).config
    assert config.variant == THEIRS, name


@pytest.mark.parametrize("on_demand", [ON_DEMAND, None])
def test_parking_keeps_the_variants_name(on_demand: dict[str, Any] | None) -> None:
    ends = {"ladder": ["scale_to_zero", "delete"], **({"on_demand": on_demand} if on_demand else {})}
    deployment = component_facts.deployed(end_of_window=ends)
    seen = component_facts.seen(deployment=deployment, endpoint=theirs(deployment))
    decision = decide(seen, Intent(kind="hand_over", ladder=("scale_to_zero",)))
    assert isinstance(decision, HandOver)
    assert decision.config
    assert decision.config.variant == THEIRS


def test_a_component_is_bound_to_the_variant_that_there_is() -> None:
    seen = component_facts.seen(endpoint=theirs(component_facts.deployed()), components=(), attempts=())
    assert decide(seen).variant == THEIRS


def test_the_name_is_content_so_that_two_of_them_never_share_a_config() -> None:
    new = registration(model="my-model-v2")
    ours, other = (decide(snapshot(deployment=new, endpoint=there)).config.name for there in (endpoint(), theirs()))
    assert ours != other


@pytest.mark.parametrize(
    ("there", "variant"),
    [
        (None, "main"),
        (theirs(), THEIRS),
        (theirs(status="Failed"), "main"),
        (endpoint(variants=()), "main"),
        (endpoint(variants=(), config=None), "main"),
        (
            endpoint(
                variants=(),
                config=ConfigSeen(name="x", model=None, instance_type=None, instance_count=None, variant=THEIRS),
            ),
            THEIRS,
        ),
        (endpoint(variants=(VariantSeen(name=THEIRS, current_count=0, desired_count=0),)), THEIRS),
    ],
)
def test_what_runs_names_it_before_what_is_configured(there: EndpointSeen | None, variant: str) -> None:
    assert variant_under(snapshot(endpoint=there)) == variant

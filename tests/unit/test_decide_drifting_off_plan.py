"""Somebody moves the endpoint off its plan: what `on_drift` says counts before the way home."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.intent import Intent
from berth_core.decisions import Deploy
from berth_core.facts import Override
from tests.builders import ON_DEMAND, START, attempt, decide, endpoint, registration, snapshot, stay
from tests.unit.component_facts import deployed

HOUR = timedelta(hours=1)
DEPLOYED = attempt(kind="deploy", target=endpoint().config_name)
OURS = endpoint(plan_arn=None)
THEIRS = endpoint(registration(model="hotfix"), plan_arn=None).model_copy(update={"config_name": "by-hand"})


def moved(on_drift: str, **over: Any) -> Any:
    """On the plan it was left, and on a config of somebody's on on-demand it is."""
    given = {"deployment": registration(on_drift=on_drift), "endpoint": THEIRS, "attempts": (DEPLOYED,), **over}
    return snapshot(now=START + 2 * HOUR, **given)


def test_it_comes_home_if_it_is_to_be_restored() -> None:
    decision = decide(moved("restore"))
    assert isinstance(decision, Deploy)
    assert decision.config.model == "my-model"
    assert decision.reason.startswith("config by-hand is not ours; on_drift says restore; the endpoint is on on-demand")


def test_it_stays_where_somebody_moved_it_if_the_manifest_says_hold() -> None:
    held = decide(moved("hold"))
    assert (held.code, held.adopt) == ("Drift", None)
    assert held.reason == "config by-hand is not ours, and on_drift says hold"


def test_one_of_our_own_configs_moves_it_as_well() -> None:
    live = OURS.model_copy(update={"changed_at": START + HOUR})
    held = decide(moved("hold", endpoint=live))
    assert held.reason.startswith(f"config {OURS.config_name} is live, {endpoint().config_name} was left")


def test_what_was_found_is_accepted_and_then_comes_home() -> None:
    seen = moved("accept")
    held = decide(seen)
    assert (held.code, held.adopt) == (
        "DriftAccepted",
        Override(model="hotfix", instance_count=1, config_name="by-hand"),
    )
    then = decide(moved("accept", deployment=registration({"override": held.adopt}, on_drift="accept")))
    assert isinstance(then, Deploy)
    assert then.config.model == "hotfix"


LEFT_AWAY = attempt(kind="hand_over", rung="on_demand", target=OURS.config_name)
FAILED_HOME = attempt(kind="deploy", target=endpoint().config_name, done=False, code="RolledBack")
OUT = stay(START + HOUR).model_copy(update={"hop": True})
SINCE = OURS.model_copy(update={"changed_at": START + HOUR})


@pytest.mark.parametrize("on_drift", ["accept", "hold"])
@pytest.mark.parametrize(
    "over",
    [
        {"attempts": (LEFT_AWAY, DEPLOYED), "endpoint": SINCE},
        {"attempts": (FAILED_HOME, LEFT_AWAY, DEPLOYED), "endpoint": SINCE, "intent": "deploy"},
        {"attempts": ()},
        {"attempts": (attempt(kind="hand_over", target="delete"),)},
        {"intent": "deploy"},
        {"on_demand": (OUT,)},
        {"endpoint": THEIRS.model_copy(update={"status": "Failed"})},
    ],
    ids=["our stay", "home failed", "never ours", "made since", "by hand", "a rollout's way", "Failed"],
)
def test_what_berth_did_or_has_yet_to_take_over_was_moved_by_nobody(on_drift: str, over: dict[str, Any]) -> None:
    facts = {key: fact for key, fact in over.items() if key != "intent"}
    decision = decide(moved(on_drift, **facts), Intent(kind=over.get("intent", "reconcile")))
    assert isinstance(decision, Deploy)


def test_instances_of_components_that_come_and_go_were_moved_by_nobody() -> None:
    components = deployed(on_drift="hold", end_of_window={"on_demand": ON_DEMAND})
    live = endpoint(components, plan_arn=None, count=4, changed_at=START + HOUR)
    one = live.model_copy(update={"variants": (live.variants[0].model_copy(update={"desired_count": 1}),)})
    left = attempt(kind="hand_over", rung="on_demand", target=live.config_name)
    assert isinstance(decide(moved("hold", deployment=components, endpoint=one, attempts=(left,))), Deploy)
    other = one.model_copy(update={"config_name": "by-hand"})
    assert decide(moved("hold", deployment=components, endpoint=other, attempts=(left,))).code == "Drift"

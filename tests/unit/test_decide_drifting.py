"""Somebody else changes the endpoint: what is drift, what is a new wish, and what `on_drift` makes of it."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.drifting import has_drifted
from berth_core.decide.intent import Intent
from berth_core.decisions import Hold, Resize, Rotate
from berth_core.facts import Override
from tests.builders import P5, START, attempt, decide, endpoint, plan, registration, snapshot

HOUR = timedelta(hours=1)
ROOM = plan(total_count=4, available_count=2, in_use_count=2)
DEPLOYED = attempt(kind="deploy", target=endpoint().config_name)


def resized(on_drift: str, **over: Any) -> Any:
    """One instance was left, and two run since."""
    two = endpoint(count=2, config_name=endpoint().config_name, changed_at=START + HOUR)
    given = {
        "deployment": registration(on_drift=on_drift),
        "endpoint": two,
        "plans": (ROOM,),
        "attempts": (DEPLOYED,),
        **over,
    }
    return snapshot(now=START + 2 * HOUR, **given)


def test_a_count_that_somebody_changed_is_restored_with_a_word_about_it() -> None:
    decision = decide(resized("restore"))
    assert isinstance(decision, Resize)
    assert decision.reason == "instances in service: 2, 1 were left; on_drift says restore; from 2 to 1, in place"


def test_a_count_that_somebody_changed_is_held() -> None:
    decision = decide(resized("hold"))
    assert isinstance(decision, Hold)
    assert (decision.code, decision.adopt) == ("Drift", None)


def test_a_count_that_somebody_changed_is_adopted_and_then_wished() -> None:
    seen = resized("accept")
    decision = decide(seen)
    assert isinstance(decision, Hold)
    assert decision.code == "DriftAccepted"
    assert decision.adopt is not None
    assert (decision.adopt.model, decision.adopt.instance_count) == ("my-model", 2)
    adopted = registration({"override": decision.adopt}, on_drift="accept")
    assert decide(seen.model_copy(update={"deployment": adopted})).code == "AsWanted"


def test_a_config_that_somebody_made_is_adopted_with_its_model() -> None:
    live = endpoint(registration(model="theirs"))
    theirs = live.model_copy(update={"config_name": "by-hand", "changed_at": START + HOUR})
    seen = resized("accept", endpoint=theirs)
    decision = decide(seen)
    assert decision.code == "DriftAccepted"
    assert decision.adopt == Override(model="theirs", instance_count=1, config_name="by-hand")
    adopted = registration({"override": decision.adopt}, on_drift="accept")
    then = seen.model_copy(update={"deployment": adopted})
    assert decide(then).code == "AsWanted"
    assert isinstance(decide(then, Intent(kind="rotate", instance_count=2)), Resize)
    assert isinstance(decide(then, Intent(kind="rotate", model="ours")), Rotate)


def test_an_adopted_config_that_is_changed_again_is_adopted_again() -> None:
    adopted = Override(model="theirs", instance_count=1, config_name="by-hand")
    live = endpoint(registration(model="theirs"), count=2, config_name="by-hand", changed_at=START + HOUR)
    seen = resized("accept", endpoint=live, deployment=registration({"override": adopted}, on_drift="accept"))
    assert decide(seen).adopt.instance_count == 2


def test_what_was_adopted_is_no_drift_when_the_next_turn_of_an_evaluation_begins() -> None:
    adopted = Override(model="theirs", instance_count=1, config_name="by-hand", in_turn=True)
    turns = registration({"override": adopted}, on_drift="hold", evaluate=[{"model": "ft-a", "hours": 4}])
    live = endpoint(registration(model="theirs"), config_name="by-hand", changed_at=START + HOUR)
    decision = decide(resized("hold", deployment=turns, endpoint=live))
    assert isinstance(decision, Rotate)
    assert decision.config.model == "ft-a"
    assert "drift" not in decision.reason


def test_a_config_that_is_gone_is_not_adopted() -> None:
    unknown = endpoint(config_name="by-hand", config=None, changed_at=START + HOUR)
    decision = decide(resized("accept", endpoint=unknown))
    assert (decision.code, decision.adopt) == ("Drift", None)


@pytest.mark.parametrize("on_drift", ["accept", "hold"])
@pytest.mark.parametrize(
    "over",
    [
        # The manifest is newer than the change.
        {"endpoint": endpoint(count=2, config_name=endpoint().config_name, changed_at=START - 48 * HOUR)},
        # It is as we left it: what differs is a new wish.
        {"attempts": (attempt(kind="resize", target=f"{endpoint().config_name} to 2"), DEPLOYED)},
        # A change of ours that was told as failed has come about all the same.
        {"attempts": (attempt(kind="resize", target=f"{endpoint().config_name} to 2", done=False), DEPLOYED)},
        {"endpoint": endpoint(count=2, config_name=endpoint().config_name, changed_at=registration().registered_at)},
        # What came of the last change is told by the last one that succeeded.
        {"attempts": (attempt(kind="resize", target="y to 3", done=False), attempt(kind="hand_over", target="delete"))},
        # Nothing is known of what was left.
        {"attempts": ()},
        {"attempts": (attempt(kind="hand_over", target="delete"),)},
    ],
)
def test_what_is_no_drift_is_brought_to_what_is_wished(on_drift: str, over: dict[str, Any]) -> None:
    decision = decide(resized(on_drift, **over))
    assert isinstance(decision, Resize)
    assert decision.reason == "from 2 to 1, in place"


def test_what_failed_and_did_not_come_about_is_no_drift() -> None:
    failed = attempt(kind="resize", target=f"{endpoint().config_name} to 3", done=False)
    assert (
        decide(resized("hold", endpoint=endpoint(changed_at=START + HOUR), attempts=(failed, DEPLOYED))).code
        == "AsWanted"
    )


def test_components_that_were_scaled_since_hide_no_drift() -> None:
    scaled = attempt(kind="scale", target="the manifest's copies, version v1")
    assert decide(resized("hold", attempts=(scaled, DEPLOYED))).code == "Drift"


def test_a_name_with_the_mark_of_a_count_in_it_is_read_all_the_same() -> None:
    deployed = registration({"name": "llama-xl"}, name="llama-xl", on_drift="hold")
    live = endpoint(deployed, count=2, changed_at=START + HOUR)
    left = attempt(kind="deploy", target=endpoint(deployed).config_name)
    seen = resized("hold", deployment=deployed, endpoint=live, attempts=(left,))
    assert has_drifted(seen, live) == f"config {live.config_name} is live, {left.target} was left"


def test_what_is_adopted_is_wished_and_no_turn() -> None:
    turn = registration({"override": Override(model="my-model", in_turn=True)}, on_drift="accept")
    assert decide(resized("accept", deployment=turn)).adopt.in_turn is False


def test_one_of_our_older_configs_put_back_by_somebody_is_drift() -> None:
    old = endpoint(registration(model="old"), changed_at=START + HOUR)
    decision = decide(resized("hold", endpoint=old))
    assert decision.code == "Drift"
    assert decision.reason.startswith(f"config {old.config_name} is live, {endpoint().config_name} was left")


def test_who_asks_by_hand_is_not_stopped_by_drift() -> None:
    seen = resized("hold", deployment=registration(
        on_drift="hold", reservation={"plans": ["p5-for-eval"], "instance_type": P5}))  # fmt: skip
    assert isinstance(decide(seen, Intent(kind="rotate", instance_count=1)), Resize)

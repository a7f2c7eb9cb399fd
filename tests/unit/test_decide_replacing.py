"""A new model of an inference component: how its copies are replaced, and what is refused before any call."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.accelerators import accelerators_of
from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decisions import Refuse, Scale
from berth_core.facts import RollbackAlarm
from tests.builders import END, plan, reconcile
from tests.unit.component_facts import LLAMA, MINUTE, NOW, carried_out, component, seen

BIG = {**LLAMA, "accelerators": 2}
WATCHED = {"alarms": ["llama-5xx"], "bake_minutes": 5}


def decide(copies: int = 2, rollout: dict[str, Any] | None = None, accelerators: int = 2, **over: Any) -> Any:
    """One component of two accelerators a copy on one p5 (8 accelerators), with the old model running."""
    manifest = {"components": [{**BIG, "accelerators": accelerators, "copies": copies, "max_copies": 8}]}
    if rollout:
        manifest["rollout"] = rollout  # type: ignore[assignment]
    live = component(model="old", accelerators=accelerators, desired_copies=copies, current_copies=copies)
    given: dict[str, Any] = {"components": (live,), "plans": (plan(available_count=0),), **over}
    return decide_deployment(seen(manifest=manifest, **given), reconcile())


def test_all_at_once_if_the_new_copies_fit_beside_the_old() -> None:
    decision = decide()
    assert isinstance(decision, Scale)
    assert decision.reason == (
        "llama-8b serves old, my-model is wanted; llama-8b: all_at_once (4 accelerators free, 4 needed)"
    )
    assert (decision.components[0].rollout, decision.components[0].anew) == (None, False)


def test_a_batch_at_a_time_if_only_that_fits() -> None:
    decision = decide(copies=3)
    assert "all_at_once needs 6 accelerators for 3 copies beside those that run, and 2 are free" in decision.reason
    assert "rolling, 1 of 3 copies at a time (2 accelerators free, 2 needed)" in decision.reason
    policy = decision.components[0].rollout["RollingUpdatePolicy"]
    assert policy["MaximumBatchSize"] == policy["RollbackMaximumBatchSize"] == {"Type": "COPY_COUNT", "Value": 1}
    assert policy["MaximumExecutionTimeoutInSeconds"] == 3 * 15 * 60
    assert "AutoRollbackConfiguration" not in decision.components[0].rollout


def test_alarms_watch_only_batches_so_those_come_first() -> None:
    decision = decide(rollout=WATCHED, rollback_alarms=(RollbackAlarm(name="llama-5xx", state="OK"),))
    rollout = decision.components[0].rollout
    assert rollout["AutoRollbackConfiguration"] == {"Alarms": [{"AlarmName": "llama-5xx"}]}
    assert rollout["RollingUpdatePolicy"]["WaitIntervalInSeconds"] == 300


@pytest.mark.parametrize(
    ("alarms", "code", "words"),
    [
        ((RollbackAlarm(name="llama-5xx", state="ALARM"),), "AlarmFiring", "wait for OK, or take it out"),
        ((), "AlarmMissing", "there is no such alarm"),
    ],
)
def test_no_batch_begins_under_an_alarm_that_fires_or_is_missing(
    alarms: tuple[RollbackAlarm, ...], code: str, words: str
) -> None:
    decision = decide(rollout=WATCHED, rollback_alarms=alarms)
    assert isinstance(decision, Refuse)
    assert decision.code == code
    assert words in decision.reason


def test_what_fits_no_way_is_refused_with_the_numbers() -> None:
    decision = decide(copies=4)
    assert isinstance(decision, Refuse)
    assert (decision.code, decision.next_at) == ("NoRoom", NOW + 5 * MINUTE)
    assert decision.reason.startswith("llama-8b serves old, my-model is wanted: all_at_once needs 8 accelerators")
    assert "rolling needs 2 accelerators for 1 copy beside those that run, and 0 are free" in decision.reason
    assert decision.reason.endswith("recreate takes the component down, and rollout.allow_downtime isn't true")


def test_recreated_with_its_copies_if_downtime_is_allowed() -> None:
    decision = decide(copies=4, rollout={"allow_downtime": True})
    assert (decision.action, decision.components[0].anew, decision.components[0].copies) == ("copies", True, 4)


@pytest.mark.parametrize(
    ("strategy", "why"),
    [
        ("rolling", "rolling needs 2 accelerators"),
        ("all_at_once", "all_at_once needs 8 accelerators"),
        ("canary", "canary is a way of whole endpoints"),
    ],
)
def test_a_fixed_strategy_that_does_not_fit_is_refused(strategy: str, why: str) -> None:
    decision = decide(copies=4, rollout={"strategy": strategy})
    assert (decision.kind, decision.code) == ("refuse", "NoRoom")
    assert why in decision.reason


def test_one_copy_is_no_batch() -> None:
    decision = decide(copies=1, rollout={"strategy": "rolling"})
    assert "rolling moves at most half of the copies at a time, and there is one" in decision.reason


def test_batches_that_the_window_has_no_time_for() -> None:
    decision = decide(copies=3, rollout={"strategy": "rolling"}, now=END - timedelta(minutes=150))
    assert "rolling has no time: 3 batches may take 45 minutes, and there are" in decision.reason


def test_instances_that_are_still_to_come_count() -> None:
    more = {"plans": ["p5-for-eval"], "instance_type": "ml.p5.48xlarge", "instance_count": 1}
    grown = decide(copies=4, accelerators=2, plans=(plan(available_count=1),))
    assert more["instance_count"] == 1
    assert grown.code == "NoRoom"  # the config keeps one instance at most


def test_on_a_type_that_nobody_can_count_sagemaker_is_asked() -> None:
    looked = seen(components=(component(model="old"),))
    assert looked.endpoint is not None
    assert looked.endpoint.config is not None
    config = looked.endpoint.config.model_copy(update={"instance_type": "ml.p9.96xlarge"})
    strange = looked.model_copy(update={"endpoint": looked.endpoint.model_copy(update={"config": config})})
    decision = decide_deployment(strange, Intent(kind="scale"))
    assert "nobody knows how many accelerators the instances have" in decision.reason
    assert accelerators_of(None) is None


def test_parked_there_is_nothing_to_replace() -> None:
    decision = decide_deployment(
        seen(components=(component(model="old"),)), Intent.model_validate({"kind": "scale", "copies": 0})
    )
    assert isinstance(decision, Scale)
    assert decision.components[0].rollout is None
    assert "needed" not in decision.reason


def test_what_does_not_fit_stops_nothing_else() -> None:
    """The new version's copies come, and the model stays until there is room."""
    new = (carried_out("an earlier version", NOW - 60 * MINUTE),)
    assert decide(copies=4, attempts=new).code == "NoRoom"
    live = component(model="old", accelerators=2, desired_copies=3, current_copies=3)
    decision = decide(copies=4, attempts=new, components=(live,), rollout={"strategy": "all_at_once"})
    assert (decision.kind, decision.components[0].model, decision.components[0].copies) == ("scale", "old", 4)
    assert "all_at_once needs 10 accelerators for 5 copies" in decision.reason


def test_a_component_with_a_container_of_its_own_is_changed_as_it_is() -> None:
    decision = decide(components=(component(model=None, accelerators=2),))
    assert (decision.kind, decision.components[0].model) == ("scale", "my-model")

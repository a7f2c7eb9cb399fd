"""Who waits for a plan before us, where it is too small for all."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.awaiting import awaited
from berth_core.decide.competing import ahead_of_us
from berth_core.facts import Rival
from tests.builders import END, P4D, P5, START, block, plan, registration, snapshot

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def rival(name: str, priority: int = 9, count: int = 1, on: str = "p5-for-eval") -> Rival:
    return Rival(name=name, plan=on, priority=priority, instance_count=count)


@pytest.mark.parametrize(
    ("rivals", "first"),
    [
        ((rival("aya"), rival("bert")), ("aya", "bert")),
        ((rival("bert"), rival("aya")), ("aya", "bert")),
        ((rival("aya", 8, count=2), rival("bert", count=2)), ("bert",)),
        ((rival("bert", count=2), rival("aya", count=2)), ("aya",)),
        ((rival("aya"), rival("bert"), rival("cleo")), ("aya", "bert")),
        ((rival("aya", count=3), rival("bert")), ("bert",)),
        ((rival("aya", on="other"), rival("bert")), ("bert",)),
        ((rival("zephyr", 0), rival("bert")), ("bert",)),
    ],
    ids=["in order", "by name", "by priority", "no room for the second", "no room for the third", "too large",
         "elsewhere", "behind us"],
)  # fmt: skip
def test_who_comes_before_us_and_fits(rivals: tuple[Rival, ...], first: tuple[str, ...]) -> None:
    assert tuple(each.name for each in ahead_of_us(snapshot(rivals=rivals), plan())) == first


def test_who_needs_the_whole_plan_waits_for_it() -> None:
    whole = registration(reservation={"plans": ["p5-for-eval"], "instance_type": P5, "instance_count": 2})
    assert awaited(snapshot(deployment=whole)) == ("p5-for-eval",)


def awaits(*plans: Any, **manifest: Any) -> tuple[str, ...]:
    names = [each.name for each in plans]
    deployment = registration(reservation={"plans": names, "instance_type": P5}, **manifest)
    return awaited(snapshot(deployment=deployment, plans=plans))


def test_nobody_queues_for_what_he_cannot_have() -> None:
    other = block().model_copy(update={"instance_type": P4D})
    later = plan(name="later", arn="arn:l", status="Scheduled", blocks=(block(starts_at=END, ends_at=END + DAY),))
    assert awaits(plan(name="p4d", arn="arn:o", blocks=(other,)), later) == ("later",)
    assert awaits(plan(name="jobs", arn="arn:j", targets=("training-job",)), later) == ("later",)


def test_nobody_queues_for_a_block_that_closes_for_him_but_for_the_next_one() -> None:
    rest = {"end_of_window": {"ladder": ["delete"], "finish_before_minutes": 240}}
    soon = block(ends_at=START + 4 * HOUR)
    again = block(starts_at=END, ends_at=END + DAY)
    assert awaits(plan(blocks=(soon,)), **rest) == ()
    assert awaits(plan(blocks=(soon, again)), **rest) == ()
    assert awaits(plan(blocks=(block(ends_at=START + DAY),)), **rest) == ("p5-for-eval",)

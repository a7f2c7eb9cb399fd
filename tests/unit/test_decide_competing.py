"""Who waits for a plan before us, where it is too small for all."""

import pytest

from berth_core.decide.competing import ahead_of_us, awaited
from berth_core.facts import Rival
from tests.builders import P5, plan, registration, snapshot


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

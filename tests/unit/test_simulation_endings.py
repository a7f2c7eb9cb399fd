"""Whether an endpoint stands, a while after its trouble, as it does in the same world without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rehearsal.sagemaker.history import ComponentSpan
from rehearsal.simulation.ending_rules import ends_as_without_trouble, looks
from rehearsal.simulation.worlds import Declared
from tests.unit.made_up_record import CALM, record, trouble, world
from tests.unit.made_up_run import CLOSES, NAME, OPENS, START, minutes, span

OFF_PLAN = span(OPENS + minutes(5), CLOSES - timedelta(hours=1), "InService")
RESTS = ComponentSpan("chat", NAME, "InService", "my-model", 1, OPENS + minutes(12), None)


def test_an_endpoint_that_ends_elsewhere_than_without_trouble_is_found() -> None:
    about = world(troubles=(trouble(),))
    untroubled = record(endpoint_spans=(OFF_PLAN,))
    same = record(world=about, endpoint_spans=(replace(OFF_PLAN, start=CALM + minutes(19)),))
    late = record(world=about, endpoint_spans=(replace(OFF_PLAN, start=CALM + minutes(21)),))
    assert list(ends_as_without_trouble(looks(same), untroubled)) == []
    assert [violation.rule for violation in ends_as_without_trouble(looks(late), untroubled)] == [
        "ends as without trouble"
    ]


def test_better_than_without_trouble_is_fine() -> None:
    wish = {"model": "my-model", "reservation": {"plans": ["p5-for-eval"], "instance_count": 1}, "end_of_window": {}}
    about = world(troubles=(trouble(),), declared=(Declared(START, NAME, wish),))
    wished = replace(OFF_PLAN, model="my-model", plan="p5-for-eval", instance_count=1)
    old = record(world=about.without_trouble, endpoint_spans=(replace(wished, model="old"),))
    for found, broke in ((wished, 0), (replace(wished, instance_count=2), 1), (replace(wished, plan="another"), 1)):
        there = record(world=about, endpoint_spans=(found,))
        assert len(list(ends_as_without_trouble(looks(there), old))) == broke


def test_copies_count_and_how_many_is_for_auto_scaling_to_say() -> None:
    about = world(troubles=(trouble(),))
    untroubled = record(endpoint_spans=(OFF_PLAN,), component_spans=(RESTS,))
    more = record(world=about, endpoint_spans=(OFF_PLAN,), component_spans=(replace(RESTS, copies=2),))
    none = record(world=about, endpoint_spans=(OFF_PLAN,), component_spans=(replace(RESTS, copies=0),))
    assert list(ends_as_without_trouble(looks(more), untroubled)) == []
    assert list(ends_as_without_trouble(looks(none), untroubled))


def test_what_changes_just_then_without_trouble_is_not_compared() -> None:
    changing = record(endpoint_spans=(replace(OFF_PLAN, start=CALM + minutes(5)),))
    assert list(ends_as_without_trouble(looks(record(world=world(troubles=(trouble(),)))), changing)) == []


@pytest.mark.parametrize("excuse", ["capacity", "updates"])
def test_trouble_that_changes_what_is_right_is_not_compared(excuse: str) -> None:
    assert not list(looks(record(world=world(troubles=(trouble(excuse),)))))
    assert list(looks(record(world=world(troubles=(trouble("runs"),)))))

"""When a world that had its trouble stands again as it does without any."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.sagemaker.history import EndpointSpan, PlanSpan
from rehearsal.simulation import settling
from rehearsal.simulation.settling import has_settled
from rehearsal.simulation.worlds import Trouble
from tests.unit.made_up_record import CALM, record, world
from tests.unit.made_up_run import NAME, OPENS, PLAN, minutes, span

LIVE = span(OPENS, None, "InService")
BOUGHT = PlanSpan(PLAN, "Active", OPENS)


@pytest.mark.parametrize(
    ("spans", "plans", "at_work", "settled"),
    [
        ((LIVE,), (BOUGHT,), (), True),
        ((span(OPENS + minutes(9), None, "InService", config="another-name"),), (BOUGHT,), (), True),
        ((span(OPENS, None, "Updating"),), (BOUGHT,), (), False),
        ((span(OPENS, None, "InService", instance_count=2),), (BOUGHT,), (), False),
        ((), (BOUGHT,), (), False),
        ((LIVE,), (), (), False),
        ((LIVE,), (PlanSpan(PLAN, "Scheduled", OPENS),), (), False),
        ((LIVE,), (BOUGHT,), ("lease of deployment#llama-eval",), False),
    ],
    ids=["the same", "a little later", "under way", "larger", "gone", "not bought", "not open", "somebody is at work"],
)
def test_nothing_more_is_to_be_seen(
    monkeypatch: pytest.MonkeyPatch,
    spans: tuple[EndpointSpan, ...],
    plans: tuple[PlanSpan, ...],
    at_work: tuple[str, ...],
    settled: bool,
) -> None:
    history = SimpleNamespace(endpoint_spans=lambda: list(spans), component_spans=list, plan_spans=lambda: list(plans))
    cloud: Any = SimpleNamespace(now=CALM, sagemaker=SimpleNamespace(history=history))
    monkeypatch.setattr(settling, "at_work", lambda *_: iter(at_work))
    before = span(OPENS - timedelta(hours=2), OPENS, "Creating")
    untroubled = record(endpoint_spans=(before, LIVE), plan_spans=(BOUGHT,)).outline
    assert has_settled(cloud, {}, (NAME,), untroubled) is settled


def test_a_world_that_has_settled_is_over_with_the_trouble_that_it_had() -> None:
    """What was still to come excuses nothing."""
    at = CALM + minutes(12)
    first, later = (
        Trouble("now", CALM - minutes(5), CALM, (), frozenset({"runs"})),
        Trouble("later", at + minutes(20), at + minutes(25), (), frozenset({"capacity"})),
    )
    ended = world(troubles=(first, later), calms=(CALM, at + minutes(25))).ended_at(at)
    assert (ended.troubles, ended.calms, ended.until, ended.excuses) == ((first,), (CALM,), at, frozenset({"runs"}))


@pytest.mark.parametrize(("after", "troubled"), [(-6, False), (-5, True), (0, True), (9, True), (10, False)])
def test_nobody_looks_during_trouble_nor_right_after(after: int, troubled: bool) -> None:
    assert (
        world(troubles=(Trouble("any", CALM - minutes(5), CALM, ()),)).is_troubled(CALM + minutes(after), minutes(10))
        is troubled
    )

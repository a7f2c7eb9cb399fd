"""What a rule of the simulation doesn't hold against the service, although it looks as if it did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rehearsal.simulation.telling_rules import nothing_fails_without_cause
from rehearsal.simulation.window_rules import gone_as_promised
from rehearsal.simulation.worlds import Declared
from tests.unit.made_up_record import record, told, world
from tests.unit.made_up_run import CLOSES, NAME, OPENS, START, minutes, span

HOUR = timedelta(hours=1)
NO_ROOM = (
    "copies and is InService (Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity"
)
SOONER = world(
    declared=tuple(
        Declared(at, NAME, {"end_of_window": {"finish_before_minutes": finish}})
        for at, finish in ((START, 30), (OPENS + HOUR, 5))
    )
)


@pytest.mark.parametrize(("before_minutes", "broken"), [(10, False), (3, True)])
def test_whoever_changes_the_manifest_meanwhile_asks_for_another_time(before_minutes: int, *, broken: bool) -> None:
    stood = span(OPENS + minutes(5), CLOSES - minutes(before_minutes), "InService")
    assert bool(list(gone_as_promised(record(world=SOONER, endpoint_spans=(stood,))))) is broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [(f"chat has 0 of 1 {NO_ROOM} error: no room)", False), ("chat has 0 of 1 copies and is Failed", True)],
)
def test_a_component_whose_instances_another_deployment_has_fails_with_cause(text: str, *, broken: bool) -> None:
    found = list(nothing_fails_without_cause(record(told("Deployment Failed", HOUR, text))))
    assert bool(found) is broken

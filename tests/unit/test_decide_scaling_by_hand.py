"""Copies of inference components as a person orders them: parked, raised, made anew."""

from berth_core.facts import Override
from tests.builders import decide, endpoint, snapshot
from tests.unit.component_facts import (
    FRIDAY,
    HOUR,
    MINUTE,
    MONDAY,
    NOW,
    SCALING,
    WEEKEND,
    by_hand,
    carried_out,
    deployed,
    seen,
)


class TestByHand:
    def test_zero_parks_all_components_and_nothing_wakes_them(self) -> None:
        decision = decide(seen(SCALING), by_hand(copies=0))
        assert (decision.rung, decision.copies, decision.target) == (
            "park",
            0,
            "0 copies by hand at 2026-03-03 14:30 UTC",
        )
        assert [each.copies for each in decision.components] == [0]
        assert decision.scaling[0].suspended
        assert decision.scaling[0].min_copies == 0
        assert not decision.scaling[0].wakes  # its alarm would fire with every refused call, for nothing

    def test_more_than_the_manifest_allows_is_refused_with_the_way_out(self) -> None:
        decision = decide(seen(), by_hand(copies=5))
        assert (decision.kind, decision.code) == ("refuse", "TooManyCopies")
        assert decision.reason == "copies asked: 5; llama-8b has max_copies 4: raise it in the manifest"

    def test_recreating_deletes_and_makes_anew(self) -> None:
        decision = decide(seen(), by_hand(copies=2, method="delete_and_recreate"))
        assert (decision.action, [each.copies for each in decision.components]) == ("recreate", [2])

    def test_recreating_with_zero_leaves_nothing_behind(self) -> None:
        decision = decide(seen(SCALING), by_hand(copies=0, method="delete_and_recreate"))
        assert (decision.components, decision.scaling, decision.copies) == ((), (), 0)

    def test_what_was_deleted_to_park_it_stays_deleted(self) -> None:
        asked = Override(copies=0, copies_at=NOW - HOUR, method="delete_and_recreate")
        looked = seen(
            deployment=deployed().model_copy(update={"override": asked}),
            components=(),
            attempts=(carried_out("0 copies by hand at 2026-03-03 13:30 UTC", NOW - MINUTE), carried_out()),
        )
        assert decide(looked).code == "AsWanted"

    def test_it_lasts_until_the_schedules_next_rule(self) -> None:
        asked = Override(copies=4, copies_at=FRIDAY + HOUR)
        looked = seen(
            {"schedule": WEEKEND},
            now=FRIDAY + 2 * HOUR,
            deployment=deployed({"schedule": WEEKEND}).model_copy(update={"override": asked}),
            attempts=(),
        )
        assert decide(looked).copies == 4
        assert decide(looked.model_copy(update={"now": MONDAY})).target == "2 copies from 2026-03-09 06:00 UTC"

    def test_a_deployment_without_components_has_nothing_to_scale(self) -> None:
        decision = decide(snapshot(endpoint=endpoint()), by_hand(copies=0))
        assert (decision.kind, decision.code) == ("refuse", "NotSupported")

    def test_without_an_endpoint_there_is_nothing_to_scale(self) -> None:
        decision = decide(snapshot(deployment=deployed()), by_hand(copies=0))
        assert (decision.kind, decision.code) == ("hold", "NoEndpoint")
        failed = endpoint(deployed(), status="Failed")
        assert "it is Failed" in decide(snapshot(deployment=deployed(), endpoint=failed), by_hand(copies=0)).reason

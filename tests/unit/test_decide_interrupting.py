"""What comes after a block, and how long nothing reserved serves until then."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.interrupting import Interruption, interruption
from tests.builders import END, PLAN_ARN, START, block, plan

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FINISH = END - HOUR


def second(starts_at: Any, ends_at: Any = END + 200 * HOUR) -> Any:
    return plan(name="p5-second", arn=f"{PLAN_ARN}-second", blocks=(block(starts_at, ends_at),))


def after(
    *others: Any, here: Any = None, ladder: tuple[str, ...] = ("next_plan", "delete"), gap: str = "delete"
) -> Any:
    here = here or plan()
    return interruption(
        ladder=ladder, between_blocks=gap, plans=(here, *others), here=here, block=block(), finish_by=FINISH
    )


@pytest.mark.parametrize(
    ("starts_at", "minutes"),
    [(START, None), (FINISH - 20 * MINUTE, None), (FINISH - 19 * MINUTE, 0), (END, 60), (END + 23 * HOUR, 1440)],
    ids=["long before", "just in time", "too late to move onto", "touching", "a gap"],
)
def test_the_gap_lasts_from_the_finish_to_the_next_opening(starts_at: Any, minutes: int | None) -> None:
    found = after(second(starts_at))
    assert (found and found.minutes) == minutes


def test_nothing_comes_after_the_last() -> None:
    assert after() is None
    assert after(second(START, END)) is None


def test_a_plan_that_is_open_helps_only_if_the_ladder_leads_to_it() -> None:
    later = second(END + HOUR)
    found = after(second(START).model_copy(update={"name": "open"}), later, ladder=("delete",))
    assert (found.next_plan, found.minutes) == ("p5-second", 120)


def test_between_two_blocks_the_manifest_has_a_word_of_its_own() -> None:
    blocks = plan(blocks=(block(), block(END + 24 * HOUR, END + 48 * HOUR)))
    assert after(here=blocks).bridge is None
    assert after(here=blocks, gap="on_demand").bridge == "on_demand"
    assert after(here=blocks, gap="on_demand").minutes == 25 * 60


def test_blocks_that_touch_are_two_with_a_word_for_the_gap_between_them() -> None:
    touching = plan(blocks=(block(), block(END, END + 24 * HOUR)))
    found = after(second(START), here=touching, gap="on_demand")
    assert (found.next_plan, found.minutes, found.bridge) == ("p5-for-eval", 60, "on_demand")


def test_a_rung_that_bridges_is_of_the_ladder_where_no_other_block_follows() -> None:
    later = second(END + HOUR)
    assert after(later, ladder=("next_plan", "on_demand"), gap="delete").bridge == "on_demand"
    assert after(later, ladder=("next_plan", "delete"), gap="on_demand").bridge is None


@pytest.mark.parametrize(
    ("ends_at", "helps"), [(END, False), (END + MINUTE, True)], ids=["ends with the block", "lasts longer"]
)
def test_a_plan_helps_that_lasts_longer_than_the_block_that_is_left(ends_at: Any, helps: bool) -> None:
    later = second(END + 3 * HOUR).model_copy(update={"name": "later"})
    open_now = second(START, ends_at)
    assert (after(open_now, later) is None) is helps
    soon = second(FINISH, ends_at)
    assert after(soon, later).next_plan == ("p5-second" if helps else "later")


def test_it_is_told_in_words() -> None:
    gap = Interruption(starts_at=FINISH, ends_at=END, next_plan="p5-second")
    opens = "until p5-second opens at 2026-03-10 11:30 UTC"
    assert gap.text == f"nothing serves for 60 minutes, from 2026-03-10 10:30 UTC {opens}"
    bridged = gap.model_copy(update={"bridge": "on_demand"})
    assert bridged.text == f"on-demand bridges the 60 minutes {opens}"

"""AWS's published times of scale to zero come out of the rehearsal's parts, and docs/timings.md says so."""

from __future__ import annotations

import pytest

from rehearsal import timings


@pytest.fixture(scope="module")
def measured() -> list[timings.Timing]:
    return timings.measured()


def test_every_published_time_comes_out(measured: list[timings.Timing]) -> None:
    assert [(each.what, round(each.rehearsed, 2)) for each in measured] == [
        ("From the last request to no copies", 15.0),
        ("From the last request to no instances", 25.0),
        ("From the load to more copies asked for", 1.0),
        ("From the first refused request to a copy, 8B model", 5.03),
        ("From the first refused request to a copy, 70B model", 6.0),
    ]
    assert all(abs(each.rehearsed - each.published) < 0.01 for each in measured)


def test_the_page_is_in_step(measured: list[timings.Timing]) -> None:
    assert timings.PAGE.read_text(encoding="utf-8") == timings.page(measured), "run make timings"

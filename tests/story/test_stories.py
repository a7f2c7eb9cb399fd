"""Every scenario that comes with Berth: what it expects holds, nothing is left behind, and it goes as it went before.

BERTH_REWRITE_GOLDEN=1 writes the transcripts anew; the diff then shows what changed in behaviour.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal import scenario, scenario_table
from rehearsal.run import Run
from rehearsal.transcript import transcript

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS = Path(__file__).parents[2] / "docs" / "scenarios.md"
Replayed = Callable[[str], Run]

each_story = pytest.mark.parametrize("name", scenario.names())


@each_story
def test_what_the_story_expects_holds_and_nothing_is_left_behind(name: str, replayed: Replayed) -> None:
    run = replayed(name)
    assert list(run.problems()) == []
    assert run.good


@each_story
def test_the_story_goes_as_its_transcript_says(name: str, replayed: Replayed) -> None:
    path = GOLDEN / f"{name}.txt"
    told = transcript(replayed(name))
    if os.environ.get("BERTH_REWRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert path.is_file(), f"no transcript yet: BERTH_REWRITE_GOLDEN=1 writes {path}"
    assert told == path.read_text(encoding="utf-8")


@each_story
def test_the_page_of_scenarios_says_how_it_ended(name: str, replayed: Replayed) -> None:
    row = scenario_table.row(replayed(name))
    if os.environ.get("BERTH_REWRITE_GOLDEN"):
        _write_row(name, row)
    assert row in SCENARIOS.read_text(encoding="utf-8"), "make scenarios writes docs/scenarios.md anew"


def test_the_page_of_scenarios_has_them_all_in_order() -> None:
    lines = SCENARIOS.read_text(encoding="utf-8").removeprefix(scenario_table.HEAD).splitlines()
    assert [line.split("`")[1] for line in lines] == scenario.names()


def _write_row(name: str, row: str) -> None:
    """Into its place, without those of scenarios that are no more. Workers write one after the other."""
    with SCENARIOS.open("r+", encoding="utf-8") as page:
        fcntl.flock(page, fcntl.LOCK_EX)
        lines = page.read().removeprefix(scenario_table.HEAD).splitlines(keepends=True)
        rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")} | {name: row}
        page.seek(0)
        page.truncate()
        page.write(scenario_table.HEAD + "".join(rows[each] for each in scenario.names() if each in rows))


def test_every_transcript_has_its_story() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(scenario.names())


@pytest.mark.parametrize("name", ["events-dropped", "events-doubled"])
def test_lost_and_doubled_events_change_when_things_happen_but_not_how_they_end(name: str, replayed: Replayed) -> None:
    assert announced(replayed(name)) == announced(replayed("walkthrough"))
    assert replayed(name).endpoints == replayed("walkthrough").endpoints


def announced(run: Run) -> list[tuple[str, str]]:
    """What was announced of endpoints, without when and why: holds and reasons name times, which may differ."""
    told = ("Endpoint Deployed", "Endpoint Rotated", "Handover Completed")
    events = [entry for entry in run.entries if entry.kind == "event"]
    return [(entry.subject, name) for entry in events for name in told if name in f"{entry.subject} {entry.text}"]

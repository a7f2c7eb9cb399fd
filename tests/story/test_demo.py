"""`make demo`: its exit code says whether all was well, and the leak check finds what an unfinished story leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rehearsal import demo, scenario
from rehearsal.replay import replay
from rehearsal.scenario import ScenarioError


def write(folder: Path, **own: object) -> Path:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({"like": "one-day", "name": "mine", **own}), encoding="utf-8")
    return path


def test_a_story_that_stops_midway_leaves_things_behind_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main(str(write(tmp_path, until="2026-03-04T11:31:00Z")), tmp_path) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "left behind: endpoint llama-eval, InService" in told
    assert "left behind: endpoint config llama-eval-" in told
    assert "expected at 04 Mar 11:31: endpoint llama-eval absent; found: state InService" in told
    assert (tmp_path / "report.html").is_file()


def test_what_a_story_says_it_leaves_is_no_leak(tmp_path: Path) -> None:
    path = write(tmp_path, until="2026-03-04T11:31:00Z", leaves={"endpoints": ["llama-eval"]})
    assert not [leak for leak in replay(scenario.load(path)).leaks if leak.startswith("endpoint")]


def test_one_time_schedules_of_a_window_that_is_still_open_are_found(tmp_path: Path) -> None:
    found = replay(scenario.load(write(tmp_path, until="2026-03-03T15:00:00Z", steps=[]))).leaks
    assert [leak for leak in found if leak.startswith("one-time schedule")]


def test_what_is_no_scenario_has_an_exit_code_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main("no-such-story", tmp_path) == 2
    assert "no scenario 'no-such-story'" in capsys.readouterr().out


def test_a_step_that_waits_for_a_plan_that_nobody_buys_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, steps=[{"at": "plan p6 start", "clear_faults": True}])
    with pytest.raises(ScenarioError, match=r"plans that nobody has bought: p6; add a buy step"):
        replay(scenario.load(path))


def test_a_step_after_the_end_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, steps=[{"at": "+9d", "clear_faults": True}])
    with pytest.raises(ScenarioError, match=r"'\+9d' is 2026-03-11 .* move the step or the end"):
        replay(scenario.load(path))

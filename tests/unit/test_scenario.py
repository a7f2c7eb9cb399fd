"""Scenarios: what can be written, and what is said to someone who wrote something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from rehearsal import scenario
from rehearsal.doing import ACTS
from rehearsal.moments import Edge, parse_length, parse_moment
from rehearsal.scenario import ScenarioError
from rehearsal.settings import Settings
from rehearsal.steps import VERBS

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
OPENS = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
CLOSES = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)


def plan_times(plan: str, block: int | None, edge: Edge) -> datetime:
    assert plan == "p5-for-eval"
    later = timedelta(days=100) if block == 2 else timedelta()
    return (OPENS if edge == "start" else CLOSES) + later


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-03T11:30:00Z", OPENS),
        ("2026-03-03T12:30:00+01:00", OPENS),
        ("+0m", START),
        ("+2d2h30m", OPENS),
        ("plan p5-for-eval start", OPENS),
        ("plan p5-for-eval start +30m", OPENS + timedelta(minutes=30)),
        ("plan p5-for-eval end -2h", CLOSES - timedelta(hours=2)),
        ("plan p5-for-eval block 2 end -1h30m", CLOSES + timedelta(days=100) - timedelta(minutes=90)),
    ],
)
def test_a_moment_is_iso_or_an_offset_or_an_edge_of_a_plan(written: str, expected: datetime) -> None:
    assert parse_moment(written).resolve(START, plan_times) == expected


def test_a_moment_that_yaml_has_already_read_is_taken_as_it_is() -> None:
    assert parse_moment(yaml.safe_load("2026-03-03T11:30:00Z")).resolve(START, plan_times) == OPENS


@pytest.mark.parametrize(
    "written",
    ["tomorrow", "+", "+2x", "+30m2h", "2026-03-03T11:30:00", "plan p5", "plan p5 middle", "plan p5 end 2h", 7],
)
def test_anything_else_is_no_moment_and_the_error_says_what_is(written: object) -> None:
    with pytest.raises(ValueError, match=r"2026-03-03T11:30:00Z.*\+2d3h30m.*plan my-plan"):
        parse_moment(written)


def test_a_length_has_its_units_from_days_down_to_seconds() -> None:
    assert parse_length("1d2h3m4s") == timedelta(days=1, hours=2, minutes=3, seconds=4)


def written(**changes: Any) -> dict[str, Any]:
    given = {
        "name": "one-day",
        "title": "One day",
        "shows": "A day.",
        "start": "2026-03-01T09:00:00Z",
        "until": "+1d",
        "steps": [{"at": "+0m", "create_model": {"name": "my-model"}}],
        "expect": [{"failed_requests": 0}],
    }
    return {**given, **changes}


def load(tmp_path: Path, **changes: Any) -> scenario.Scenario:
    path = tmp_path / "one-day.yaml"
    path.write_text(yaml.safe_dump(written(**changes)), encoding="utf-8")
    return scenario.load(path)


def error_of(tmp_path: Path, **changes: Any) -> str:
    with pytest.raises(ScenarioError) as raised:
        load(tmp_path, **changes)
    return str(raised.value)


def test_a_scenario_can_be_loaded_and_not_changed_afterwards(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.ends_at == START + timedelta(days=1)
    with pytest.raises(ValidationError, match="frozen"):
        loaded.title = "Two days"  # type: ignore[misc]  # what mypy says is what must happen


def test_an_unknown_key_is_named_with_its_path_and_what_is_allowed_there(tmp_path: Path) -> None:
    steps = [{"at": "+0m", "traffic": {"endpont": "a", "requests_per_minute": 1, "from": "+1m", "until": "+2m"}}]
    error = error_of(tmp_path, steps=steps)
    assert (
        "steps[0].traffic.endpont: unknown key; allowed here: endpoint, component, requests_per_minute, from, until"
        in error
    )
    assert "steps[0].traffic.endpoint: required, and missing" in error


def test_an_unknown_key_at_the_top_and_in_an_expectation_is_named_too(tmp_path: Path) -> None:
    error = error_of(tmp_path, stpes=[], expect=[{"endpoint": {"name": "a", "sate": "absent"}}])
    assert "stpes: unknown key; allowed here: name, title, shows, start, until" in error
    assert "expect[0].endpoint.sate: unknown key; allowed here: name, state, model" in error


def test_a_step_does_exactly_one_thing(tmp_path: Path) -> None:
    two = [{"at": "+0m", "clear_faults": True, "remove_manifest": {"deployment": "a"}}]
    assert "steps[0]: a step does one thing: it has remove_manifest and clear_faults" in error_of(tmp_path, steps=two)
    assert "steps[0]: a step does one thing: it has none, of put_on_sale, withdraw_offer" in error_of(
        tmp_path, steps=[{"at": "+0m"}]
    )


def test_an_expectation_says_exactly_one_thing(tmp_path: Path) -> None:
    both = [{"failed_requests": 0, "configs_left": 0}]
    assert "expect[0]: an expectation says one thing: it has failed_requests and configs_left" in error_of(
        tmp_path, expect=both
    )


def test_a_purchase_needs_one_way_to_choose_the_offering(tmp_path: Path) -> None:
    assert "steps[0].buy: give either offering" in error_of(tmp_path, steps=[{"at": "+0m", "buy": {"plan": "p"}}])


def test_a_manifest_comes_from_one_source(tmp_path: Path) -> None:
    steps = [{"at": "+0m", "put_manifest": {"deployment": "a", "text": "a: 1", "file": "a.yaml"}}]
    assert "steps[0].put_manifest: give exactly one of manifest" in error_of(tmp_path, steps=steps)


def test_a_fault_that_can_not_happen_there_is_refused_with_those_that_can(tmp_path: Path) -> None:
    steps = [{"at": "+0m", "fault": [{"on": "event:x", "do": "throttle"}]}]
    assert "'throttle' can't happen to 'event:x'; it can be drop, double, delay" in error_of(tmp_path, steps=steps)


def test_the_end_can_not_depend_on_a_plan(tmp_path: Path) -> None:
    assert "until: 'plan p end' depends on a plan: write an ISO time" in error_of(tmp_path, until="plan p end")


def test_settings_are_checked_against_the_rehearsals_own(tmp_path: Path) -> None:
    assert load(tmp_path, settings={"timings": {"activation_minutes": 17}}).cloud_settings() == Settings.model_validate(
        {"start": START, "timings": {"activation_minutes": 17}}
    )
    misplaced = error_of(tmp_path, settings={"activation_minutes": 17})
    assert (
        "settings.activation_minutes: unknown key; allowed here: start, region, account_id, seed, timings" in misplaced
    )
    started = error_of(tmp_path, settings={"start": "2026-01-01T00:00:00Z"})
    assert "settings: the scenario's own start is used; remove settings.start" in started


def test_what_is_not_yaml_or_not_a_mapping_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("a: [1", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"bad\.yaml: not YAML"):
        scenario.load(path)
    path.write_text("- a", encoding="utf-8")
    with pytest.raises(ScenarioError, match="a scenario is a mapping with name, title"):
        scenario.load(path)


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario 'walktrough'.*walkthrough"):
        scenario.find("walktrough")


@pytest.mark.parametrize("name", scenario.names())
def test_every_scenario_that_comes_with_berth_loads_and_is_named_like_its_file(name: str) -> None:
    assert scenario.load(scenario.find(name)).name == name


def test_a_scenario_like_another_adds_its_steps_and_expectations_and_replaces_the_rest(tmp_path: Path) -> None:
    load(tmp_path)
    path = tmp_path / "other.yaml"
    own = {
        "like": "one-day",
        "name": "other",
        "steps": [{"at": "+1m", "clear_faults": True}],
        "expect": [{"configs_left": 0}],
    }
    path.write_text(yaml.safe_dump(own), encoding="utf-8")
    both = scenario.load(path)
    assert (both.name, both.title) == ("other", "One day")
    assert [step.verb for step in both.steps] == ["create_model", "clear_faults"]
    assert [each.check for each in both.expect] == ["failed_requests", "configs_left"]


def test_every_verb_of_a_step_can_be_done() -> None:
    assert set(ACTS) == set(VERBS)

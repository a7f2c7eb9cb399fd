"""A few drawn worlds on every run; `.ci/run` plays some hundreds and those that once broke a rule.

Played in processes of their own: seeds are played in forks, which want a process without threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from berth_core.manifest import Manifest
from berth_core.parsing import parse_manifest
from rehearsal.simulation.bystanders import at_opening
from rehearsal.simulation.drawing import SEEDS_PER_WORLD, drawn_world
from rehearsal.simulation.scenario_worlds import troubled_scenario
from rehearsal.simulation.worlds import Declared

ROOT = Path(__file__).parents[2]
PLAYED = (20, 21, 22, 23)
"""A few that share a world: they take seconds."""
SCENARIO = "extension-ahead"
"""Over which trouble is laid."""


def simulated(*options: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join((str(ROOT), "layers/core"))}
    command = [sys.executable, "-m", "rehearsal", "simulate", "--workers", "1", *options]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str | None, int], dict[str, Any]]:
    """What came of each seed, played in one process that starts up once."""
    program = f"""
import json
from rehearsal.simulation import warm
from rehearsal.simulation.judging import Asked, judged_together
warm.up()
for scenario, seeds in {[(None, PLAYED), (SCENARIO, (0,))]}:
    for each in judged_together([Asked(seed, scenario, digests=True) for seed in seeds]):
        broken = [str(violation) for violation in each.violations]
        asked = {{"scenario": each.asked.scenario, "seed": each.asked.seed}}
        print(json.dumps({{**asked, "struck": each.struck, "broken": broken, "digest": each.digest}}))
"""
    paths = os.pathsep.join((str(ROOT), "layers/core"))
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    lines = map(json.loads, found.stdout.splitlines())
    return {(line["scenario"], line["seed"]): line for line in lines}


@pytest.mark.parametrize("seed", PLAYED)
def test_no_rule_is_broken(judged: dict[tuple[str | None, int], dict[str, Any]], seed: int) -> None:
    assert judged[None, seed]["broken"] == []


def test_trouble_strikes(judged: dict[tuple[str | None, int], dict[str, Any]]) -> None:
    assert sum(each["struck"] for each in judged.values()) > len(judged)


def test_trouble_is_played_over_a_scenario(judged: dict[tuple[str | None, int], dict[str, Any]]) -> None:
    assert judged[SCENARIO, 0]["struck"]
    assert judged[SCENARIO, 0]["broken"] == []


def test_a_seed_plays_alike_alone_and_among_others_whatever_the_hash_seed(
    judged: dict[tuple[str | None, int], dict[str, Any]],
) -> None:
    by_itself = simulated("--from", "21", "--seeds", "1", "--digest", hash_seed="2")
    assert "every rule held" in by_itself.stdout, by_itself.stdout + by_itself.stderr
    assert by_itself.returncode == 0
    assert by_itself.stdout.splitlines()[0] == f"21 {judged[None, 21]['digest']}"
    assert len({each["digest"] for each in judged.values()}) > 1


def test_a_planted_bug_is_found() -> None:
    found = simulated("--plant", "config-deleted-unverified", "--seeds", "1")
    assert "BROKEN in seed" in found.stdout, found.stdout + found.stderr
    assert "--plant config-deleted-unverified" in found.stdout
    assert found.returncode == 0


def test_seeds_that_crash_hang_or_burn_are_failed_seeds_and_the_others_go_on() -> None:
    program = """
import time
from rehearsal.simulation import judging
from rehearsal.simulation.forks import in_a_fork

def crash(world):
    raise KeyError("a mistake")

print(in_a_fork(lambda: 6 * 7, limit_seconds=5))
def burn():
    while True:
        pass
print(in_a_fork(burn, limit_seconds=1))
print(in_a_fork(lambda: crash(None), limit_seconds=1))
judging.Play = crash
for each in judging.judged_together([judging.Asked(20, shrinks=False), judging.Asked(21, shrinks=False)]):
    print(each.asked.seed, *map(str, each.violations))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), "layers/core"))}
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    lines = found.stdout.splitlines()
    assert lines[0] == "42"
    assert lines[1] == "Died(text='took more than 1 s of processor time')"
    assert "KeyError in <string>" in lines[2]
    assert [line.split(" ")[0] for line in lines[3:]] == ["20", "21"]
    assert all("every seed comes to its end" in line and "KeyError" in line for line in lines[3:])


def test_a_world_is_drawn_from_its_seed_alone() -> None:
    assert drawn_world(5) == drawn_world(5)
    assert drawn_world(5) != drawn_world(6)
    assert drawn_world(5).without_trouble == drawn_world(6).without_trouble
    assert drawn_world(5).without_trouble != drawn_world(5 + SEEDS_PER_WORLD).without_trouble


def test_nobody_starts_what_was_removed() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    there = Declared(start, "llama-eval", {"name": "llama-eval"})
    removed = Declared(start + timedelta(hours=20), "llama-eval", None)
    openings = [start + timedelta(hours=hours) for hours in range(1, 40)]
    begun = [datetime.fromisoformat(step["at"]) for step in at_opening(Random(1), [there, removed], openings, 0)]
    assert begun
    assert max(begun) < removed.at + timedelta(seconds=10)
    assert len(at_opening(Random(1), [there], openings, 0)) > len(begun)


def test_every_manifest_that_is_drawn_is_valid() -> None:
    seeds = range(0, 100 * SEEDS_PER_WORLD, SEEDS_PER_WORLD)
    manifests = [each for seed in seeds for each in drawn_world(seed).declared if each.manifest is not None]
    parsed = [
        parse_manifest(yaml.safe_dump(each.manifest), object_name=each.deployment, priced_types=None)
        for each in manifests
    ]
    assert [each for each in parsed if not isinstance(each, Manifest)] == []
    assert [each for each in parsed if isinstance(each, Manifest) and each.reservation.purchase is not None]


def test_trouble_can_be_laid_over_a_scenario() -> None:
    world = troubled_scenario("one-day", 1)
    assert world.troubles
    assert len(world.scenario.steps) > len(world.without_trouble.scenario.steps)

"""A few drawn worlds on every run, and those that once broke a rule; `make simulate` plays as many as one likes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from berth_core.manifest import Manifest
from berth_core.parsing import parse_manifest
from rehearsal.simulation.drawing import drawn_world
from rehearsal.simulation.judging import Asked, judged
from rehearsal.simulation.scenario_worlds import troubled_scenario

ROOT = Path(__file__).parents[2]
SEEDS = (7, 11, 13)
"""Cheap ones. More of them cost some seconds each."""
REGRESSIONS: tuple[int, ...] = ()
"""Seeds that found a bug, which was mended."""


@pytest.mark.parametrize("seed", [*SEEDS, *REGRESSIONS])
def test_no_rule_is_broken(seed: int) -> None:
    found = judged(Asked(seed, shrinks=False))
    assert [str(violation) for violation in found.violations] == []
    assert found.served + found.failed > 0


def test_a_world_is_drawn_from_its_seed_alone() -> None:
    assert drawn_world(5) == drawn_world(5)
    assert drawn_world(5) != drawn_world(6)


def test_every_manifest_that_is_drawn_is_valid() -> None:
    manifests = [each for seed in range(100) for each in drawn_world(seed).declared if each.manifest is not None]
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


def digest_under(hash_seed: str) -> bytes:
    """Of the first cheap seed's timeline, in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join((str(ROOT), "layers/core"))}
    command = [
        sys.executable,
        "-m",
        "rehearsal",
        "simulate",
        "--from",
        "11",
        "--seeds",
        "1",
        "--digest",
        "--workers",
        "1",
    ]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.splitlines()[0]


def test_two_processes_with_different_hash_seeds_play_a_seed_alike() -> None:
    first = digest_under("1")
    assert first.startswith(b"11 ")
    assert digest_under("2") == first

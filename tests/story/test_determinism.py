"""The same scenario gives the same timeline, byte for byte, in any process and under any hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.run import Run

ROOT = Path(__file__).parents[2]
REPLAY = """
import json
import sys
from rehearsal import scenario
from rehearsal.replay import replay

run = replay(scenario.load(scenario.find(sys.argv[1])))
for entry in run.entries:
    sys.stdout.write(json.dumps(entry.as_json(), sort_keys=True, default=str) + "\\n")
"""


def timeline_alone(name: str) -> str:
    """Of a process that plays nothing else, with another hash seed than this one has."""
    paths = [str(ROOT), *(str(ROOT / "layers" / layer) for layer in ("core", "aws", "shell"))]
    hash_seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", REPLAY, name]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.parametrize("name", ["walkthrough"])
def test_a_process_of_its_own_with_another_hash_seed_writes_the_same_timeline(
    name: str, replayed: Callable[[str], Run]
) -> None:
    """Here other stories may have been played before, in any order."""
    entries = replayed(name).entries
    here = "".join(json.dumps(entry.as_json(), sort_keys=True, default=str) + "\n" for entry in entries)
    assert here.count("\n") > 50
    assert timeline_alone(name) == here

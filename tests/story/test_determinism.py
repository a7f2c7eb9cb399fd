"""The same scenario gives the same timeline, byte for byte, in any process and under any hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPLAY = """
import json
import sys
from rehearsal import scenario
from rehearsal.replay import replay

run = replay(scenario.load(scenario.find("walkthrough")))
for entry in run.entries:
    sys.stdout.write(json.dumps(entry.as_json(), sort_keys=True, default=str) + "\\n")
"""


def timeline_under(hash_seed: str) -> bytes:
    paths = [str(ROOT), *(str(ROOT / "layers" / layer) for layer in ("core", "aws", "shell"))]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", REPLAY]
    return subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def test_two_processes_with_different_hash_seeds_write_the_same_timeline() -> None:
    first = timeline_under("1")
    assert first.count(b"\n") > 50
    assert timeline_under("2") == first

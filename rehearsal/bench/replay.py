"""Fourteen virtual days of one endpoint: what replaying them costs, and how much of that the idle watches would add."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rehearsal.bench.packages import ROOT
from rehearsal.bench.recording import FORTNIGHT, Invocation
from rehearsal.replay import replay
from rehearsal.scenario import load

_WATCH_EVERY = timedelta(minutes=5)
"""As the template's schedule says."""


@dataclass(frozen=True)
class Watches:
    """Of the periodic watches that were due, how many ran, and how many were provably idle and skipped."""

    ran: int
    due: int

    @property
    def skipped(self) -> int:
        return self.due - self.ran


def virtual_seconds() -> float:
    scenario = load(FORTNIGHT)
    return (scenario.ends_at - scenario.start).total_seconds()


@dataclass(frozen=True)
class Replayed:
    """Processor seconds of one replay: of the fourteen days alone, and with all that is around them."""

    days: float
    whole: float


def replayed() -> Replayed:
    """One replay in this process: the empty cloud, the template deployed, fourteen days, the last checks.

    RuntimeError if the story went wrong.
    """
    scenario = load(FORTNIGHT)
    began = time.process_time()
    run = replay(scenario, folder=FORTNIGHT.parent)
    used = time.process_time() - began
    if not run.good:
        raise RuntimeError(f"the story of {FORTNIGHT.name} went wrong: {'; '.join(run.problems())}")
    return Replayed(run.processor_seconds, used)


def first_processor_seconds() -> float:
    """A replay in a process of its own, which imports moto, patches it and translates the template on the way."""
    script = "from rehearsal.bench.replay import replayed; print(replayed().whole)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "layers" / "core")))}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr[-2000:])
    return float(ran.stdout)


def watches(invocations: Iterable[Invocation]) -> Watches:
    """One-time schedules carry the moment they were made for; the periodic one doesn't."""
    periodic = [each for each in invocations if each.function == "WatchPlansFunction" and "moment" not in each.event]
    return Watches(ran=len(periodic), due=int(virtual_seconds() // _WATCH_EVERY.total_seconds()))

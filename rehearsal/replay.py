"""Replays a scenario on a fresh cloud with the real template, from its start to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

from rehearsal.cloud import Cloud
from rehearsal.deployment import deploy
from rehearsal.doing import Stage, do
from rehearsal.judgement import Judge
from rehearsal.leaks import leaks
from rehearsal.observed import observed
from rehearsal.run import Run
from rehearsal.scenario import FOLDER, Scenario, ScenarioError
from rehearsal.steps import Step
from rehearsal.timeline import Entry

TEMPLATE = Path(__file__).parent.parent / "template.yaml"


def replay(
    scenario: Scenario,
    *,
    folder: Path = FOLDER,
    listener: Callable[[Entry], None] | None = None,
    onlooker: Callable[[Cloud], AbstractContextManager[object]] = nullcontext,
) -> Run:
    """The finished run; the cloud is stopped. `listener` hears of each timeline entry as it is written.

    `onlooker` sees the cloud before anything is in it, and at the end, before it is stopped.

    Raises ScenarioError for what only shows while it runs: a plan that nobody buys, a step in the past.
    """
    # One thread drives, so tasks need none of their own.
    cloud = Cloud.start(scenario.cloud_settings(), forkable=True)
    cloud.lambdas.keeps_modules = True
    if listener is not None:
        cloud.timeline.listeners.append(listener)
    try:
        with onlooker(cloud):
            return _replayed(cloud, scenario, folder)
    finally:
        cloud.stop()


def _replayed(cloud: Cloud, scenario: Scenario, folder: Path) -> Run:
    outputs = deploy(cloud, TEMPLATE, parameters=dict(scenario.parameters)).outputs
    # Processor time, not wall time: that is virtual here, and would count the neighbours' work besides.
    began = time.process_time()
    judge = Judge(cloud, outputs, lambda: observed(cloud, scenario))
    stage = Stage(cloud, outputs, scenario, folder, judge)
    for at, step in agenda(scenario.steps, stage):
        cloud.advance(to=at)
        do(stage, step)
    cloud.advance(to=scenario.ends_at)
    took_seconds = time.process_time() - began
    return observed(
        cloud,
        scenario,
        verdicts=(*stage.verdicts, *judge.all(scenario.expect)),
        sent=tuple(stage.sent),
        leaks=leaks(cloud, outputs, scenario.leaves),
        processor_seconds=took_seconds,
    )


def agenda(steps: Iterable[Step], stage: Stage) -> Iterator[tuple[datetime, Step]]:
    """The steps in order of time. Times are looked up anew before each: a plan may have moved, or just been bought."""
    waiting = list(steps)
    while waiting:
        known = [(at, step) for step in waiting if (at := stage.when(step.at)) is not None]
        if not known:
            unknown = ", ".join(sorted({str(step.at.plan) for step in waiting}))
            raise ScenarioError(f"steps wait for plans that nobody has bought: {unknown}; add a buy step before them")
        at, step = min(known, key=lambda one: one[0])
        if not stage.cloud.now <= at <= stage.scenario.ends_at:
            raise ScenarioError(
                f"at: {step.at.written!r} is {at}, which is not between {stage.cloud.now}, when its turn comes, "
                f"and the scenario's end, {stage.scenario.ends_at}: move the step or the end"
            )
        waiting.remove(step)
        yield at, step

"""Plays a world on a fresh cloud, and keeps what the rules need."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

from rehearsal.cloud import Cloud
from rehearsal.deployment import deploy
from rehearsal.doing import Stage, do
from rehearsal.judgement import Judge
from rehearsal.leaks import leaks
from rehearsal.observed import observed
from rehearsal.replay import TEMPLATE, agenda
from rehearsal.run import Run
from rehearsal.scenario import FOLDER
from rehearsal.simulation.calls import Recorder
from rehearsal.simulation.latency import SlowStarts
from rehearsal.simulation.record import FailedRequests, Record
from rehearsal.simulation.worlds import World
from rehearsal.streams import EPOCH


def play(world: World) -> Record:
    """From start to end. ScenarioError if the world makes no sense, which is a mistake of whoever drew it."""
    scenario = world.scenario
    cloud = Cloud.start(scenario.cloud_settings())
    try:
        outputs = deploy(cloud, TEMPLATE, parameters=dict(scenario.parameters)).outputs
        cloud.faults = SlowStarts(cloud, world.seed, world.start_seconds)
        recorder = Recorder(cloud, outputs["LedgerTable"])
        stage = Stage(cloud, outputs, scenario, FOLDER, Judge(cloud, outputs, lambda: observed(cloud, scenario)))
        for at, step in agenda(scenario.steps, stage):
            cloud.advance(to=at)
            do(stage, step)
        cloud.advance(to=scenario.ends_at)
        run = observed(cloud, scenario, sent=tuple(stage.sent), leaks=leaks(cloud, outputs, scenario.leaves))
        return Record(world, run, tuple(recorder.calls), tuple(_failures(cloud)))
    finally:
        cloud.stop()


def _failures(cloud: Cloud) -> Iterator[FailedRequests]:
    for stream in cloud.traffic.streams:
        stream.count(cloud.kernel.now_us)
        for span in stream.spans:
            if span.error is not None:
                first, last = stream.time_us(span.first), stream.time_us(span.last - 1)
                yield FailedRequests(
                    stream.endpoint,
                    EPOCH + timedelta(microseconds=first),
                    EPOCH + timedelta(microseconds=last),
                    span.last - span.first,
                    span.error,
                )


def digest(run: Run) -> str:
    """Of the whole timeline, to the byte."""
    lines = (json.dumps(entry.as_json(), sort_keys=True, default=str) for entry in run.entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

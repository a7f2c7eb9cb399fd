"""Plays a world on a fresh cloud, and keeps what the rules need. Trouble can be laid over it while it plays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.decisions import DECIDING
from rehearsal.deployment import deploy
from rehearsal.doing import Stage, do
from rehearsal.judgement import Judge
from rehearsal.leaks import leaks
from rehearsal.observed import observed
from rehearsal.replay import TEMPLATE
from rehearsal.run import Run
from rehearsal.scenario import FOLDER, Scenario
from rehearsal.simulation.calls import Recorder
from rehearsal.simulation.ending_rules import SETTLING
from rehearsal.simulation.latency import SlowStarts
from rehearsal.simulation.record import Due, FailedRequests, Record
from rehearsal.simulation.settling import LOOKS_EVERY, has_settled
from rehearsal.simulation.worlds import World
from rehearsal.steps import Step
from rehearsal.streams import EPOCH


class Play:
    """A world at play on a cloud of its own, from its start. It begins without trouble.

    The cloud is forkable: from any moment on, a copy of this process can play on with trouble of its own.
    """

    def __init__(self, world: World) -> None:
        """ScenarioError if the world makes no sense, which is a mistake of whoever drew it."""
        self.world = world.without_trouble
        scenario = self.world.scenario
        self.cloud = cloud = Cloud.start(scenario.cloud_settings(), forkable=True)
        cloud.lambdas.keeps_modules = True
        self._outputs = outputs = deploy(cloud, TEMPLATE, parameters=dict(scenario.parameters)).outputs
        cloud.faults = SlowStarts(cloud, world.number, world.start_seconds)
        self._recorder = Recorder(cloud, outputs["LedgerTable"])
        judge = Judge(cloud, outputs, lambda: observed(cloud, self._stage.scenario))
        self._stage = Stage(cloud, outputs, scenario, FOLDER, judge)
        self._waiting: list[Step] = list(scenario.steps)
        self._dues: list[Due] = []
        cloud.lambdas.answered.append(self._note_due)

    def play_before(self, moment: datetime) -> None:
        """All that happens by itself until then, and the steps before it: those of the moment itself come later."""
        while (due := self._next()) is not None and due[0] < moment:
            self._do(*due)
        self.cloud.advance(to=moment)

    def lay(self, world: World) -> None:
        """This very world, with trouble: it is laid over what is still to come. Calm comes before all else."""
        scenario = world.scenario
        calm, base = len(world.calm_steps), len(self.world.base["steps"])
        self.world = world
        self._stage.scenario = scenario
        steps: tuple[Step, ...] = scenario.steps
        self._waiting = [*steps[:calm], *self._waiting, *steps[calm + base :]]

    def to_the_end(self, untroubled: Record | None = None) -> Record:
        """The cloud stays. Trouble that came and struck nothing has changed nothing: there it ends.

        With a record of the same world without trouble, it ends as soon as it stands again as that one does, except if
        it is to be played whole.
        """
        if self.world.troubles and not self._strikes():
            self._end_now()
        elif untroubled is not None and not self.world.is_whole:
            self._play_until_settled(untroubled)
        scenario: Scenario = self._stage.scenario
        while (due := self._next()) is not None and due[0] <= scenario.ends_at:
            self._do(*due)
        cloud = self.cloud
        cloud.advance(to=scenario.ends_at)
        left = leaks(cloud, self._outputs, scenario.leaves) if self.world.is_whole else ()
        run = observed(cloud, scenario, sent=tuple(self._stage.sent), leaks=left)
        return Record(self.world, run, tuple(self._recorder.calls), tuple(_failures(cloud)), tuple(self._dues))

    def _note_due(self, logical_id: str, event: Any, answer: str) -> None:
        if logical_id != DECIDING or event["intent"]["kind"] != "reconcile":
            return
        asked = json.loads(answer).get("next_at")
        next_at = datetime.fromisoformat(asked) if asked else None
        self._dues.append(Due(self.cloud.now, event["seen"]["deployment"]["name"], next_at))

    def _end_now(self) -> None:
        self.world = self.world.ended_at(self.cloud.now)
        self._stage.scenario = self.world.scenario

    def _play_until_settled(self, untroubled: Record) -> None:
        """Trouble that is still to come then would strike a world as good as untroubled: other seeds begin with it."""
        look = self.world.calms[0]
        while (look := look + LOOKS_EVERY) < self.world.scenario.ends_at:
            if look < self.cloud.now or self.world.is_troubled(look, SETTLING):
                continue
            self.play_before(look)
            if has_settled(self.cloud, self._outputs, self.world.deployments, untroubled):
                self._end_now()
                return

    def _strikes(self) -> bool:
        for calm in self.world.calms:
            self.play_before(calm)
            if self.world.excuses & {"capacity", "runs"} or any(entry.kind == "fault" for entry in self.cloud.timeline):
                return True
        return False

    def _next(self) -> tuple[datetime, int] | None:
        """Its time and its number. What hangs on a plan that trouble kept from being bought never comes."""
        known = [(at, number) for number, step in enumerate(self._waiting) if (at := self._stage.when(step.at))]
        return min(known) if known else None

    def _do(self, at: datetime, number: int) -> None:
        self.cloud.advance(to=max(at, self.cloud.now))
        do(self._stage, self._waiting.pop(number))


def play(world: World) -> Record:
    """From start to end, with all of its trouble."""
    playing = Play(world)
    try:
        if world.troubles:
            playing.play_before(world.branches_at)
            playing.lay(world)
        return playing.to_the_end()
    finally:
        playing.cloud.stop()


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

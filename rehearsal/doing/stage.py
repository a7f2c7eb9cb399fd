"""Where a scenario plays: its cloud, what was deployed there, and what has been found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rehearsal.cloud import Cloud
from rehearsal.judgement import Judge
from rehearsal.moments import Edge, Moment
from rehearsal.run import Sent, Verdict
from rehearsal.scenario import Scenario, ScenarioError


@dataclass
class Stage:
    """`folder` is where the files that manifests name lie; `offerings` are ids by the scenario's own names for them."""

    cloud: Cloud
    outputs: dict[str, str]
    scenario: Scenario
    folder: Path
    judge: Judge
    verdicts: list[Verdict] = field(default_factory=list)
    offerings: dict[str, str] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def when(self, moment: Moment) -> datetime | None:
        """None if it depends on a plan that nobody has bought yet. ScenarioError for a block that isn't there."""
        if moment.plan is not None and self.cloud.sagemaker.plans.get(moment.plan) is None:
            return None
        return moment.resolve(self.scenario.start, self._plan_times)

    def known(self, moment: Moment) -> datetime:
        """Raises ScenarioError if it depends on a plan that nobody has bought yet."""
        at = self.when(moment)
        if at is None:
            raise ScenarioError(f"{moment.written!r}: plan {moment.plan} has not been bought; add a buy step before it")
        return at

    def tell(self, verb: str, subject: str, text: str) -> None:
        """A line of the timeline that says what people do; `verb` is a word for it."""
        self.cloud.timeline.record("person", subject, text, verb=verb)

    def find(self, expected: str, held: bool, found: str) -> None:
        self.verdicts.append(Verdict(self.cloud.now, expected, held, found))

    def _plan_times(self, name: str, block: int | None, edge: Edge) -> datetime:
        plan = self.cloud.sagemaker.plans.get(name)
        if plan is None:
            raise ScenarioError(f"plan {name} has not been bought; add a buy step before it is used")
        if block is not None and block > len(plan.blocks):
            raise ScenarioError(f"plan {name} has no block {block}; its blocks are 1 to {len(plan.blocks)}")
        chosen = plan if block is None else plan.blocks[block - 1]
        return chosen.start if edge == "start" else chosen.end

"""What is left of deployments that are gone, and of releases that died, by the names in the lists.

A name is a suspicion: whoever cleans looks at tags, leases and use before anything is deleted.
"""

import re
from collections.abc import Iterable, Iterator

from berth_core.decide.watch import DeploymentBrief
from berth_core.model import Frozen
from berth_core.naming import deployment_of_alarm
from berth_core.sweeps import Repair

STAGED = re.compile(r"(?P<deployment>.+)-staging-[0-9a-f]{8}")
CONFIG = re.compile(r"(?P<deployment>.+)-[0-9a-f]{8}-x\d+")
DUE = re.compile(r"(?P<deployment>.+)-due")


class Named(Frozen):
    """All that is there, by name."""

    deployments: tuple[DeploymentBrief, ...]
    endpoints: frozenset[str]
    configs: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()

    def is_managed(self, deployment: str) -> bool:
        return any(each.name == deployment and not each.removed for each in self.deployments)

    def is_gone(self, deployment: str) -> bool:
        """Neither managed nor there. An endpoint that stays after its manifest keeps its configs and its scaling."""
        return deployment not in self.endpoints and not self.is_managed(deployment)


def leftovers(named: Named) -> Iterator[Repair]:
    """One repair a deployment and kind, however many pieces there are, and one a schedule or component."""
    yield from _staging(named)
    yield from _configs(named)
    yield from _scaling(named)
    yield from _schedules(named)


def _staging(named: Named) -> Iterator[Repair]:
    kept = {each.name for each in named.deployments if each.keeps_staging and not each.removed}
    for name in _owners(STAGED, (*named.endpoints, *named.configs)):
        if name not in kept:
            yield Repair(
                kind="clean_staging", deployment=name, reason="something is on its staging, and no release is at it"
            )


def _configs(named: Named) -> Iterator[Repair]:
    for name in _owners(CONFIG, named.configs):
        if named.is_gone(name):
            yield Repair(kind="clean_configs", deployment=name, reason="it is gone, and endpoint configs are left")


def _scaling(named: Named) -> Iterator[Repair]:
    components = {(name, alarm.split(".")[3]) for alarm in named.alarms if (name := deployment_of_alarm(alarm))}
    for name, component in sorted(components):
        if named.is_gone(name):
            reason = f"it is gone, and alarms on its component {component} are left"
            yield Repair(kind="remove_scaling", deployment=name, subject=component, reason=reason)


def _schedules(named: Named) -> Iterator[Repair]:
    for schedule in named.schedules:
        due = DUE.fullmatch(schedule)
        if due is not None and not named.is_managed(due["deployment"]):
            reason = f"it is gone, and its schedule {schedule} is left"
            yield Repair(kind="drop_schedule", deployment=due["deployment"], subject=schedule, reason=reason)


def _owners(pattern: re.Pattern[str], names: Iterable[str]) -> list[str]:
    found = (pattern.fullmatch(name) for name in names)
    return sorted({match["deployment"] for match in found if match is not None})

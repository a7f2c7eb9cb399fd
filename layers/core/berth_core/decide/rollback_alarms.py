"""Alarms that would roll a rollout back: one that isn't there, or fires already, stops it before it begins."""

import re
from typing import NamedTuple

from berth_core.facts import Snapshot

FIRING = "ALARM"
ROLLED_BACK_BY_ALARM = "RolledBackByAlarm"


class Objection(NamedTuple):
    """A code of the runbook, and the reason with the way out."""

    code: str
    text: str


def objection(seen: Snapshot) -> Objection | None:
    """AWS stops a rollout whose alarm fires already, and rolls back by one that isn't there never."""
    states = {alarm.name: alarm.state for alarm in seen.rollback_alarms}
    asked = seen.deployment.manifest.rollout.alarms
    missing = [name for name in asked if name not in states]
    if missing:
        text = f"rollout.alarms names {', '.join(missing)}, and there is no such alarm in this account and Region"
        return Objection("AlarmMissing", f"{text}: create it, or take it out")
    firing = [name for name in asked if states[name] == FIRING]
    if firing:
        text = f"alarm {', '.join(firing)} of rollout.alarms is firing, and AWS would stop the rollout at once"
        return Objection("AlarmFiring", f"{text}: wait for OK, or take it out")
    return None


def did_roll_back(seen: Snapshot, reason: str) -> bool:
    """Whether one of the rollout's alarms was it: SageMaker's reason names it, in words that nobody documents, or it
    fires still."""
    asked = seen.deployment.manifest.rollout.alarms
    firing = {alarm.name for alarm in seen.rollback_alarms if alarm.state == FIRING}
    return any(_names(reason, name) or name in firing for name in asked)


def _names(reason: str, alarm: str) -> bool:
    """As a word of its own: an alarm may be called as an endpoint begins, whose log group is in many a reason."""
    return re.search(rf"(?<![\w./-]){re.escape(alarm)}(?![\w/-])", reason) is not None

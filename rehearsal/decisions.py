"""The service's decisions, with their reasons, on the timeline.

Read from the answers of the functions that decide, as a person would read them in the executions' history: the service
itself does nothing for it.
"""

from __future__ import annotations

import json
from typing import Any

from rehearsal.timeline import Timeline

DECIDING = "DecideDeploymentFunction"
PURCHASING = "DecidePurchaseFunction"
_ON_THE_WAY = ("wait", "done")
"""Told by the plan's own status, and by the announcement at the end."""
PASSING = ("Busy", "InTransition")
"""Codes of holds that only say that something else is at work just now."""


class Decisions:
    """Writes each decision once: a hold that is merely repeated says nothing new."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._last: dict[str, tuple[str, str, str]] = {}

    def note(self, logical_id: str, event: Any, answer: str) -> None:
        if logical_id not in (DECIDING, PURCHASING):
            return
        decision = json.loads(answer)
        if decision.get("code") in PASSING or decision["kind"] in _ON_THE_WAY:
            return
        seen = event["seen"]
        deployment = seen["deployment"]["name"] if logical_id == DECIDING else seen["order"]["plan"]
        kind, reason = decision["kind"], decision["reason"]
        told = (decision.get("id", ""), kind, reason)
        if self._last.get(deployment) == told:
            return
        self._last[deployment] = told
        more = {key: decision[key] for key in ("code", "rung", "plan", "next_at") if decision.get(key)}
        self._timeline.record("decision", deployment, f"{kind}: {reason}", decision=kind, reason=reason, **more)

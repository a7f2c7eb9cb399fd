"""How long things take here: learnt from this deployment's own ledger, a default until there is enough of it."""

import math
from collections.abc import Sequence
from datetime import timedelta

from berth_core.facts import Attempt

ENOUGH = 5
"""Finished attempts needed before measurements replace the default."""

# Assumptions, on the generous side: the published 8B model takes about 4 minutes to come up, large ones 15 to 45.
# From zero copies a published run took 9.4 minutes; parking off a window waits until SageMaker lets go of instances
# that have been empty for about 10 minutes (aws-facts 3.2), and then moves the endpoint.
DEFAULT_MINUTES = {
    "deploy": 20,
    "rotate": 20,
    "hop": 20,
    "recreate": 20,
    "resize": 20,
    "next_plan": 20,
    "on_demand": 20,
    "scale_to_zero": 25,
    "delete": 5,
    "scale": 15,
    "wake": 10,
    "park": 5,
}


def expected(what: str, attempts: Sequence[Attempt]) -> timedelta:
    """The 95th percentile of what `what` (a kind, or a rung of the ladder) took here before."""
    took = sorted(each.ended_at - each.started_at for each in attempts if each.done and _name(each) == what)
    if len(took) < ENOUGH:
        return timedelta(minutes=DEFAULT_MINUTES[what])
    return took[math.ceil(0.95 * len(took)) - 1]


def _name(attempt: Attempt) -> str:
    return attempt.rung or attempt.kind

"""An endpoint changed: whoever waits for it goes on, if it has settled."""

from typing import Any

from berth_aws import clients
from berth_core.decide.waking import subject_of
from berth_core.model import Frozen


class Resumed(Frozen):
    resumed: int


def resume_waiters(event: dict[str, Any], table_name: str) -> Resumed:
    """Doubled events resume nobody twice. Events of endpoints that nobody waits for cost one query and no look."""
    endpoint = (subject_of(event).endpoint or "").lower()
    if not endpoint:
        return Resumed(resumed=0)
    # Late, step by step: an event that isn't ours needs none of it, and most others find nobody that waits.
    from berth_aws.ledger import Ledger

    waiters = Ledger.named(table_name).waiters
    waiting = waiters.of(endpoint)
    if not waiting:
        return Resumed(resumed=0)
    from berth_aws.sagemaker_seen import described
    from berth_aws.steps.await_endpoint import resume

    there = described(clients.shared("sagemaker"), endpoint)
    return Resumed(resumed=sum(resume(endpoint, waiter, there, waiters) for waiter in waiting))

"""Ending the run that holds the lease, for a hand-over that can't wait for it."""

from datetime import datetime

from berth_aws import clients
from berth_aws.executions import stop_execution
from berth_aws.ledger import Ledger
from berth_aws.steps.claim_decision import Claim
from berth_core.decisions import TakeOver


def take_over(deployment: str, holder: str, decision: TakeOver, ledger: Ledger, now: datetime) -> Claim:
    """Idempotent. `lost` if yet another run has the lease by now.

    The lease first: from then on nothing of the other run may act, whether or not it can be stopped. What of it is in
    flight lives no longer than a function's timeout, so the machine waits for that before it looks again.
    """
    lease = ledger.leases.claim(
        deployment,
        holder,
        "window_handover",
        now,
        deadline=decision.deadline,
        instead_of=decision.holder,
        begun=decision.begun,
    )
    if lease.holder != holder:
        return Claim(kind="lost", reason=f"{lease.holder} is at it ({lease.purpose})")
    ran = stop_execution(clients.shared("stepfunctions"), decision.holder, decision.reason)
    ended = "is stopped" if ran else "had ended"
    return Claim(kind="won", reason=f"{decision.purpose} {ended}: {decision.holder}", fence=lease.fence)

"""The lease on a deployment, taken before any effect."""

from datetime import datetime
from typing import Literal

from berth_aws.ledger import Ledger
from berth_core.decide.intent import Intent
from berth_core.decide.unheard import begun_by
from berth_core.decisions import Decision, HandOver, Scale
from berth_core.model import Frozen


class Claim(Frozen):
    """`lost` is no error: somebody else is at it, and looks again when done."""

    kind: Literal["won", "lost"]
    reason: str
    fence: int = 0


def claim_decision(
    deployment: str,
    holder: str,
    purpose: str,
    intent: Intent,
    ledger: Ledger,
    now: datetime,
    decision: Decision | None = None,
) -> Claim:
    """Idempotent: a holder that claims again renews. What a person asked by hand is in force from here on."""
    deadline = decision.finish_by if isinstance(decision, HandOver) else None
    lease = ledger.leases.claim(deployment, holder, purpose, now, deadline=deadline, begun=begun_by(decision))
    if lease.holder != holder:
        reason = f"{lease.holder} is at it ({lease.purpose}), until {lease.expires_at:%Y-%m-%d %H:%M} UTC at the latest"
        return Claim(kind="lost", reason=reason)
    if intent.override is not None:
        registration = ledger.registrations.get(deployment)
        before = registration.override if registration else None
        # The moment belongs to the order's name, under which the run that follows is remembered.
        at = decision.started_at if isinstance(decision, Scale) else now
        ledger.registrations.override(deployment, intent.override.laid_over(before, at))
    reason = f"{purpose} has the lease until {lease.expires_at:%Y-%m-%d %H:%M} UTC"
    return Claim(kind="won", reason=reason, fence=lease.fence)

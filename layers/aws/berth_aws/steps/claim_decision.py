"""The lease on a deployment, taken before any effect."""

from datetime import datetime
from typing import Literal

from berth_aws.ledger import Ledger
from berth_core.decide.intent import Intent
from berth_core.facts import Override
from berth_core.model import Frozen


class Claim(Frozen):
    """`lost` is no error: somebody else is at it, and looks again when done."""

    kind: Literal["won", "lost"]
    reason: str


def claim_decision(deployment: str, holder: str, purpose: str, intent: Intent, ledger: Ledger, now: datetime) -> Claim:
    """Idempotent: a holder that claims again renews. What a person asked by hand is in force from here on."""
    lease = ledger.leases.claim(deployment, holder, purpose, now)
    if lease.holder != holder:
        reason = f"{lease.holder} is at it ({lease.purpose}), until {lease.expires_at:%Y-%m-%d %H:%M} UTC at the latest"
        return Claim(kind="lost", reason=reason)
    if intent.override is not None:
        _lay_over(deployment, intent.override, ledger)
    return Claim(kind="won", reason=f"{purpose} has the lease until {lease.expires_at:%Y-%m-%d %H:%M} UTC")


def _lay_over(deployment: str, asked: Override, ledger: Ledger) -> None:
    """Over what was asked by hand before: who asks for a model now has not withdrawn an earlier count."""
    registration = ledger.registrations.get(deployment)
    before = registration.override if registration else None
    ledger.registrations.override(
        deployment,
        Override(
            model=asked.model or (before.model if before else None),
            instance_count=asked.instance_count or (before.instance_count if before else None),
        ),
    )

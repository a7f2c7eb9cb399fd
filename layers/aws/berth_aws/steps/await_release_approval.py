"""Somebody is asked for a yes to what was measured. The answer comes to the task's token."""

from datetime import datetime, timedelta

from berth_aws import clients
from berth_aws.bus import announce
from berth_aws.ledger import Ledger
from berth_core.model import Frozen, Time
from berth_core.release_news import release_asked_for
from berth_core.releases import ReleaseOutcome

ANSWER_WITHIN = timedelta(hours=72)
"""As for a purchase: a weekend is no reason for a no. The state that waits has the same timeout."""


class ReleaseApprovalAsked(Frozen):
    expires_at: Time


def await_release_approval(
    deployment: str, token: str, outcome: ReleaseOutcome, bus: str, ledger: Ledger, now: datetime
) -> ReleaseApprovalAsked:
    """Idempotent: asked again with a new token, that one counts. The row first: who is told must find the token."""
    expires_at = now + ANSWER_WITHIN
    ledger.releases.keep_approval(deployment, outcome, token, expires_at)
    told = release_asked_for(deployment, outcome, token, now, expires_at)
    announce(clients.shared("events"), (told.as_entry(bus),))
    return ReleaseApprovalAsked(expires_at=expires_at)

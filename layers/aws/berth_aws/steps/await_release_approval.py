"""Somebody is asked for a yes to what was measured: one notification, one reminder. The answer comes to the token."""

from datetime import datetime

from berth_aws.ledger import Ledger
from berth_aws.reminders import Question, ReminderPlace, ask
from berth_core.decide.approving import remind_at
from berth_core.decide.releasing import release_approval
from berth_core.model import Frozen, Time
from berth_core.release_news import release_asked_for
from berth_core.releases import ReleaseOutcome


class ReleaseApprovalAsked(Frozen):
    expires_at: Time


def await_release_approval(
    deployment: str, token: str, outcome: ReleaseOutcome, place: ReminderPlace, ledger: Ledger, now: datetime
) -> ReleaseApprovalAsked:
    """Idempotent: asked again with a new token, that one counts. The row first: who is told must find the token."""
    approval = release_approval(outcome, token, now)
    ledger.releases.keep_approval(deployment, outcome, approval)
    later = remind_at(approval.asked_at, approval.expires_at)
    first = release_asked_for(deployment, outcome.model, approval, now, reminder=False)
    again = release_asked_for(deployment, outcome.model, approval, later, reminder=True)
    ask(Question(id=outcome.release_id, first=first, again=again, remind_at=later), place, now)
    return ReleaseApprovalAsked(expires_at=approval.expires_at)
